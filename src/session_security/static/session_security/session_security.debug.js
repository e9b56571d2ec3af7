// Built from client/
(() => {
  // observer.ts
  var Observer = class {
    constructor() {
      this.isStarted = false;
    }
    start() {
      if (this.isStarted) return;
      this.isStarted = true;
      this.listen();
    }
    stop() {
      if (!this.isStarted) return;
      this.isStarted = false;
      this.listen();
    }
    /**
     * Adds a listener, or removes it once this has stopped, for types with a space between.
     *
     * Not by a signal: older releases of zone.js never add again what a signal has removed.
     *
     * It captures, so that no script of the page can keep events away; but of a window only its own,
     * for "focus" is also that of each field.
     */
    on(target, types, hear, special = {}) {
      const change = this.isStarted ? "addEventListener" : "removeEventListener";
      const options = { capture: target !== window, passive: true, ...special };
      for (const type of types.split(" ")) target[change](type, hear, options);
    }
  };

  // page.ts
  var PageObserver = class extends Observer {
    constructor(delegate) {
      super();
      this.delegate = delegate;
      this.hear = ({ type }) => {
        const isLeft = type === "pagehide";
        if (isLeft || document.hidden) this.delegate.onHidden();
        else this.delegate.onReturned(type === "resume");
        if (isLeft) this.delegate.onLeft();
      };
    }
    listen() {
      this.on(window, "focus online pagehide", this.hear);
      this.on(document, "resume visibilitychange", this.hear);
    }
  };
  function navigationOf() {
    return performance.getEntriesByType("navigation")[0] ?? {};
  }
  function isFromCache() {
    const { type, transferSize } = navigationOf();
    return type === "back_forward" && !transferSize;
  }
  function isWatchedFromOutside() {
    try {
      return window.top !== window && Boolean(window.top?.sessionSecurity);
    } catch {
      return false;
    }
  }

  // clock.ts
  function momentAgo(seconds = 0) {
    const milliseconds = seconds * 1e3;
    return { wall: Date.now() - milliseconds, monotonic: performance.now() - milliseconds };
  }
  var NEVER = momentAgo(Infinity);
  function secondsSince(moment) {
    return Math.max(Date.now() - moment.wall, performance.now() - moment.monotonic) / 1e3;
  }
  function laterOf(known, other) {
    const age = secondsSince(other);
    return age > -1 && age < secondsSince(known) ? other : known;
  }

  // policy.ts
  var DAY = 86400;
  var SELDOM = 60;
  var SHORTEST = 0.05;
  var TOLERANCE = 0.05;
  var QUESTION_PATIENCE = 3;
  var FAILURES_BEFORE_WARNING = 2;
  function timeLeft({ sinceActivity, absoluteEndIn }, { expireAfter }) {
    return Math.min(expireAfter - sinceActivity, absoluteEndIn);
  }
  function isEndFinal({ sinceActivity, absoluteEndIn }, limits) {
    return absoluteEndIn < limits.expireAfter - sinceActivity;
  }
  function reportDueIn({ isReportUrgent, sinceReport }, { expireAfter }) {
    return isReportUrgent ? 0 : expireAfter / 5 - sinceReport;
  }
  function backOff(failures, { expireAfter }) {
    return Math.min(30, expireAfter / 20, 2 ** (failures - 1));
  }
  function mayAsk(facts) {
    if (facts.mayAskIn > 0) return false;
    const isUnanswered = facts.sinceQuestion < facts.sinceAnswer;
    const isBeingAsked = isUnanswered && facts.sinceQuestion < QUESTION_PATIENCE;
    return facts.mayHaveNewSignIn || !isBeingAsked;
  }
  function shouldReportWhenHidden(facts, limits) {
    const isWorthIt = facts.isReportUrgent || facts.sinceReport > limits.expireAfter / 20;
    return facts.hasUnreportedActivity && isWorthIt;
  }
  function weighActivity(ages, limits, { isDeliberate, requireConfirm }) {
    if (timeLeft(ages, limits) <= 0) return "late";
    if (ages.sinceActivity < limits.warnAfter) return "counted";
    return requireConfirm && !isDeliberate ? "refused" : "rescue";
  }
  function afterTheEnd(page) {
    if (!page.mayLeave) return "locked";
    if (!page.canLock || page.onExpire === "leave") return "leaving";
    if (page.onExpire === "lock") return "locked";
    return page.awaitsSignIn || page.hasUnsavedInput ? "locked" : "leaving";
  }
  function reckon(facts, limits) {
    const remaining = timeLeft(facts, limits);
    const warningIn = remaining - (limits.expireAfter - limits.warnAfter);
    return {
      remaining,
      warningIn,
      reportIn: facts.hasUnreportedActivity ? reportDueIn(facts, limits) : Infinity,
      isConfirmed: facts.sinceAnswer <= TOLERANCE - warningIn,
      // What is covered opens only when the server has spoken.
      isCovered: remaining <= 0 || facts.coveredFor !== null && (facts.isUncertain || facts.isEnded)
    };
  }
  function isAnswerDue(facts, reckoning) {
    if (facts.mayHaveNewSignIn) return true;
    if (facts.isEnded) return false;
    return reckoning.isCovered || facts.isUncertain && !facts.isHidden || reckoning.warningIn <= 0 && !reckoning.isConfirmed || reckoning.reportIn <= 0;
  }
  function phaseOf(facts, limits, reckoning) {
    const { isCovered, isConfirmed, warningIn } = reckoning;
    if (facts.isLeaving || isCovered && (facts.coveredFor ?? 0) >= DAY) return "leaving";
    if (facts.isEnded) return "locked";
    if (isCovered) return "covered";
    const isOverdue = 3 * warningIn < limits.warnAfter - limits.expireAfter;
    const mayWarn = isConfirmed || isOverdue || facts.failures > FAILURES_BEFORE_WARNING;
    return warningIn <= 0 && mayWarn ? "warning" : "open";
  }
  function nextLook(facts, reckoning, isDue) {
    const { isCovered, remaining, reportIn, warningIn } = reckoning;
    if (facts.isEnded && !isDue) return SELDOM;
    if (!isDue && warningIn > 0) return Math.min(facts.isHidden ? SELDOM : 1, warningIn, reportIn);
    if (isCovered) return 1;
    return Math.min(facts.isWarningOpen ? remaining % 1 : 1, remaining);
  }
  function decide(facts, limits) {
    if (!facts.isRunning) {
      return { phase: "dormant", ask: false, isAnswerDue: false, lookAgainIn: SELDOM };
    }
    const reckoning = reckon(facts, limits);
    const isDue = isAnswerDue(facts, reckoning);
    const isItsTurn = !facts.isHidden || facts.wasAnswerDue || facts.mayHaveNewSignIn;
    return {
      phase: phaseOf(facts, limits, reckoning),
      ask: isDue && isItsTurn && mayAsk(facts),
      isAnswerDue: isDue,
      lookAgainIn: Math.max(nextLook(facts, reckoning, isDue), SHORTEST)
    };
  }

  // timeline.ts
  var SHARED = ["activity", "answer", "report", "question"];
  function timesOfNewPage({ idle = 0, absoluteIn = null }, age) {
    const asked = momentAgo(age);
    return {
      activity: momentAgo(age + idle),
      answer: asked,
      report: asked,
      question: NEVER,
      broadcast: asked,
      absoluteEnd: momentAgo(age - (absoluteIn ?? Infinity)),
      hasUnreportedActivity: false,
      isReportUrgent: false
    };
  }
  var Timeline = class {
    constructor(times, serverLimits) {
      this.times = times;
      this.serverLimits = serverLimits;
    }
    get facts() {
      const { times } = this;
      return {
        sinceActivity: secondsSince(times.activity),
        sinceAnswer: secondsSince(times.answer),
        sinceReport: secondsSince(times.report),
        sinceQuestion: secondsSince(times.question),
        absoluteEndIn: -secondsSince(times.absoluteEnd),
        hasUnreportedActivity: times.hasUnreportedActivity,
        isReportUrgent: times.isReportUrgent
      };
    }
    get idle() {
      return secondsSince(this.times.activity);
    }
    get remaining() {
      return timeLeft(this.facts, this.serverLimits);
    }
    get isEndFinal() {
      return isEndFinal(this.facts, this.serverLimits);
    }
    get isReportDue() {
      return reportDueIn(this.facts, this.serverLimits) <= 0;
    }
    get ages() {
      const { activity, answer, report, question } = this.times;
      return {
        activity: secondsSince(activity),
        answer: secondsSince(answer),
        report: secondsSince(report),
        question: secondsSince(question)
      };
    }
    /** Somebody is here. True if the other tabs are to be told. */
    recordActivity(isUrgent) {
      const { times } = this;
      const isNews = isUrgent || secondsSince(times.broadcast) >= 1;
      times.activity = momentAgo();
      times.hasUnreportedActivity = true;
      times.isReportUrgent ||= isUrgent;
      if (isNews) times.broadcast = times.activity;
      return isNews;
    }
    recordQuestion() {
      const { times } = this;
      times.question = momentAgo();
      return { sent: times.question, activity: times.activity, idleFor: this.idle };
    }
    recordFailure() {
      this.times.question = NEVER;
    }
    recordAnswer({ sent, activity, idleFor }, { idle, absoluteIn }) {
      const { times } = this;
      times.answer = times.report = laterOf(times.answer, sent);
      times.isReportUrgent = false;
      const age = secondsSince(sent);
      if (absoluteIn !== void 0) times.absoluteEnd = momentAgo(age - (absoluteIn ?? Infinity));
      const known = momentAgo(age + idle);
      if (times.activity === activity && idle < idleFor + 2) {
        times.hasUnreportedActivity = false;
        times.activity = known;
      } else times.activity = laterOf(times.activity, known);
    }
    /** What another tab knew so many seconds ago. True if it had heard from the server since. */
    merge(ages, delay) {
      const { times } = this;
      const { activity, answer } = times;
      for (const name of SHARED) {
        const age = ages[name] ?? Infinity;
        times[name] = laterOf(times[name], momentAgo(age + delay));
      }
      const isNews = times.answer !== answer;
      if (isNews) times.isReportUrgent = false;
      if (times.activity !== activity && !times.isReportUrgent) times.hasUnreportedActivity = false;
      return isNews;
    }
  };

  // roots.ts
  function documentIn(element) {
    return "contentDocument" in element ? element.contentDocument : null;
  }
  function* rootsIn(root) {
    yield root;
    for (const element of root.querySelectorAll("*")) {
      for (const inner of [documentIn(element), element.shadowRoot]) {
        if (inner) yield* rootsIn(inner);
      }
    }
  }
  function outerOf(node) {
    const root = node.getRootNode();
    return root.host ?? root.defaultView?.frameElement ?? null;
  }

  // csrf.ts
  var FIELDS = "[name=csrfmiddlewaretoken]";
  var METAS = "meta[name*=csrf i]:not([name*=header i], [name*=param i])";
  var HTMX_ATTRIBUTES = ["hx-headers", "hx-vals", "data-hx-headers", "data-hx-vals"];
  var TOKEN_IN_JSON = /("[^"]*csrf[^"]*"\s*:\s*")[^"]*/gi;
  function renewTokens(csrfToken, within = document) {
    for (const root of rootsIn(within)) {
      for (const field of root.querySelectorAll(FIELDS)) field.value = csrfToken;
      for (const meta of root.querySelectorAll(METAS)) meta.content = csrfToken;
      for (const name of HTMX_ATTRIBUTES) {
        for (const element of root.querySelectorAll(`[${name}]`)) {
          const json = element.getAttribute(name) ?? "";
          element.setAttribute(name, json.replace(TOKEN_IN_JSON, `$01${csrfToken}`));
        }
      }
    }
  }

  // ping.ts
  var PATIENCE = 30;
  async function read(response) {
    const answer = await response.json().catch(() => null);
    if (response.status !== 401 || answer?.state) return answer;
    const reason = response.headers.get("X-Session-Expired");
    return {
      state: "expired",
      reason: reason === "idle" || reason === "absolute" ? reason : "anonymous"
    };
  }
  var PingClient = class {
    constructor(options) {
      this.options = options;
      /** In a row. */
      this.failures = 0;
      this.asked = 0;
      // questions, which are counted to be told apart
      this.answered = 0;
      // the latest one whose answer has come
      this.isWaiting = false;
      // for the answer to the latest attempt
      this.attempt = NEVER;
      // when it was sent, or answered
      /** By 2.6.8, or a view of the site's own that has only `get`. */
      this.isPostRefused = false;
    }
    /** Seconds until the next question may be sent. */
    get mayAskIn() {
      const patience = this.isWaiting ? this.options.expireAfter / 5 : 0;
      return patience + backOff(this.failures, this.options) - secondsSince(this.attempt);
    }
    /** Somebody is here, or the network is back: the next question need not wait. */
    allowNow() {
      this.attempt = NEVER;
    }
    /**
     * Ask, whether or not it is time to.
     *
     * An answer is "overtaken" if one to a later question has come. "Nobody is signed in" is so by
     * any later question, for somebody may have signed in between.
     */
    async ask(question, isPageHidden = false) {
      const number = ++this.asked;
      this.attempt = momentAgo();
      this.isWaiting = true;
      const answer = await this.sendQuestion(question, isPageHidden);
      this.attempt = momentAgo();
      this.isWaiting = false;
      if (number < (answer?.state === "expired" ? this.asked : this.answered)) return "overtaken";
      if (!answer) return "failed";
      this.answered = number;
      return answer;
    }
    /** A CSRF token of this moment, if there is an answer, whoever is signed in. */
    async fetchToken() {
      return (await this.sendQuestion({ token: "1" }, false))?.csrfToken;
    }
    async sendQuestion(question, isPageHidden) {
      try {
        const answer = await this.requestAnswer(question, isPageHidden);
        if (answer?.state === "expired" || answer && answer.idle < answer.expireAfter) {
          this.failures = 0;
          return answer;
        }
      } catch {
      }
      this.failures++;
      return null;
    }
    async requestAnswer(question, isPageHidden) {
      const url = new URL(this.options.pingUrl, location.href);
      if (question.idleFor) url.searchParams.set("idleFor", String(Math.floor(+question.idleFor)));
      const request = {
        credentials: "include",
        // also to the origin that a page was mounted from
        headers: { "X-Session-Security": "1" },
        signal: AbortSignal.timeout?.(PATIENCE * 1e3),
        // Chrome 103, Safari 16
        keepalive: isPageHidden
        // or the browser drops the request with the page
      };
      if (!this.isPostRefused) {
        const body = new URLSearchParams(question);
        const response = await fetch(url, { ...request, method: "POST", body });
        if (![403, 404, 405].includes(response.status)) return read(response);
      }
      const answer = this.readBare(await (await fetch(url, request)).json());
      this.isPostRefused ||= answer !== null;
      return answer;
    }
    /** What 2.x answers: whole seconds, or "logout". */
    readBare(answer) {
      if (answer === "logout") return { state: "expired", reason: "anonymous" };
      if (typeof answer !== "number") return null;
      const { expireAfter, warnAfter, signIn = "", user = "" } = this.options;
      return { state: "active", idle: answer, expireAfter, warnAfter, signIn, user };
    }
  };

  // tabs.ts
  var Tabs = class {
    constructor(owner, delegate) {
      this.delegate = delegate;
      this.channel = null;
      this.name = `session_security ${owner}`;
    }
    start() {
      if (!window.BroadcastChannel) return;
      this.channel ??= new BroadcastChannel(this.name);
      this.channel.onmessage = ({ data }) => this.delegate.onTabMessage(data);
    }
    // An open one does not keep a page out of the back/forward cache, but what is said to a page
    // there is lost, or throws it out.
    stop() {
      this.channel?.close();
      this.channel = null;
    }
    broadcast(message) {
      this.channel?.postMessage(message);
    }
  };

  // conversation.ts
  var FOLLOW = 2e3;
  var FRESH = 2;
  function areOthers(user, other) {
    return Boolean(user && other && user !== other);
  }
  var Conversation = class {
    constructor(page) {
      this.page = page;
      /** The page may have missed something. */
      this.isUncertain = false;
      this.mayHaveNewSignIn = false;
      const { options } = page;
      this.ping = new PingClient(options);
      this.tabs = new Tabs(options.channel ?? options.pingUrl, this);
    }
    start() {
      this.tabs.start();
    }
    stop() {
      clearTimeout(this.departureTimer);
      this.tabs.stop();
    }
    // What the server says.
    async ask(isPageHidden = false) {
      if (this.page.isStarted && mayAsk(this.page.facts)) await this.inquire(isPageHidden);
    }
    async inquire(isPageHidden) {
      const question = this.page.timeline.recordQuestion();
      this.broadcast("question");
      const { signIn = "", user = "" } = this.page.options;
      const idleFor = question.idleFor.toFixed(3);
      const answer = await this.ping.ask({ signIn, user, idleFor }, isPageHidden);
      if (this.page.isStarted && answer !== "overtaken") this.onAnswer(question, answer);
    }
    onAnswer(question, answer) {
      if (answer === "failed") {
        this.page.timeline.recordFailure();
        this.page.decideAnew();
      } else if (answer.state === "expired") {
        this.mayHaveNewSignIn = false;
        if (!this.page.ending.reason) this.broadcast("ended", answer.reason);
        this.page.ending.end(answer.reason, false);
      } else if (answer.signIn !== this.page.options.signIn && areOthers(answer.user, this.page.options.user)) {
        this.mayHaveNewSignIn = false;
        this.page.ending.giveWay();
      } else this.onActive(question, answer);
    }
    onActive(question, answer) {
      const { options, timeline } = this.page;
      const { csrfToken, expireAfter, signIn, user, warnAfter } = answer;
      if (csrfToken) {
        this.page.dialogs.renewSignInLinks(signIn);
        renewTokens(csrfToken);
        this.page.fire("renew", { csrfToken });
      }
      Object.assign(options, { expireAfter, signIn, user, warnAfter });
      timeline.recordAnswer(question, answer);
      this.isUncertain = this.page.cover.isUp && timeline.remaining <= 1;
      const wasLocked = this.page.ending.reason !== "";
      this.mayHaveNewSignIn = false;
      this.page.ending.reopen();
      this.broadcast("answer");
      this.page.decideAnew();
      if (wasLocked) this.page.fire("unlock");
    }
    // What other tabs say.
    broadcast(kind, reason) {
      const { signIn, user } = this.page.options;
      const { ages } = this.page.timeline;
      this.tabs.broadcast({ kind, reason, signIn, user, ages, sent: Date.now() });
    }
    onTabMessage(message) {
      const { options } = this.page;
      if (message.signIn === options.signIn) this.onOwnMessage(message);
      else this.onOtherSignIn(areOthers(message.user, options.user));
      this.page.decideAnew();
    }
    /** There may be another sign-in than the one that was known. */
    onOtherSignIn(isOfOtherUser) {
      if (isOfOtherUser) this.page.coverPage();
      if (!this.mayHaveNewSignIn) this.ping.allowNow();
      this.mayHaveNewSignIn = true;
    }
    onOwnMessage({ ages, kind, reason = "anonymous", sent }) {
      const delay = Math.max(0, Date.now() - sent) / 1e3;
      if (this.page.timeline.merge(ages, delay)) this.isUncertain = false;
      if (kind === "ended" || kind === "lock") {
        if (delay < FRESH) this.page.ending.end(reason, kind === "lock");
        else this.page.coverPage();
      }
      if (kind === "hello") {
        clearTimeout(this.departureTimer);
        if (this.page.ending.reason) void this.ask();
      }
      if (kind === "goodbye") {
        clearTimeout(this.departureTimer);
        this.departureTimer = setTimeout(() => this.onNotFollowed(), FOLLOW);
      }
    }
    /** A page was left for one that is not of this site, or where nobody is signed in. */
    onNotFollowed() {
      this.isUncertain = true;
      this.page.decideAnew();
    }
  };

  // activity.ts
  var EVENTS = "beforeinput change click drop input keydown load pointerdown pointermove reset submit touchmove wheel";
  var Activity = class extends Observer {
    constructor(delegate) {
      super();
      this.delegate = delegate;
      this.pointer = "";
      this.isByScript = false;
      this.hear = (event) => {
        const { isTrusted, target, type } = event;
        if (type !== "input") this.isByScript = type === "click" && !isTrusted;
        const isStill = type === "pointermove" && !this.hasMoved(event);
        if (type === "load") {
          if (documentIn(target)) this.listen();
        } else if (type !== "click" && !this.isByScript && !isStill) {
          this.delegate.onActivityEvent(event);
        }
      };
      this.hearBlur = () => this.listen();
    }
    // The same listeners each time, so that what is watched twice is heard once.
    listen() {
      for (const root of rootsIn(document)) this.on(root, EVENTS, this.hear);
      this.on(window, "blur", this.hearBlur);
    }
    // Chrome sends these events, too, when the layout shifts under a still pointer.
    hasMoved({ screenX, screenY }) {
      const before = this.pointer;
      this.pointer = `${screenX} ${screenY}`;
      return before !== "" && before !== this.pointer;
    }
  };

  // shield.ts
  var MOMENT = 500;
  var PRESSES = "click dblclick mousedown mouseup pointerdown pointerup touchend touchstart";
  function isAt({ bottom, left, right, top }, event) {
    const { clientX, clientY } = event.touches?.[0] ?? event;
    return left <= clientX && clientX <= right && top <= clientY && clientY <= bottom;
  }
  function shield(dialog) {
    const place = dialog.getBoundingClientRect();
    const swallow = (event) => {
      if (!isAt(place, event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    const target = window;
    const change = (how) => {
      for (const type of PRESSES.split(" ")) {
        target[how](type, swallow, { capture: true, passive: false });
      }
    };
    change("addEventListener");
    setTimeout(() => change("removeEventListener"), MOMENT);
  }

  // controls.ts
  var LEADING_KEYS = /Alt|Arrow|Control|Lock|Meta|Shift|Tab/;
  var KEYS = "keydown keypress keyup";
  var Controls = class extends Observer {
    constructor(page) {
      super();
      this.page = page;
      // What is done in a dialog is not for the page beneath.
      this.keep = (event) => event.stopPropagation();
      // Neither is a key, where the focus has left the dialog.
      this.keepKey = (event) => {
        if (this.page.element.querySelector("[open]") && !this.contains(event)) this.keep(event);
      };
      this.hear = (event) => {
        const { page } = this;
        switch (event.type) {
          case "click":
            this.hearClick(event);
            break;
          case "close":
            page.cover.takeBack();
            break;
          case "cancel":
            event.preventDefault();
            page.onStay();
            break;
          case "submit":
            event.preventDefault();
            void page.ending.signOut();
        }
      };
    }
    listen() {
      const { element } = this.page;
      this.on(element, "cancel click close submit", this.hear, { passive: false });
      this.on(element, `${KEYS} ${PRESSES}`, this.keep, { capture: false });
      this.on(document, KEYS, this.keepKey);
    }
    contains({ target }) {
      return this.page.element.contains(target);
    }
    hearClick(event) {
      const { page } = this;
      const target = event.target;
      const link = target.closest("a[target]");
      const tab = link && window.open(link.href);
      if (tab) {
        tab.opener = null;
        event.preventDefault();
      }
      if (target.matches("dialog") && !isAt(target.getBoundingClientRect(), event)) {
        page.warning.release();
      }
      const name = target.closest("[name]")?.getAttribute("name");
      if (name === "stay" || name === "back") page.onStay();
      if (name === "leave" || name === "discard") page.ending.onLeave(name === "discard");
    }
    /** Whether an event works the open dialog, so that it is no sign of activity. */
    isControl(event) {
      const { code, key, target } = event;
      if (key && LEADING_KEYS.test(key + code)) return true;
      if (!this.contains(event)) return false;
      if (key) return /^(Enter|Escape| )$/.test(key);
      return target.closest?.("a, button") != null;
    }
  };

  // cover.ts
  var CLASS = "session_security_covered";
  var PATIENCE2 = 10;
  var Cover = class {
    constructor(dialogs) {
      this.dialogs = dialogs;
      this.since = null;
      this.reason = "";
      /** Somebody wants to leave work that would be lost. */
      this.isAsking = false;
      this.title = "";
      // that the page would have
      this.coverTitle = "";
      this.pageChanges = new MutationObserver(() => this.stayOnTop());
      document.addEventListener("toggle", () => this.restate(), true);
    }
    get isUp() {
      return this.since !== null;
    }
    get age() {
      return this.since && secondsSince(this.since);
    }
    raise() {
      if (this.since) return;
      this.since = momentAgo();
      document.documentElement.classList.add(CLASS);
      this.explain("");
      this.pageChanges.observe(document, {
        attributeFilter: ["open"],
        characterData: true,
        // the title
        childList: true,
        subtree: true
      });
    }
    lift() {
      if (!this.since) return;
      this.since = null;
      this.pageChanges.disconnect();
      document.title = this.title;
      this.coverTitle = "";
      document.documentElement.classList.remove(CLASS);
      this.dialogs.show("cover", false, "doubt");
      this.dialogs.writeLockedSince(null);
    }
    /** Says why, and stays open. */
    explain(reason) {
      this.reason = reason;
      this.takeBack();
    }
    /** Asks no more, and stays open, also where the browser has closed it. */
    takeBack() {
      this.isAsking = false;
      this.restate();
    }
    /** Asks before work is lost. */
    ask() {
      this.isAsking = true;
      this.restate();
    }
    /** Says what there is to say by now, perhaps in another element. */
    restate() {
      const { age } = this;
      if (age === null) return;
      const when = this.reason || (age < PATIENCE2 ? "doubt" : "wait");
      this.dialogs.show("cover", true, this.isAsking ? "ask" : when);
      this.stayOnTop();
    }
    stayOnTop() {
      if (document.title !== this.coverTitle) this.title = document.title;
      const title = this.dialogs.coverTitle;
      if (document.title !== title) document.title = title;
      this.coverTitle = document.title;
      if (this.dialogs.isCoverBeneath) this.dialogs.raiseCover();
      this.pageChanges.takeRecords();
    }
  };

  // focus.ts
  var CHOICES = "a:not([hidden]), button:not([hidden], [name=leave], [name=discard])";
  function focusedElement({ activeElement } = document) {
    const inner = activeElement && documentIn(activeElement);
    return (inner && focusedElement(inner)) ?? activeElement;
  }
  function takeFocus(dialog) {
    const choice = dialog.querySelector(CHOICES) ?? dialog.querySelector("[tabindex]");
    choice?.focus();
  }

  // words.ts
  function usableLanguage(language) {
    try {
      return Intl.getCanonicalLocales(language?.replace("@", "-"))[0];
    } catch {
      return void 0;
    }
  }
  function inWords(seconds, language) {
    const say = (value, unit) => value ? value.toLocaleString(language, { style: "unit", unit, unitDisplay: "long" }) : "";
    return `${say(Math.floor(seconds / 60), "minute")} ${say(seconds % 60, "second")}`.trim();
  }
  function inDigits(seconds) {
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  // dialogs.ts
  function isDialog(element) {
    return "showModal" in element;
  }
  var Dialogs = class {
    constructor(page) {
      this.page = page;
      this.focusBefore = null;
      /** What the open dialog says, which has been given the focus. */
      this.stage = "";
      this.lockedSince = null;
    }
    /** Closes those of this element: others are to be found from now on. */
    reset() {
      for (const dialog of this.element.querySelectorAll("dialog")) dialog.close();
      this.writeLockedSince(this.lockedSince);
    }
    get element() {
      return this.page.element;
    }
    get language() {
      return usableLanguage(this.page.options.language);
    }
    /** In the element if it is there: while a library swaps them, there may be two in the page. */
    find(name) {
      const selector = `#session_security_${name}`;
      return this.element.querySelector(selector) ?? document.querySelector(selector);
    }
    write(name, text) {
      const element = this.find(name);
      if (element) element.textContent = text;
    }
    /** Whether a pointer is over a dialog. */
    isOver(name, event) {
      const dialog = this.find(name);
      return dialog !== null && isAt(dialog.getBoundingClientRect(), event);
    }
    /** Opens or closes a dialog, with those of its parts that are for `when`. */
    show(name, isOpen, when) {
      const dialog = this.find(name);
      if (!dialog) return;
      for (const part of dialog.querySelectorAll("[data-when]")) {
        part.hidden = !part.matches(`[data-when~='${when}']`);
      }
      if (!isDialog(dialog)) {
        dialog.style.display = isOpen ? "block" : "none";
        dialog.toggleAttribute("open", isOpen);
        return;
      }
      if (isOpen) this.open(dialog, `${name} ${when}`);
      else if (dialog.open) this.close(dialog);
    }
    open(dialog, stage) {
      if (!dialog.isConnected) return;
      if (dialog.open && stage === this.stage) return;
      if (!dialog.open) {
        this.focusBefore ??= focusedElement();
        dialog.showModal();
      } else if (stage === "cover ask") shield(dialog);
      takeFocus(dialog);
      this.stage = stage;
    }
    close(dialog) {
      shield(dialog);
      dialog.close();
      this.focusBefore?.focus({ preventScroll: true });
      this.focusBefore = null;
    }
    /** Writes the time left, and puts it into words for screen readers if `isSpoken`. */
    writeTimeLeft(seconds, isSpoken) {
      this.write("counter", inDigits(seconds));
      if (isSpoken) this.write("spoken", inWords(seconds, this.language));
    }
    /** Says since when the page is locked, or no more. */
    writeLockedSince(moment) {
      this.lockedSince = moment;
      const place = this.find("since");
      if (!place) return;
      if (place.parentElement) place.parentElement.hidden = !moment;
      if (moment) {
        place.textContent = moment.toLocaleString(this.language, {
          dateStyle: "medium",
          timeStyle: "short"
        });
      }
    }
    /** A page of 2.x has no cover: locked, it would be blank. */
    get canLock() {
      return this.find("cover") !== null;
    }
    /** The title of a page that can't be read. */
    get coverTitle() {
      return this.find("cover_title")?.innerText ?? "";
    }
    /** Puts the cover above all else; a screen reader reads it anew. */
    raiseCover() {
      const cover = this.find("cover");
      if (!cover || !isDialog(cover) || !cover.isConnected) return;
      cover.close();
      cover.showModal();
      takeFocus(cover);
    }
    /** Whether another dialog lies over the cover, which is inert then, and not to be found. */
    get isCoverBeneath() {
      const cover = this.find("cover");
      if (!cover) return false;
      const { left, top, width, height } = cover.getBoundingClientRect();
      return !cover.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    }
    /** Has the links to sign in again name another sign-in. */
    renewSignInLinks(signIn) {
      const links = this.element.querySelectorAll("a[href*='signIn=']");
      for (const link of links) link.search = new URLSearchParams({ signIn }).toString();
    }
  };

  // ending.ts
  var WAIT_BEFORE_LEAVING = 2e3;
  var LOOP = 1e4;
  var DEPARTURE = 1e4;
  var STAY = 3e3;
  var Ending = class {
    constructor(page) {
      this.page = page;
      this.reason = "";
      this.isLeaving = false;
      this.hasStayed = false;
    }
    /** There is something in the page that its user would miss. */
    get holdsWork() {
      return this.page.options.answered === true || this.page.unsaved.isAny;
    }
    end(reason, awaitsSignIn) {
      if (this.reason) return;
      const { options } = this.page;
      this.page.coverPage();
      this.reason = reason;
      const mayLeave = this.page.fire("expire", { reason });
      const hasUnsavedInput = this.holdsWork;
      const { canLock } = this.page.dialogs;
      const onExpire = options.onExpire ?? "auto";
      const page = { mayLeave, onExpire, awaitsSignIn, hasUnsavedInput, canLock };
      if (afterTheEnd(page) === "locked") {
        this.lock(mayLeave);
        return;
      }
      this.isLeaving = true;
      if (awaitsSignIn) {
        setTimeout(() => {
          if (this.isLeaving) this.leave();
        }, WAIT_BEFORE_LEAVING);
      } else if (options.returnToUrl) this.signOut();
      else this.leave();
    }
    lock(isTold = true) {
      const { cover, dialogs, timeline } = this.page;
      const overdue = Math.max(0, -timeline.remaining);
      if (overdue) this.reason = timeline.isEndFinal ? "absolute" : "idle";
      dialogs.writeLockedSince(new Date(Date.now() - overdue * 1e3));
      cover.explain(this.reason);
      dialogs.raiseCover();
      if (isTold) this.page.fire("lock");
    }
    /** Somebody else is signed in: whoever has work in the page may be back, as after log-in-as. */
    giveWay() {
      if (this.reason) return;
      if (!this.holdsWork || !this.page.dialogs.canLock || this.page.options.onExpire === "leave") {
        this.leave();
        return;
      }
      this.page.coverPage();
      this.reason = "anonymous";
      this.lock();
    }
    /** The same user is signed in again. */
    reopen() {
      this.reason = "";
      this.isLeaving = false;
    }
    /** A button asks for it: it asks back where work would be lost. */
    onLeave(isSure) {
      if (isSure || !this.holdsWork) this.leave(true);
      else this.page.cover.ask();
    }
    /** Loads the page again, without a place in the history. */
    leave(isChosen = false) {
      this.page.coverPage();
      this.reason ||= "anonymous";
      const { href } = location;
      const [url] = href.split("#");
      const isLoop = performance.now() < LOOP && document.referrer === url;
      this.isLeaving = isChosen || !(isLoop || this.hasStayed);
      if (!this.isLeaving) {
        this.page.cover.explain(this.reason);
        return;
      }
      this.page.retire();
      if (url !== href) history.replaceState(history.state, "", "?");
      location.replace(href);
      this.expectDeparture(href);
    }
    /** A prompt of the site's own may keep the page: then somebody has work in it, and it is locked. */
    expectDeparture(href = location.href) {
      setTimeout(() => {
        if (!this.isLeaving) return;
        if (location.href !== href) history.replaceState(history.state, "", href);
        this.isLeaving = false;
        this.hasStayed = true;
        this.page.resume();
        this.lock();
      }, STAY);
    }
    /** Posts to the logout URL, with a token of this moment, one tab after the other. */
    async signOut() {
      const { name } = this.page.conversation.tabs;
      const submit = () => this.submit();
      await (navigator.locks?.request(name, submit) ?? submit());
    }
    async submit() {
      const { conversation, element, options } = this.page;
      const form = element.querySelector("form");
      const csrfToken = await conversation.ping.fetchToken();
      if (this.reason) this.page.retire();
      else if (!csrfToken) return;
      this.expectDeparture();
      if (form && csrfToken) {
        renewTokens(csrfToken, form);
        form.submit();
        await new Promise((resolve) => setTimeout(resolve, DEPARTURE));
      } else if (options.returnToUrl) location.replace(options.returnToUrl);
    }
  };

  // fields.ts
  var IGNORED = ":is([data-session-security=ignore],search,[type=search],[role^=search],form[method=get i],#changelist [class^=action],.selector-available,[name=csrfmiddlewaretoken])";
  var COUNTED = `:is(input,select,textarea,[contenteditable],[name]):not(${IGNORED},${IGNORED} *)`;
  function stateOf(field, isInitial = false) {
    const { type = "" } = field;
    const isTicked = (isInitial ? field.defaultChecked : field.checked) || "";
    if (/^sel/.test(type)) return optionsOf(field, isInitial);
    if (/^(ch|radio)/.test(type) && !isTicked) return "";
    const { defaultValue, value = field.isContentEditable ? field.innerHTML : "" } = field;
    return `${(isInitial ? defaultValue : value) ?? value}${isTicked}`;
  }
  function optionsOf({ type, options = [] }, isInitial) {
    const isChosen = (option) => option[isInitial ? "defaultSelected" : "selected"];
    const all = [...options];
    if (type === "select-multiple") return `${all.map((option) => [option.value, isChosen(option)])}`;
    return (all.find(isChosen) ?? (isInitial ? all[0] : void 0))?.value ?? "";
  }
  function formOf(element) {
    return element.form ?? element.closest("form");
  }
  function unitOf(element) {
    return formOf(element) ?? element;
  }
  function isIn(form, element) {
    return Boolean(element && (formOf(element) === form || isIn(form, outerOf(element))));
  }
  function isIgnored(element) {
    return Boolean(element && (element.closest(IGNORED) || isIgnored(outerOf(element))));
  }
  function isCounted(element) {
    const isReadable = "value" in element || element.isContentEditable;
    return isReadable && element.matches(COUNTED);
  }
  function hasErrors() {
    return [...rootsIn(document)].some((root) => root.querySelector(`${COUNTED}[aria-invalid=true]`));
  }
  function contentsOfPage(isInitial = false) {
    const contents = /* @__PURE__ */ new Map();
    for (const root of rootsIn(document)) {
      if (isIgnored(outerOf(root))) continue;
      for (const field of root.querySelectorAll(COUNTED)) {
        const unit = unitOf(field);
        const state = stateOf(field, isInitial);
        const line = state && `${field.name || field.id}=${state}
`;
        contents.set(unit, (contents.get(unit) ?? "") + line);
      }
    }
    return contents;
  }

  // unsaved.ts
  var MOMENT2 = 1e3;
  var UnsavedInput = class {
    constructor(options) {
      this.options = options;
      /** What each held before somebody touched the page; null if it has changed unseen. */
      this.contentsBefore = /* @__PURE__ */ new Map();
      /** The events by which forms were to be sent, unless they were changed since. */
      this.sendings = /* @__PURE__ */ new Map();
      /** How often an address was asked when no form was sent. */
      this.polls = /* @__PURE__ */ new Map();
      /** Nobody is asked any more. */
      this.isLeftOnPurpose = false;
      this.requestObserver = new PerformanceObserver((list) => {
        this.hearRequests(list.getEntries());
      });
      this.onBeforeUnload = (event) => {
        this.hearRequests(this.requestObserver.takeRecords());
        const isKept = (unit) => !this.isSending(unit, event.timeStamp, false);
        const mayAsk2 = this.options.confirmFormDiscard && !this.isLeftOnPurpose;
        if (mayAsk2 && this.find().some(isKept)) event.preventDefault();
      };
      const mayBeRestored = /^[br]/.test(navigationOf().type ?? "");
      if (mayBeRestored || navigator.userActivation?.hasBeenActive) this.remember(true);
      if (mayBeRestored || this.contentsBefore.size === 0) return;
      const typed = this.find();
      this.letGo((unit) => !typed.includes(unit));
    }
    /** Lets go of what a library has taken out of the page for good. */
    forgetRemoved() {
      this.letGo((unit) => !unit.isConnected);
    }
    /** Goes on while the page is in a cache: what was typed there is still unsaved. */
    start() {
      this.letGo((unit) => this.sendings.get(unit)?.defaultPrevented === false);
      this.requestObserver.observe({ type: "resource" });
      this.isLeftOnPurpose = false;
    }
    /** The page is left on purpose. */
    stop() {
      this.requestObserver.disconnect();
      this.isLeftOnPurpose = true;
    }
    /** Whether there is some at the end, also where a script has put in a form with errors. */
    get isAny() {
      return this.find().length > 0 || hasErrors();
    }
    /** Call it before the focus moves: some editors empty their fields then. */
    hold() {
      for (const unit of this.find()) this.contentsBefore.set(unit, null);
    }
    /** Takes in an event of a field or a form. */
    hear(event) {
      const { isTrusted, type } = event;
      const [target] = event.composedPath();
      if (!target?.closest) return;
      if (type === "input" || type === "change" && "value" in target) {
        if (!isIgnored(target)) this.onChange(target, isTrusted && type === "input");
      } else if (type === "submit") {
        for (const unit of this.contentsBefore.keys()) {
          if (isIn(target, unit)) this.sendings.set(unit, event);
        }
      } else if (isTrusted && /^(before|drop|key|pointerd)/.test(type)) this.onTouch(target, type);
    }
    /** A form, or all that is in the page, was saved in some other way. */
    forget(form) {
      this.letGo((unit) => !form || isIn(form, unit));
    }
    letGo(isSaved) {
      for (const unit of [...this.contentsBefore.keys()].filter(isSaved)) {
        this.contentsBefore.delete(unit);
        this.sendings.delete(unit);
      }
    }
    find(now = contentsOfPage()) {
      return [...this.contentsBefore.keys()].filter((unit) => {
        const before = this.contentsBefore.get(unit);
        return unit.isConnected && (before === null || before !== (now.get(unit) ?? before));
      });
    }
    /** Somebody is about to do something. */
    onTouch(target, type) {
      const isKnown = isCounted(target) && this.contentsBefore.has(unitOf(target));
      if (type === "pointerdown" || !isKnown) this.remember();
      else this.checkSoon();
    }
    /** What a widget does, and what a browser restores, no event tells of. */
    checkSoon() {
      clearTimeout(this.checkTimer);
      this.checkTimer = setTimeout(() => this.listenIfNeeded(), MOMENT2);
    }
    onChange(field, isTyped) {
      const contents = this.contentsBefore;
      const unit = unitOf(field);
      const isUnseen = isCounted(field) ? isTyped && !contents.has(unit) : isTyped || contents.size > 0;
      if (isUnseen) contents.set(unit, null);
      if (!contents.has(unit)) return;
      this.sendings.delete(unit);
      this.listen(true);
    }
    /** Notes what is there before it changes: now, or as the HTML has it. */
    remember(isInitial = false) {
      const now = contentsOfPage(isInitial);
      for (const [unit, content] of now) {
        if (!this.contentsBefore.has(unit)) this.contentsBefore.set(unit, content);
      }
      this.listenIfNeeded(now);
      this.checkSoon();
    }
    listenIfNeeded(now) {
      this.listen(this.find(now).length > 0);
    }
    // Listening keeps a page out of Firefox's back/forward cache, so only while it is needed.
    listen(isNeeded) {
      removeEventListener("beforeunload", this.onBeforeUnload);
      if (isNeeded) addEventListener("beforeunload", this.onBeforeUnload);
    }
    hearRequests(entries) {
      for (const entry of entries) this.hearRequest(entry);
    }
    /** A script has sent a form if what it asks for then, but not at other times, succeeds. */
    hearRequest(entry) {
      if (!/^(fetch|xml)/.test(entry.initiatorType)) return;
      const { pathname } = new URL(entry.name);
      if (pathname === new URL(this.options.pingUrl, location.href).pathname) return;
      const polled = this.polls.get(pathname) ?? 0;
      const isSent = (unit) => this.isSending(unit, entry.startTime, true);
      if (![...this.sendings.keys()].some(isSent)) this.polls.set(pathname, polled + 1);
      else if (polled <= 2 && hasSucceeded(entry)) this.letGo(isSent);
    }
    /** Whether it was to be sent a moment before: by a script, or by the browser. */
    isSending(unit, time, isByScript) {
      const { defaultPrevented, timeStamp = Infinity } = this.sendings.get(unit) ?? {};
      const later = time - timeStamp;
      return defaultPrevented === isByScript && 0 <= later && later <= MOMENT2;
    }
  };
  function hasSucceeded({ responseStatus, serverTiming }) {
    const told = serverTiming?.find(({ name }) => name === "session-security");
    const status = responseStatus || Number(told?.description);
    return 200 <= status && status < 400;
  }

  // warning.ts
  var REST_BESIDE_IT = 1e3;
  var REST_ON_IT = 5e3;
  var Warning = class {
    constructor(dialogs, delegate) {
      this.dialogs = dialogs;
      this.delegate = delegate;
      this.isOpen = false;
      /** The dialog shows: no script has objected, and nobody has sent it away. */
      this.isShown = false;
      /** A pointer has moved, perhaps toward a button. */
      this.isAwaited = false;
      this.secondsWritten = 0;
    }
    /** Opens, or goes on counting. */
    show(remaining, isEndFinal2) {
      if (!this.isOpen) {
        this.isOpen = true;
        this.secondsWritten = 0;
        this.isShown = this.delegate.fire("warn");
        if (!this.isOpen) return;
      }
      this.dialogs.show("warning", this.isShown, isEndFinal2 ? "final" : "idle");
      const seconds = Math.ceil(remaining);
      this.write(
        seconds,
        !this.secondsWritten || [10, 20, 30].includes(seconds) || seconds % 60 === 0
      );
    }
    /**
     * Whether what somebody does says that somebody is there. What works the dialog does not; and it
     * waits for a pointer, which may be on its way to a button.
     */
    hear(event) {
      if (!this.isShown) return true;
      clearTimeout(this.restTimer);
      if (this.delegate.controls.isControl(event)) return false;
      this.isAwaited = event.type !== "keydown" && event.type !== "input";
      const patience = this.dialogs.isOver("warning", event) ? REST_ON_IT : REST_BESIDE_IT;
      if (this.isAwaited) this.restTimer = setTimeout(() => this.release(), patience);
      else this.release();
      return true;
    }
    /** Nobody wants to press a button of it: it need not stay for that. */
    release() {
      this.isAwaited = false;
      if (!this.isOpen) this.hide();
    }
    /** Somebody is there. */
    extend(remaining) {
      if (this.isOpen) {
        this.isOpen = false;
        this.delegate.fire("extend");
        if (this.isOpen) return;
      }
      if (this.isAwaited) this.write(Math.ceil(remaining), false);
      else this.hide();
    }
    /** Time is up, or there is nothing to be warned of any more. */
    close() {
      this.isOpen = false;
      this.hide();
    }
    /** Gets out of the way; time goes on. */
    dismiss() {
      this.isShown = this.isAwaited = false;
    }
    /** The dialog is another one, which says nothing yet. */
    writeAnew() {
      this.secondsWritten = 0;
    }
    hide() {
      clearTimeout(this.restTimer);
      this.dismiss();
      this.dialogs.show("warning", false, "idle");
    }
    write(seconds, isSpoken) {
      if (seconds === this.secondsWritten) return;
      this.dialogs.writeTimeLeft(seconds, isSpoken);
      this.secondsWritten = seconds;
    }
  };

  // watched_page.ts
  var WatchedPage = class {
    constructor(element, options, times) {
      this.element = element;
      this.options = options;
      this.wasAnswerDue = false;
      this.timeline = new Timeline(times, options);
      this.conversation = new Conversation(this);
      this.unsaved = new UnsavedInput(options);
      this.activityObserver = new Activity(this);
      this.pageObserver = new PageObserver(this);
      this.controls = new Controls(this);
      this.dialogs = new Dialogs(this);
      this.warning = new Warning(this.dialogs, this);
      this.cover = new Cover(this.dialogs);
      this.ending = new Ending(this);
    }
    get observers() {
      return [this.pageObserver, this.controls, this.activityObserver, this.conversation];
    }
    get isStarted() {
      return this.pageObserver.isStarted;
    }
    get facts() {
      const { conversation, cover, ending } = this;
      const { isUncertain, mayHaveNewSignIn, ping } = conversation;
      return {
        ...this.timeline.facts,
        isRunning: this.isStarted && !isWatchedFromOutside(),
        isHidden: document.hidden,
        coveredFor: cover.age,
        isWarningOpen: this.warning.isOpen,
        failures: ping.failures,
        mayAskIn: ping.mayAskIn,
        wasAnswerDue: this.wasAnswerDue,
        isEnded: ending.reason !== "",
        isLeaving: ending.isLeaving,
        isUncertain,
        mayHaveNewSignIn
      };
    }
    coverPage() {
      if (!this.cover.isUp) this.unsaved.hold();
      this.conversation.isUncertain = true;
      this.warning.close();
      this.cover.raise();
    }
    fire(name, detail = {}) {
      const init = { bubbles: true, cancelable: true, detail };
      return this.element.dispatchEvent(new CustomEvent(`session-security:${name}`, init));
    }
  };

  // watcher.ts
  var SessionWatcher = class extends WatchedPage {
    constructor() {
      super(...arguments);
      /** There is no element in the page to show anything in. */
      this.isSuspended = false;
    }
    start() {
      if (this.isStarted) return;
      for (const observer of this.observers) observer.start();
      this.unsaved.start();
      this.conversation.ping.allowNow();
      this.conversation.broadcast("hello");
      this.decideAnew();
    }
    /** Does nothing until it is started again. */
    stop() {
      clearTimeout(this.nextLook);
      for (const observer of this.observers) observer.stop();
    }
    /** Is not started again: the page is left, or the element taken out of it. */
    retire() {
      this.stop();
      this.unsaved.stop();
    }
    /** The page was to be left, and is still there. */
    resume() {
      this.distrust();
      this.start();
    }
    /** Shows itself in another element, or in this one, which was moved or changed. */
    moveToElement(element, options) {
      const before = this.options;
      this.controls.stop();
      this.dialogs.reset();
      this.element = element;
      this.options = this.timeline.serverLimits = this.conversation.ping.options = options;
      this.unsaved.options = options;
      this.dialogs.reset();
      this.warning.writeAnew();
      if (options.signIn !== before.signIn)
        this.conversation.onOtherSignIn(areOthers(options.user, before.user));
      if (this.isSuspended) {
        this.isSuspended = false;
        this.start();
        if (this.ending.reason) this.conversation.onOtherSignIn(true);
      }
      if (this.isStarted) this.controls.start();
      this.cover.restate();
      this.decideAnew();
    }
    /** Elements have come or gone, and a moment has passed. */
    onSettled() {
      this.unsaved.forgetRemoved();
      if (!this.element.isConnected && !this.isSuspended) this.suspend();
    }
    /** The page goes on without this app, and what was done in it is not lost. */
    suspend() {
      this.isSuspended = true;
      if (!this.isStarted) return;
      if (this.timeline.times.hasUnreportedActivity) void this.conversation.inquire(true);
      this.warning.close();
      this.cover.lift();
      this.onLeft();
    }
    /** The page comes from the back/forward cache, where it heard nothing. */
    onRestored() {
      if (this.isSuspended) return;
      this.distrust();
      this.start();
    }
    /** The page comes from a cache, and may show what nobody may see any more. */
    distrust() {
      this.coverPage();
      if (this.ending.reason) this.conversation.mayHaveNewSignIn = true;
    }
    /** Decides anew: whenever anything may have changed, and when it is time to. */
    decideAnew() {
      clearTimeout(this.nextLook);
      if (!this.isStarted) return;
      const { phase, ask, isAnswerDue: isAnswerDue2, lookAgainIn } = decide(this.facts, this.options);
      this.wasAnswerDue = isAnswerDue2;
      this.nextLook = setTimeout(() => this.decideAnew(), lookAgainIn * 1e3);
      this.enter(phase);
      if (ask) void this.conversation.ask();
    }
    enter(phase) {
      const { isEndFinal: isEndFinal2, remaining } = this.timeline;
      switch (phase) {
        case "open":
          this.cover.lift();
          this.warning.extend(remaining);
          break;
        case "warning":
          this.cover.lift();
          if (!this.warning.isOpen) this.unsaved.hold();
          this.warning.show(remaining, isEndFinal2);
          break;
        case "covered":
          this.coverPage();
          this.cover.restate();
          break;
        case "leaving":
          if (!this.ending.isLeaving) this.ending.leave();
          break;
        case "dormant":
          this.stop();
          this.element.remove();
      }
    }
    // What people do.
    onActivityEvent(event) {
      this.unsaved.hear(event);
      if (!event.isTrusted || /^(change|reset|submit)$/.test(event.type)) return;
      if (this.warning.hear(event)) this.recordActivity(false);
    }
    recordActivity(isDeliberate) {
      if (this.cover.isUp) return;
      const { options, timeline } = this;
      const requireConfirm = options.requireConfirm === true;
      const weight = weighActivity(timeline.facts, options, { isDeliberate, requireConfirm });
      if (weight === "refused") return;
      if (weight === "rescue") this.conversation.ping.allowNow();
      if (weight !== "late") {
        if (!timeline.recordActivity(weight === "rescue")) return;
        this.conversation.broadcast("activity");
      }
      this.decideAnew();
    }
    onStay() {
      if (this.cover.isUp) {
        this.cover.takeBack();
        return;
      }
      this.warning.dismiss();
      if (!this.timeline.isEndFinal) this.recordActivity(true);
      this.decideAnew();
    }
    // How the page comes and goes.
    onHidden() {
      if (shouldReportWhenHidden(this.facts, this.options)) void this.conversation.ask(true);
    }
    onLeft() {
      this.conversation.broadcast("goodbye");
      this.stop();
    }
    onReturned(wasFrozen) {
      this.conversation.isUncertain ||= wasFrozen || this.timeline.isReportDue;
      this.conversation.ping.allowNow();
      if (this.ending.reason || this.options.sharesCookie) void this.conversation.ask();
      this.decideAnew();
    }
  };

  // element.ts
  var watcher = null;
  var gapTimer;
  var GAP = 1e3;
  function scheduleGap() {
    clearTimeout(gapTimer);
    gapTimer = setTimeout(() => watcher?.onSettled(), GAP);
  }
  function watch(element, options) {
    const isNewPage = document.readyState !== "complete";
    const age = isNewPage ? performance.now() / 1e3 : 0;
    const created = new SessionWatcher(element, options, timesOfNewPage(options, age));
    if (isNewPage && isFromCache()) created.distrust();
    addEventListener("pageshow", ({ persisted }) => {
      if (persisted) created.onRestored();
    });
    document.addEventListener("prerenderingchange", () => created.start());
    if (!document.prerendering) created.start();
    return created;
  }
  var SessionSecurity = class _SessionSecurity extends HTMLElement {
    constructor() {
      super(...arguments);
      this.optionsJson = "";
      this.options = null;
      // Some libraries change what is in an element instead of replacing it.
      this.contentObserver = new MutationObserver(() => {
        if (this.optionsJson !== this.readJson()) this.takeOver();
      });
    }
    connectedCallback() {
      this.contentObserver.observe(this, { characterData: true, childList: true, subtree: true });
      this.takeOver();
    }
    disconnectedCallback() {
      this.contentObserver.disconnect();
      if (window.sessionSecurity !== this) return;
      const other = document.querySelector("session-security");
      if (other instanceof _SessionSecurity) other.takeOver();
      else scheduleGap();
    }
    /** Whatever another element knew, this one knows; the other stays as it is, for its library. */
    takeOver() {
      const options = this.readOptions();
      if (!options) return;
      window.sessionSecurity = this;
      if (watcher) watcher.moveToElement(this, options);
      else watcher = watch(this, options);
      scheduleGap();
    }
    /** The same object while they are the same: the server's answers have renewed it. */
    readOptions() {
      const json = this.readJson();
      if (json !== this.optionsJson && json.endsWith("}")) this.options = JSON.parse(json);
      this.optionsJson = json;
      return this.options;
    }
    readJson() {
      return this.firstElementChild?.textContent?.trim() ?? "";
    }
    get idle() {
      return watcher?.timeline.idle ?? 0;
    }
    get remaining() {
      return Math.max(0, watcher?.timeline.remaining ?? 0);
    }
    /** As in 2.x: no true value, and the browser asks nobody before the page is left. */
    get confirmFormDiscard() {
      return this.options?.confirmFormDiscard;
    }
    set confirmFormDiscard(value) {
      if (this.options) this.options.confirmFormDiscard = value;
    }
    activity() {
      watcher?.recordActivity(true);
    }
    saved(form) {
      watcher?.unsaved.forget(form);
      watcher?.decideAnew();
    }
    /** For unmount(): stops at once, since no other element is to come. */
    suspend() {
      watcher?.suspend();
    }
    /** Has the other tabs wait for whoever signs in again here; for the page of the app that does. */
    lockOtherTabs() {
      watcher?.conversation.broadcast("lock", "anonymous");
    }
  };

  // index.ts
  if (!customElements.get("session-security")) {
    customElements.define("session-security", SessionSecurity);
  }
})();
