// Warns before the session ends, covers the page when it has; times are in seconds.

/** What is due. */
class Timeline {
  constructor(options, age) {
    this.options = options;
    this.act = this.moment(age + (options.idle ?? 0));
    this.report = this.heard = this.ask = this.told = this.moment(age);
    this.end = this.moment(age - (options.absoluteIn ?? Infinity)); // by age
  }

  moment(ago = 0) {
    return { wall: Date.now() - ago * 1000, mono: performance.now() - ago * 1000 };
  }

  // One clock can be set back, the other stands still in sleep.
  since({ wall, mono }) {
    return Math.max(Date.now() - wall, performance.now() - mono) / 1000;
  }

  // A time in the future is worth nothing.
  later(moment, other) {
    return this.since(other) > -1 && this.since(other) < this.since(moment) ? other : moment;
  }

  get idle() {
    return this.since(this.act);
  }

  get remaining() {
    return Math.min(this.options.expireAfter - this.idle, -this.since(this.end));
  }

  get final() {
    return this.remaining < this.options.expireAfter - this.idle;
  }

  get warnIn() {
    return this.remaining - this.options.expireAfter + this.options.warnAfter;
  }

  get untold() {
    return this.options.expireAfter / 5 - this.since(this.report);
  }
}

class Listener {
  constructor(hear) {
    this.hear = hear;
  }

  start() {
    this.ends ??= new AbortController();
  }

  stop() {
    this.ends?.abort();
    this.ends = null;
  }

  on(target, types, passive = true) {
    const options = { capture: target !== window, passive, signal: this.ends?.signal };
    for (const type of types.split(" ")) target.addEventListener(type, this, options);
  }

  handleEvent(event) {
    this.hear(event);
  }
}

/** Notices what people do, and what becomes of forms, in frames too. */
class Activity extends Listener {
  place = "";

  start() {
    super.start();
    this.watch(window);
  }

  watch(view) {
    try {
      if (!view?.document) return;
      for (const frame of view.document.querySelectorAll("iframe")) this.watch(frame.contentWindow);
      this.on(
        view.document,
        "change input keydown load pointerdown pointermove reset submit touchmove wheel",
      );
    } catch {}
  }

  handleEvent(event) {
    if (event.type === "load") return this.watch(event.target.contentWindow);
    if (event.type === "pointermove") {
      // The layout can shift under a still pointer.
      const before = this.place;
      this.place = `${event.screenX} ${event.screenY}`;
      if (!before || before === this.place) return;
    }
    this.hear(event);
  }
}

const formOf = (field) => {
  const { defaultView, host } = field.getRootNode();
  const outer = host ?? defaultView?.frameElement;
  return field.form ?? field.closest("form") ?? (outer && formOf(outer));
};

const differs = (field) => {
  const { checked, defaultChecked, defaultValue, multiple, options, value } = field;
  if (!options) return value !== defaultValue || checked !== defaultChecked || !("value" in field);
  const all = [...options];
  const first = !multiple && !all.some((option) => option.defaultSelected) && options[0];
  return all.some((option) => option.selected !== (option.defaultSelected || option === first));
};

/** Knows what was typed and not sent. */
class Drafts {
  asks = false;
  fields = new Map(); // with what sends or resets them
  others = {}; // asked without a form

  constructor(ping) {
    this.others[ping] = 9;
    this.observer = new PerformanceObserver((list) => list.getEntries().map(this.done, this));
    this.observer.observe({ type: "resource" });
  }

  get unsaved() {
    return [...this.fields].some(
      ([field, event]) =>
        field.isConnected && differs(field) && (!event || (event.defaultPrevented && !event.sent)),
    );
  }

  note(event) {
    const { target, type } = event;
    if (type === "input" || (type === "change" && "value" in event.composedPath()[0])) {
      const path = event.composedPath();
      if (!path.some((part) => part.dataset?.sessionSecurity === "ignore"))
        this.fields.set(path[0], null);
      this.update();
    } else if (type === "reset" || type === "submit")
      for (const field of this.fields.keys())
        if (formOf(field) === target) this.fields.set(field, event);
  }

  // A script has sent a form if what it asks for at once, but not always, succeeds.
  done({ initiatorType, name, responseStatus, startTime }) {
    if (!/^(fetch|xml)/.test(initiatorType)) return;
    const { pathname } = new URL(name);
    const events = [...this.fields.values()].filter(
      (event) => event && Math.abs(startTime - event.timeStamp - 500) <= 500,
    );
    if (!events[0]) this.others[pathname] = -~this.others[pathname];
    else if (!(this.others[pathname] > 2) && Math.floor(responseStatus / 200) === 1)
      for (const event of events) event.sent = true;
  }

  forget(form) {
    for (const field of this.fields.keys())
      if (!form || formOf(field) === form) this.fields.set(field, {});
  }

  stop() {
    this.asks = false;
    this.update();
  }

  // Listening keeps a page out of the back/forward cache.
  update() {
    removeEventListener("beforeunload", this);
    if (this.asks && this.unsaved) addEventListener("beforeunload", this);
  }

  handleEvent(event) {
    this.observer.takeRecords().map(this.done, this);
    if (this.unsaved) event.preventDefault();
  }
}

class Tabs {
  constructor(hear, name) {
    this.hear = hear;
    this.name = name;
  }

  start(Channel = window.BroadcastChannel) {
    if (!Channel) return;
    this.channel ??= new Channel(this.name);
    this.channel.onmessage = ({ data }) => this.hear(data);
  }

  stop() {
    this.channel?.close();
    this.channel = null;
  }

  tell(message) {
    this.channel?.postMessage(message);
  }
}

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
      if (answer.state === "expired" || answer.idle < answer.expireAfter) {
        this.failures = 0;
        return answer;
      }
    } catch {}
    this.failures++;
  }
}

const isWatched = () => {
  try {
    return parent !== window && top.sessionSecurity;
  } catch {} // of another origin
};

const find = (name) => document.getElementById(`session_security_${name}`);

const write = (name, text) => Object.assign(find(name) ?? {}, { textContent: text });

let field; // where the focus was

const show = (name, open, when = "") => {
  const box = find(name);
  if (!box) return;
  for (const part of box.querySelectorAll("[data-when]"))
    part.hidden = !part.dataset.when.split(" ").includes(when);
  if (box.open === open) return;
  if (!box.showModal) box.style.display = open ? "block" : "none";
  else if (open) {
    field ??= document.activeElement;
    while (field?.contentDocument) field = field.contentDocument.activeElement;
    box.showModal();
  } else {
    box.close();
    field?.focus({ preventScroll: true }); // a frame forgets it
    field = null;
  }
};

const inWords = (left, language) => {
  const [value, unit] = left % 60 ? [left, "second"] : [left / 60, "minute"];
  return value.toLocaleString(language, { style: "unit", unit, unitDisplay: "long" });
};

let rest; // more.js

const SHARED = ["act", "ask", "heard", "report"];

class SessionSecurity extends HTMLElement {
  called = false; // by a page of another sign-in
  covered = false;
  doubt = false; // until the server speaks
  ended = ""; // the reason
  last = 0;
  turn = 0;
  unreported = false;
  warned = false;

  connectedCallback() {
    const other = window.sessionSecurity;
    if (other !== this && other?.isConnected) return this.remove();
    window.sessionSecurity = this;
    const options = JSON.parse(this.firstElementChild.textContent);
    this.options = options;
    const first = document.readyState !== "complete";
    // since before the page was written: never late
    this.timeline = new Timeline(options, first ? performance.now() / 1000 : 0);
    this.server = new Server(options.pingUrl);
    this.acts = new Activity((event) => this.noticed(event));
    this.drafts = new Drafts(options.pingUrl);
    this.drafts.asks = options.confirmFormDiscard;
    this.tabs = new Tabs((message) => this.told(message), `session_security ${options.pingUrl}`);
    this.page = new Listener((event) => this.happened(event));
    const [entry] = performance.getEntriesByType("navigation");
    if (first && entry?.type === "back_forward" && !entry.transferSize) this.cover();
    addEventListener("pageshow", (event) => {
      if (!event.persisted || !this.isConnected) return;
      this.cover();
      if (this.ended) this.called = true;
      this.start();
    });
    if (!document.prerendering) return this.start();
    document.addEventListener("prerenderingchange", () => this.start());
  }

  disconnectedCallback() {
    this.stop();
    this.drafts?.stop();
  }

  start() {
    const { page } = this;
    if (page.ends) return;
    page.start();
    page.on(window, "focus online pagehide");
    page.on(document, "resume visibilitychange");
    page.on(this, "cancel click close submit", false);
    this.tried = this.timeline.moment(1);
    this.acts.start();
    this.tabs.start();
    if (!this.tabs.channel) this.more("channel");
    this.tell("hello");
    this.judge();
  }

  stop() {
    clearTimeout(this.timer);
    clearTimeout(this.followed);
    for (const part of [this.page, this.acts, this.tabs]) part?.stop();
  }

  get idle() {
    return this.timeline.idle;
  }

  get remaining() {
    return Math.max(0, this.timeline.remaining);
  }

  activity() {
    this.act(true);
  }

  saved(form) {
    this.drafts.forget(form);
    this.judge();
  }

  noticed(event) {
    const { isTrusted, key, target, type } = event;
    this.drafts.note(event);
    if (!isTrusted || /^(change|reset|submit)$/.test(type)) return;
    // The buttons have effects of their own.
    const works = key ? /^(Enter|Escape|Tab| )$/.test(key) : target.closest?.("a, button");
    if (!works || !this.warned || !this.contains(target)) this.act();
  }

  act(sure = false) {
    const { options, timeline } = this;
    if (this.covered) return;
    if (timeline.remaining <= 0) return this.judge(); // revives nothing
    const urgent = timeline.idle >= options.warnAfter;
    if (urgent && options.requireConfirm && !sure) return;
    timeline.act = timeline.moment();
    this.unreported = true;
    if (urgent) this.tried = timeline.report = timeline.moment(options.expireAfter);
    if (urgent || timeline.since(timeline.told) >= 1) {
      timeline.told = timeline.act;
      this.tell("act");
      this.judge();
    }
  }

  /** Does what is due. */
  judge() {
    clearTimeout(this.timer);
    if (!this.page.ends || (this.ended && !this.called)) return;
    if (isWatched()) return this.remove();
    this.drafts.update();
    const { remaining, warnIn, untold, heard } = this.timeline;
    const { expireAfter, warnAfter } = this.options;
    if (remaining <= 0) this.cover();
    else if (!this.doubt && !this.ended) this.cover(false);
    const late = warnIn <= 0;
    // The server has spoken since.
    const confirmed = this.timeline.since(heard) <= 0.05 - warnIn;
    const due =
      this.called ||
      this.covered ||
      (this.doubt && !document.hidden) ||
      (late && !confirmed) ||
      (this.unreported && untold <= 0);
    if (due && (this.waited || this.called || !document.hidden)) this.ask();
    this.waited = due;
    // In sleep timers stand still.
    let wait = Math.min(document.hidden ? 60 : 1, warnIn, this.unreported ? untold : 60);
    if (due || late) wait = this.warned ? remaining % 1 : 1;
    this.timer = setTimeout(() => this.judge(), 1000 * Math.max(wait, 0.05));
    // A slow server holds no warning back.
    const waited = 3 * warnIn < warnAfter - expireAfter;
    this.warn(late && (confirmed || waited || this.server.failures > 2) && !this.covered);
  }

  /** Reports and asks, unless some tab is at it. */
  async ask(keepalive = false) {
    const { options, server, timeline } = this;
    const asked = timeline.since(timeline.ask);
    if (
      timeline.since(this.tried) <
        Math.min(30, options.expireAfter / 20, 2 ** (server.failures - 1)) ||
      (asked < 3 && asked < timeline.since(timeline.heard) && !this.called)
    )
      return;
    timeline.ask = timeline.moment();
    this.tried = timeline.moment(-options.expireAfter / 5);
    this.tell("ask");
    const { act, ask, idle } = timeline;
    const { signIn = "", user = "" } = options;
    const question = { signIn, user, idleFor: idle.toFixed(3) };
    const turn = ++this.turn;
    const answer = await server.ask(question, keepalive);
    this.tried = timeline.moment();
    if (!this.page.ends || turn < (answer?.reason ? this.turn : this.last)) return; // overtaken
    if (answer) this.last = turn;
    const { csrfToken, reason } = answer ?? {};
    if (reason) {
      this.called = false;
      if (!this.ended) this.tell("gone", reason);
      return this.end(reason);
    }
    if (answer && answer.user !== (user || answer.user)) return this.leave();
    if (csrfToken) this.called = true; // its forms are of an earlier sign-in
    if (!answer || (csrfToken && !(await this.more("renew", answer)))) {
      timeline.ask = timeline.moment(3);
      return this.judge();
    }
    Object.assign(options, answer);
    timeline.heard = timeline.report = timeline.later(timeline.heard, ask);
    const age = timeline.since(ask);
    timeline.end = timeline.moment(age - (answer.absoluteIn ?? Infinity));
    const known = timeline.moment(age + answer.idle);
    if (timeline.act === act && answer.idle < idle + 2) {
      this.unreported = false;
      timeline.act = known;
    } else timeline.act = timeline.later(timeline.act, known);
    this.doubt = this.covered && timeline.remaining <= 1; // not for a blink
    const locked = this.ended;
    this.called = false;
    this.ended = "";
    this.tell("heard");
    this.judge();
    if (locked) this.fire("unlock");
  }

  /** Does what few pages need. */
  async more(name, ...values) {
    const { options, server } = this;
    try {
      // No address is tried twice.
      rest ??= await import(`${options.moreUrl}#${Math.random()}`);
    } catch {
      const answer = await server.ask({ token: "1" }); // a new release has moved it
      if (!answer?.moreUrl || answer.moreUrl === options.moreUrl) return;
      options.moreUrl = answer.moreUrl;
      return this.more(name, ...values);
    }
    rest[name](this, ...values);
    return true;
  }

  // Ages: a clock may be set.
  tell(kind, reason = "") {
    const { signIn, user } = this.options;
    const message = { kind, reason, signIn, user, sent: Date.now() };
    for (const key of SHARED) message[key] = this.timeline.since(this.timeline[key]);
    this.tabs.tell(message);
  }

  told(message) {
    const { options, timeline } = this;
    const { kind, reason } = message;
    if (message.user !== options.user || message.signIn !== options.signIn) {
      if (message.user !== options.user) this.cover();
      if (!this.called) this.tried = timeline.moment(60);
      this.called = true;
      return this.judge();
    }
    const { act, heard } = timeline;
    const late = Math.max(0, Date.now() - message.sent) / 1000;
    for (const key of SHARED)
      timeline[key] = timeline.later(timeline[key], timeline.moment(message[key] + late));
    if (timeline.act !== act) this.unreported = false;
    if (timeline.heard !== heard) this.doubt = false;
    if (kind === "gone" || kind === "lock") {
      if (late < 2) return this.end(reason, kind === "lock");
      this.doubt = true; // who was frozen asks
    }
    if (kind === "hello" && this.ended) this.ask();
    if (kind === "hello" || kind === "bye") clearTimeout(this.followed);
    if (kind === "bye")
      this.followed = setTimeout(() => {
        this.doubt = true; // gone, and not followed
        this.judge();
      }, 2000);
    this.judge();
  }

  happened(event) {
    const { target, type } = event;
    switch (type) {
      case "cancel":
        event.preventDefault();
        if (!this.covered) this.stay();
        return;
      case "close":
        return this.explain();
      case "submit":
        event.preventDefault();
        this.more("signOut");
        return;
      case "click": {
        // It may close itself.
        const link = target.closest("a[target]");
        const tab = link && open(link.href);
        if (tab) {
          tab.opener = null;
          event.preventDefault();
        }
        if (target.closest("[name=stay]")) this.stay();
        if (target.closest("[name=leave]")) this.leave(true);
        return;
      }
    }
    const { options, server, timeline } = this;
    const leaves = type === "pagehide";
    if (leaves || document.hidden) {
      if (this.unreported && timeline.since(timeline.report) > options.expireAfter / 20)
        this.ask(true);
      if (!leaves) return;
      this.tell("bye");
      return this.stop();
    }
    if (this.doubt && !server.failures) this.cover();
    this.doubt ||= type === "resume" || timeline.untold <= 0;
    this.tried = timeline.moment(60);
    if (this.ended) this.ask();
    this.judge();
  }

  warn(open) {
    const { final, remaining } = this.timeline;
    if (open !== this.warned) {
      this.warned = open;
      this.left = 0;
      if (open) {
        this.shown = this.fire("warn");
        this.more("guard");
      } else if (!this.covered) this.fire("extend");
      if (open !== this.warned) return;
    }
    show("warning", open && this.shown, final ? "final" : "idle");
    const left = Math.ceil(remaining);
    if (!open || left === this.left) return;
    write("counter", `${(left / 60) | 0}:${`${left % 60}`.padStart(2, "0")}`);
    if (!this.left || [10, 20, 30].includes(left) || left % 60 === 0)
      write("spoken", inWords(left, this.options.language));
    this.left = left;
  }

  stay() {
    if (this.timeline.final) this.shown = false;
    else this.act(true);
    this.judge();
  }

  cover(covered = true) {
    this.doubt ||= covered;
    if (covered === this.covered) return;
    this.covered = covered;
    if (covered) {
      this.warn(false); // first, for the focus
      this.titled = document.title;
      document.title = find("cover_title")?.textContent ?? "";
    } else document.title = this.titled;
    document.documentElement.classList.toggle("session_security_covered", covered);
    this.explain();
    rest?.guard(this);
  }

  end(reason, stays = false) {
    if (this.ended) return;
    this.cover();
    this.ended = reason;
    this.finish(this.fire("expire", { reason }), stays);
  }

  async finish(...how) {
    if (await this.more("end", ...how)) return;
    this.explain();
    setTimeout(() => this.ended && this.finish(...how), 30000);
  }

  explain() {
    show("cover", this.covered, this.ended || "doubt");
  }

  leave(sure = false) {
    this.cover();
    this.ended ||= "anonymous";
    const url = location.href.split("#")[0];
    // A cache must not make this a loop.
    if (!sure && performance.now() < 1e4 && document.referrer === url) return;
    this.disconnectedCallback();
    location.replace(url);
  }

  fire(name, detail = {}) {
    const init = { bubbles: true, cancelable: true, detail };
    return this.dispatchEvent(new CustomEvent(`session-security:${name}`, init));
  }
}

customElements.define("session-security", SessionSecurity);
