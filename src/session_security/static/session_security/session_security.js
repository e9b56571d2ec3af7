/**
 * Warns before a session ends, keeps all tabs in step, covers the page when time is up.
 * The server decides; this asks it at the right moments. Times are in seconds.
 */

/** What has happened, and what is due. Knows no DOM and no timer. */
class Timeline {
  constructor(options, age) {
    this.options = options;
    this.act = this.moment(age + (options.idle ?? 0));
    this.report = this.heard = this.ask = this.told = this.moment(age);
    this.limit(options.absoluteIn, this.heard);
  }

  moment(ago = 0) {
    return { wall: Date.now() - ago * 1000, mono: performance.now() - ago * 1000 };
  }

  /** One clock can be set back, the other stands still in sleep. */
  since({ wall, mono }) {
    return Math.max(Date.now() - wall, performance.now() - mono) / 1000;
  }

  /** A time in the future is worth nothing. */
  later(moment, other) {
    return this.since(other) > -1 && this.since(other) < this.since(moment) ? other : moment;
  }

  limit(left, from) {
    this.absolute = () => (left == null ? Infinity : left - this.since(from));
  }

  get idle() {
    return this.since(this.act);
  }

  /** Whether the end comes by age, and no act can put it off. */
  get final() {
    return this.absolute() <= this.options.expireAfter - this.idle;
  }

  get remaining() {
    return Math.min(this.options.expireAfter - this.idle, this.absolute());
  }

  get warnIn() {
    return this.remaining - this.options.expireAfter + this.options.warnAfter;
  }

  /** Until an act may be reported. */
  get untold() {
    return this.options.expireAfter / 5 - this.since(this.report);
  }
}

/** Hands events on; start() and stop() may be called twice. */
class Listener {
  constructor(handle) {
    if (handle) this.handleEvent = handle;
  }

  start() {
    this.ends ??= new AbortController();
  }

  stop() {
    this.ends?.abort();
    this.ends = null;
  }

  on(target, types, passive = true) {
    const options = { capture: true, passive, signal: this.ends?.signal };
    for (const type of types.split(" ")) target.addEventListener(type, this, options);
  }

  handleEvent(_event) {}
}

/** Notices human acts, here and in frames of the same origin. */
class Activity extends Listener {
  place = "";

  constructor(noticed) {
    super();
    this.noticed = noticed;
  }

  start() {
    super.start();
    this.watch(window);
  }

  watch(view) {
    try {
      if (!view?.document) return;
      for (const frame of view.document.querySelectorAll("iframe")) this.watch(frame.contentWindow);
      this.on(view, "keydown pointerdown pointermove wheel touchstart touchmove input load");
    } catch {} // of another origin
  }

  handleEvent(event) {
    if (event.type === "load") return this.watch(event.target.contentWindow);
    if (event.type === "pointermove") {
      // The layout can shift under a still pointer.
      const before = this.place;
      this.place = `${event.screenX} ${event.screenY}`;
      if (!before || before === this.place) return;
    }
    if (event.isTrusted) this.noticed(event);
  }
}

/** Knows what was typed and not sent; asks before the page is left, but only then. */
class Drafts extends Listener {
  fields = new Set();

  constructor(asks) {
    super();
    this.asks = asks;
  }

  start() {
    super.start();
    this.on(document, "input change submit reset");
  }

  stop() {
    super.stop();
    removeEventListener("beforeunload", this);
  }

  get unsaved() {
    return [...this.fields].some(
      (field) =>
        field.isConnected &&
        (field.options
          ? [...field.options].some((option) => option.selected !== option.defaultSelected)
          : field.defaultValue === undefined ||
            field.value !== field.defaultValue ||
            field.checked !== field.defaultChecked),
    );
  }

  handleEvent(event) {
    const { type, target } = event;
    if (type === "beforeunload") return event.preventDefault();
    if (type === "input" || type === "change") this.fields.add(target);
    else for (const field of this.fields) if (field.form === target) this.fields.delete(field);
    // A standing listener would keep the page out of the back/forward cache.
    removeEventListener("beforeunload", this);
    if (this.asks && this.unsaved) addEventListener("beforeunload", this);
  }
}

/** Speaks to the other tabs, and keeps the last word for those that missed it. */
class Tabs extends Listener {
  constructor(name, told) {
    super();
    this.name = name;
    this.told = told;
  }

  start() {
    super.start();
    if (!window.BroadcastChannel) return this.on(window, "storage");
    this.channel ??= new BroadcastChannel(this.name);
    this.channel.onmessage = ({ data }) => this.told(data);
  }

  stop() {
    super.stop();
    this.channel?.close();
    this.channel = null;
  }

  tell(message) {
    this.channel?.postMessage(message);
    try {
      localStorage[this.name] = JSON.stringify(message);
    } catch {} // no storage, no memory
  }

  recall() {
    try {
      return JSON.parse(localStorage[this.name]);
    } catch {}
  }

  handleEvent(event) {
    if (event.key === this.name) this.told(this.recall());
  }
}

/** Asks the server. What is not in its own words is a failure, and changes only the next try. */
class Server {
  failures = 0;

  constructor(url) {
    this.url = url;
  }

  async ask(question, keepalive = false) {
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { "X-Session-Security": "1" },
        body: new URLSearchParams(question),
        signal: AbortSignal.timeout?.(30000),
        keepalive,
      });
      const answer = await response.json();
      if (answer.state) {
        this.failures = 0;
        return answer;
      }
    } catch {}
    this.failures++;
  }

  /** Until the next try. */
  get pause() {
    return Math.min(30, 2 ** (this.failures - 1)) || 1;
  }
}

const isWatched = () => {
  try {
    return parent !== window && top.sessionSecurity;
  } catch {} // of another origin
};

const find = (name) => document.getElementById(`session_security_${name}`);

const write = (name, text) => {
  const place = find(name);
  if (place) place.textContent = text;
};

/** Open or close a dialog, or what a site or an old browser has in its place. */
const show = (name, open, when = "") => {
  const box = find(name);
  if (!box) return;
  for (const part of box.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== when;
  if (box.open === open) return;
  if (!box.showModal) box.style.display = open ? "block" : "none";
  else if (open) box.showModal();
  else box.close();
};

/** "30 seconds", in the language of the page. */
const inWords = (left) => {
  const [value, unit] = left % 60 ? [left, "second"] : [left / 60, "minute"];
  const { lang } = document.documentElement;
  const format = { style: "unit", unit, unitDisplay: "long" };
  return new Intl.NumberFormat(lang || [], format).format(value);
};

let first = true;

class SessionSecurity extends HTMLElement {
  asking = false;
  covered = false;
  doubt = false; // the server must speak before the page is believed
  ended = false;
  unreported = false;
  warned = false;

  connectedCallback() {
    if (window.sessionSecurity?.isConnected) return this.remove();
    window.sessionSecurity = this;
    const options = JSON.parse(this.querySelector("script")?.textContent ?? "");
    this.options = options;
    // The server wrote the page after the navigation began: counting from there is never late.
    this.timeline = new Timeline(options, first ? performance.now() / 1000 : 0);
    this.tried = this.timeline.moment(1);
    this.server = new Server(options.pingUrl);
    this.acts = new Activity((event) => this.noticed(event));
    this.drafts = new Drafts(options.confirmFormDiscard);
    this.tabs = new Tabs(`session_security ${options.pingUrl}`, (message) => this.told(message));
    this.page = new Listener((event) => this.happened(event));
    const [entry] = performance.getEntriesByType("navigation");
    if (first && entry?.type === "back_forward" && !entry.transferSize) this.cover(); // from a cache
    first = false;
    addEventListener("pageshow", (event) => {
      if (!event.persisted || !this.isConnected) return;
      this.cover(); // before anything is seen
      this.start();
    });
    if (document.prerendering)
      document.addEventListener("prerenderingchange", () => this.start(), { once: true });
    else this.start();
  }

  disconnectedCallback() {
    this.stop();
    this.drafts?.stop();
  }

  start() {
    const { page } = this;
    if (!this.isConnected || page.ends) return;
    page.start();
    page.on(window, "focus online pagehide");
    page.on(document, "resume visibilitychange");
    page.on(this, "cancel click close submit", false);
    this.asking = false;
    this.acts.start();
    this.drafts.start();
    this.tabs.start();
    this.recall(true);
    this.tell("hello");
    this.judge();
  }

  stop() {
    clearTimeout(this.timer);
    clearTimeout(this.followed);
    for (const part of [this.page, this.acts, this.tabs]) part?.stop();
  }

  /** Seconds since the last act in any tab. */
  get idle() {
    return this.timeline.idle;
  }

  /** Seconds until the end. */
  get remaining() {
    return this.ended ? 0 : Math.max(0, this.timeline.remaining);
  }

  /** Extend the session: for a script that knows that somebody is there. */
  activity() {
    this.act(true);
  }

  noticed({ key, target }) {
    // The buttons of the warning do what they say, and the keys that work them lead there.
    const keys = ["Enter", "Escape", "Shift", "Tab", " "];
    const inside = this.warned && this.contains(target);
    if (!inside || !(key ? keys.includes(key) : target.closest("button"))) this.act();
  }

  act(sure = false) {
    const { options, timeline } = this;
    if (this.covered) return;
    if (timeline.remaining <= 0) return this.judge(); // moving the mouse revives nothing
    const urgent = timeline.idle >= options.warnAfter;
    if (urgent && options.requireConfirm && !sure) return;
    timeline.act = timeline.moment();
    this.unreported = true;
    if (urgent) timeline.report = timeline.moment(options.expireAfter);
    if (urgent || timeline.since(timeline.told) >= 1) {
      timeline.told = timeline.act;
      this.tell("act");
      this.judge();
    }
  }

  /** See what is due: called whenever something may have changed, counts nothing itself. */
  judge() {
    clearTimeout(this.timer);
    if (!this.page.ends || this.ended) return;
    if (isWatched()) return this.remove();
    const { remaining, warnIn, untold, heard } = this.timeline;
    if (remaining <= 0) this.cover();
    else if (!this.doubt) this.uncover();
    const late = warnIn <= 0;
    // Another tab may know better: the server must have spoken since the warning was due.
    const confirmed = this.timeline.since(heard) <= 0.05 - warnIn;
    this.warn(late && confirmed && !this.covered);
    const due =
      this.covered ||
      (this.doubt && !document.hidden) ||
      (late && !confirmed) ||
      (this.unreported && untold <= 0);
    if (due) this.ask();
    let wait = Math.min(60, warnIn, this.unreported ? untold : 60);
    if (due || late) wait = this.warned ? remaining % 1 : 1;
    this.timer = setTimeout(() => this.judge(), 1000 * Math.max(wait, 0.05));
  }

  /** Report and ask, unless this tab or another is at it, or the last try was just now. */
  async ask(keepalive = false) {
    const { options, server, timeline } = this;
    const asked = timeline.since(timeline.ask);
    if (
      this.asking ||
      timeline.since(this.tried) < server.pause ||
      (asked < 3 && asked < timeline.since(timeline.heard))
    )
      return;
    this.asking = true;
    timeline.ask = timeline.moment();
    this.tell("ask");
    const { act, ask, idle } = timeline;
    const question = { user: options.user ?? "", idleFor: idle.toFixed(3) };
    const answer = await server.ask(question, keepalive);
    this.asking = false;
    this.tried = timeline.moment();
    if (!this.page.ends) return; // the page was left meanwhile
    if (!answer) {
      timeline.ask = timeline.moment(3);
      return this.judge();
    }
    if (answer.state !== "active") return this.end(answer.reason);
    options.user ??= answer.user;
    if (answer.user !== options.user) return this.leave();
    options.warnAfter = answer.warnAfter;
    options.expireAfter = answer.expireAfter;
    timeline.limit(answer.absoluteIn, ask);
    timeline.heard = timeline.report = ask;
    const known = timeline.moment(timeline.since(ask) + answer.idle);
    if (timeline.act === act && answer.idle < idle + 2) {
      this.unreported = false;
      timeline.act = known;
    } else timeline.act = timeline.later(timeline.act, known);
    this.doubt = this.covered && timeline.remaining <= 1; // too near to the end to uncover
    this.ended = false;
    this.tell("heard");
    this.judge();
  }

  tell(kind, reason = "") {
    const { act, ask, heard, report } = this.timeline;
    const times = { act: act.wall, ask: ask.wall, heard: heard.wall, report: report.wall };
    this.tabs.tell({ kind, reason, user: this.options.user, ...times });
  }

  recall(starting = false) {
    const message = this.tabs.recall();
    if (message && !(starting && message.user !== this.options.user))
      this.told({ ...message, kind: "" });
  }

  told({ kind, reason, user, ...times }) {
    const { timeline } = this;
    if (user !== this.options.user) {
      if (kind !== "bye") this.cover();
      return this.judge();
    }
    const { heard } = timeline;
    for (const [key, wall] of Object.entries(times))
      timeline[key] = timeline.later(timeline[key], timeline.moment((Date.now() - wall) / 1000));
    if (timeline.heard !== heard) this.doubt = false;
    if (kind === "gone") return this.end(reason);
    if (kind === "hello" || kind === "bye") clearTimeout(this.followed);
    if (kind === "hello" && this.ended) this.ask();
    // A page that goes and is not followed may have signed out.
    if (kind === "bye")
      this.followed = setTimeout(() => {
        this.doubt = true;
        this.judge();
      }, 2000);
    this.judge();
  }

  happened(event) {
    const { target, type } = event;
    switch (type) {
      case "pagehide":
        this.tell("bye");
        return this.stop();
      case "cancel":
        event.preventDefault();
        if (!this.covered) this.stay();
        return;
      case "close":
        return this.covered && show("cover", true, this.ended ? "ended" : "doubt");
      case "submit":
        event.preventDefault();
        return this.signOut();
      case "click":
        if (target.closest("[data-session-security=stay]")) this.stay();
        if (target.closest("[data-session-security=leave]")) this.leave(true);
        return;
    }
    const { report, untold } = this.timeline;
    if (document.hidden) {
      // The last moment that is sure to come.
      if (this.unreported && this.timeline.since(report) > 15) this.ask(true);
      return;
    }
    if (this.doubt) this.cover();
    this.doubt ||= type === "resume" || untold <= 0;
    if (this.ended) this.ask();
    this.recall();
    this.judge();
  }

  warn(open) {
    const { final, remaining } = this.timeline;
    if (open !== this.warned) {
      this.warned = open;
      this.spoken = false;
      if (open) this.shown = this.fire("warn");
      else if (!this.covered) this.fire("extend");
      if (open !== this.warned) return; // someone who heard it acted
    }
    show("warning", open && this.shown, final ? "final" : "idle");
    if (!open) return;
    const left = Math.ceil(remaining);
    write("counter", `${Math.floor(left / 60)}:${`${left % 60}`.padStart(2, "0")}`);
    if (!this.spoken || [10, 20, 30].includes(left) || left % 60 === 0)
      write("spoken", inWords(left));
    this.spoken = true;
  }

  stay() {
    if (this.timeline.final) this.shown = false;
    else this.act(true);
    this.judge();
  }

  cover() {
    this.doubt = true;
    if (this.covered) return;
    this.covered = true;
    this.warn(false); // first, so that the focus comes back to where it was
    document.documentElement.classList.add("session_security_covered");
    show("cover", true, "doubt");
  }

  uncover() {
    if (!this.covered) return;
    this.covered = false;
    document.documentElement.classList.remove("session_security_covered");
    show("cover", false);
  }

  end(reason) {
    if (this.ended) return;
    this.cover();
    this.ended = true;
    this.tell("gone", reason);
    const { onExpire, returnToUrl } = this.options;
    if (!this.fire("expire", { reason })) return; // the site goes on, behind the cover
    if (onExpire === "lock" || (onExpire !== "leave" && this.drafts.unsaved)) {
      show("cover", true, "ended");
      this.fire("lock");
    } else if (returnToUrl) this.signOut();
    else this.leave();
  }

  /** Load the page again: the server shows what may be seen now. */
  leave(sure = false) {
    this.disconnectedCallback();
    const url = location.href.split("#")[0];
    // Not again and again, should a cache answer.
    if (sure || performance.now() > 1e4 || document.referrer !== url) location.replace(url);
  }

  /** By POST, and with a token of now: sign-in renews it, the end may take it away. */
  async signOut() {
    const form = this.querySelector("form");
    const answer = await this.server.ask({ token: "1" });
    if (!answer && !this.ended) return;
    this.disconnectedCallback();
    if (!form || !answer) return location.replace(this.options.returnToUrl);
    form.csrfmiddlewaretoken.value = answer.csrfToken;
    form.submit();
  }

  fire(name, detail = {}) {
    const init = { bubbles: true, cancelable: true, detail };
    return this.dispatchEvent(new CustomEvent(`session-security:${name}`, init));
  }
}

customElements.define("session-security", SessionSecurity);
