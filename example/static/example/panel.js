// The panel beside every page: what this tab and the server each think of the session.

/** What the panel reads of `window.sessionSecurity`.
 * @typedef {HTMLElement & { idle?: number, remaining?: number }} SessionSecurity
 */

/** What the server answers; all times in seconds.
 * @typedef {{ idle: number, remaining: number, warnAfter: number, expireAfter: number,
 *   lastActivity: string | null }} Answer
 */

const EVERY = 5000;
const KEPT = 6;

/** What each event of the element says about this tab. */
const STATES = {
  warn: "warning",
  extend: "active",
  expire: "ended",
  lock: "locked",
  unlock: "active",
};

const url = document.getElementById("panel")?.dataset.url ?? "";

/** @type {Answer | undefined} */
let answer;
let ended = false;

const language = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });
const number = new Intl.NumberFormat(language, {
  style: "unit",
  unit: "second",
  unitDisplay: "narrow",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(`panel-${id}`));

/** @param {string} id @param {string} text */
const show = (id, text) => {
  byId(id).textContent = text;
};

/** @param {string} side @param {string} state */
const showState = (side, state) => {
  show(`${side}-state`, state);
  byId(`${side}-state`).className = `state ${state}`;
};

/** @param {number | undefined} value */
const seconds = (value) => (value === undefined ? "–" : number.format(Math.max(0, value)));

/** @param {string} side @param {number | undefined} idle */
const showMeter = (side, idle) => {
  if (!answer || idle === undefined) return;
  const meter = /** @type {HTMLMeterElement} */ (byId(`${side}-meter`));
  meter.max = meter.high = answer.expireAfter;
  meter.low = answer.warnAfter;
  meter.optimum = 0;
  meter.value = idle;
};

const element = () => /** @type {{ sessionSecurity?: SessionSecurity }} */ (window).sessionSecurity;

const showBrowser = () => {
  const { idle, remaining } = element() ?? {};
  show("browser-idle", seconds(idle));
  show("browser-end", seconds(remaining));
  if (answer && idle !== undefined) show("browser-warn", seconds(answer.warnAfter - idle));
  showMeter("browser", idle);
};

const ask = async () => {
  if (ended || element()?.remaining === 0) return; // the page is about to go
  let response;
  let body;
  try {
    response = await fetch(url);
    body = await response.json();
  } catch {
    showState("server", "unreachable");
    return;
  }
  show("server-asked", clock.format(new Date()));
  if (!response.ok) {
    ended = true;
    showState("server", "ended");
    show("server-end", body.reason ?? body.detail);
    return;
  }
  answer = /** @type {Answer} */ (body);
  showState("server", answer.idle < answer.warnAfter ? "active" : "warning");
  show("server-idle", seconds(answer.idle));
  show("server-end", seconds(answer.remaining));
  show("server-last", answer.lastActivity ? clock.format(new Date(answer.lastActivity)) : "–");
  showMeter("server", answer.idle);
};

for (const [name, state] of Object.entries(STATES)) {
  document.addEventListener(`session-security:${name}`, () => {
    showState("browser", state);
    const line = document.createElement("li");
    line.textContent = `${clock.format(new Date())} ${name}`;
    const list = byId("events");
    list.prepend(line);
    if (list.childElementCount > KEPT) list.lastElementChild?.remove();
    byId("no-events").hidden = true;
    setTimeout(ask, 500); // when the tab has told the server
  });
}

byId("ask").addEventListener("click", ask);
showState("browser", "active");
showBrowser();
void ask();
setInterval(showBrowser, 500);
setInterval(() => {
  if (document.visibilityState === "visible") void ask();
}, EVERY);
