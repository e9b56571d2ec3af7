// The monitor: asks the server every 5 seconds for as long as it answers.

const EVERY = 5000;
const KEPT = 10;

const language = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });
const degrees = new Intl.NumberFormat(language, { style: "unit", unit: "celsius" });
const seconds = new Intl.NumberFormat(language, {
  style: "unit",
  unit: "second",
  unitDisplay: "narrow",
  maximumFractionDigits: 1,
});

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const poll = async () => {
  let response;
  let answer;
  try {
    response = await fetch(byId("monitor").dataset.url ?? "");
    answer = await response.json();
  } catch {
    return; // No network now; the next round asks again.
  }
  if (!response.ok) {
    clearInterval(timer);
    byId("monitor-reason").textContent = `${response.status} ${answer.reason ?? answer.detail}`;
    byId("monitor-stopped").hidden = false;
    return;
  }
  const row = document.createElement("tr");
  for (const text of [
    clock.format(new Date()),
    degrees.format(answer.temperature),
    seconds.format(answer.idle),
  ]) {
    row.append(Object.assign(document.createElement("td"), { textContent: text }));
  }
  byId("readings").prepend(row);
  while (byId("readings").childElementCount > KEPT) byId("readings").lastElementChild?.remove();
};

const timer = setInterval(poll, EVERY);
void poll();
