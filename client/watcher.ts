import { Activity, type ActivityDelegate } from "./activity";
import { Cover } from "./cover";
import { renewTokens } from "./csrf";
import { Dialogs, type DialogsDelegate } from "./dialogs";
import { Ending, type EndingDelegate } from "./ending";
import { isWatchedFromOutside, type PageDelegate, PageObserver } from "./page";
import { PingClient } from "./ping";
import {
  decide,
  type Facts,
  mayAsk,
  type Phase,
  shouldReportWhenHidden,
  weighActivity,
} from "./policy";
import type {
  ActiveAnswer,
  Answer,
  EventMap,
  Options,
  Reason,
  TabMessage,
  TabMessageKind,
} from "./protocol";
import { Tabs, type TabsDelegate } from "./tabs";
import { type Question, Timeline, type Times } from "./timeline";
import { UnsavedInput } from "./unsaved";
import { Warning, type WarningDelegate } from "./warning";

/** How long a page that was left may take until the next one speaks, in milliseconds. */
const FOLLOW = 2000;
/** How long a page may be without an element that a library replaces, in milliseconds. */
const GAP = 1000;
/** Seconds after which what another tab says of the end may be over. */
const FRESH = 2;

type EventName = keyof EventMap extends `session-security:${infer Name}` ? Name : never;

/** Whether two tags are those of two users; a page that was written for 2.x has none at first. */
function areOthers(user: string | undefined, other: string | undefined): boolean {
  return Boolean(user && other && user !== other);
}

/** Watches over one page: wires the parts, collects the facts, and does what was decided. */
export class SessionWatcher
  implements
    ActivityDelegate,
    DialogsDelegate,
    EndingDelegate,
    PageDelegate,
    TabsDelegate,
    WarningDelegate
{
  readonly timeline: Timeline;
  readonly unsaved: UnsavedInput;
  private readonly activity: Activity;
  readonly cover: Cover;
  readonly dialogs: Dialogs;
  private readonly ending: Ending;
  private readonly page: PageObserver;
  readonly ping: PingClient;
  readonly tabs: Tabs;
  private readonly warning: Warning;

  private isUncertain = false;
  private mayHaveNewSignIn = false;
  private wasAnswerDue = false;
  /** There is no element in the page to show anything in. */
  private isSuspended = false;
  private nextLook: ReturnType<typeof setTimeout> | undefined;
  private departure: ReturnType<typeof setTimeout> | undefined;
  private gap: ReturnType<typeof setTimeout> | undefined;

  constructor(
    public element: HTMLElement,
    public options: Options,
    times: Times,
  ) {
    const { pingUrl } = options;
    this.timeline = new Timeline(times, options);
    this.ping = new PingClient(options);
    this.unsaved = new UnsavedInput(pingUrl, Boolean(options.confirmFormDiscard));
    this.activity = new Activity(this);
    this.tabs = new Tabs(`session_security ${options.channel ?? pingUrl}`, this);
    this.page = new PageObserver(this);
    this.dialogs = new Dialogs(this);
    this.warning = new Warning(this.dialogs, this);
    this.cover = new Cover(this.dialogs);
    this.ending = new Ending(this);
  }

  private get observers() {
    return [this.page, this.dialogs, this.activity, this.tabs];
  }

  start(): void {
    if (this.page.isStarted) return;
    for (const observer of this.observers) observer.start();
    this.unsaved.start();
    this.ping.allowNow();
    this.broadcast("hello");
    this.evaluate();
  }

  /** Does nothing until it is started again. */
  stop(): void {
    clearTimeout(this.nextLook);
    clearTimeout(this.departure);
    for (const observer of this.observers) observer.stop();
  }

  /** Is not started again: the page is left, or the element taken out of it. */
  retire(): void {
    this.stop();
    this.unsaved.stop();
  }

  /** Shows itself in another element, or in this one, which was moved or changed. */
  moveTo(element: HTMLElement, options: Options): void {
    const before = this.options;
    this.dialogs.reset();
    this.element = element;
    this.options = this.timeline.limits = this.ping.options = options;
    this.dialogs.reset(); // copies of them may be open
    this.unsaved.configure(options.pingUrl, Boolean(options.confirmFormDiscard));
    this.warning.writeAnew();
    this.scheduleGap();
    if (options.signIn !== before.signIn) this.onOtherSignIn(areOthers(options.user, before.user));
    if (this.isSuspended) {
      this.isSuspended = false;
      this.start();
      if (this.ending.reason) this.onOtherSignIn(true);
    }
    if (this.page.isStarted) this.dialogs.start();
    this.cover.refresh();
    this.evaluate();
  }

  /** The element is out of the page, perhaps only until it is put elsewhere, or another comes. */
  onDisconnected(): void {
    this.scheduleGap();
  }

  private scheduleGap(): void {
    clearTimeout(this.gap);
    this.gap = setTimeout(() => this.onGapOver(), GAP);
  }

  private onGapOver(): void {
    this.unsaved.forgetRemoved();
    if (!this.element.isConnected && !this.isSuspended) this.suspend();
  }

  /** The page goes on without this app, and what was done in it is not lost. */
  private suspend(): void {
    this.isSuspended = true;
    if (!this.page.isStarted) return;
    if (this.timeline.times.hasUnreportedActivity) void this.inquire(true);
    this.warning.close(false);
    this.cover.lower();
    this.onLeft();
  }

  /** The page comes from the back/forward cache, where it heard nothing. */
  onRestored(): void {
    if (this.isSuspended) return;
    this.distrust(); // before it is seen
    this.start();
  }

  /** The page comes from a cache, and may show what nobody may see any more. */
  distrust(): void {
    this.coverPage();
    if (this.ending.reason) this.mayHaveNewSignIn = true;
  }

  private get facts(): Facts {
    const { cover, ending, ping } = this;
    return {
      ...this.timeline.facts,
      isRunning: this.page.isStarted && !isWatchedFromOutside(),
      isHidden: document.hidden,
      coveredFor: cover.age,
      isWarningOpen: this.warning.isOpen,
      failures: ping.failures,
      mayAskIn: ping.mayAskIn,
      wasAnswerDue: this.wasAnswerDue,
      isEnded: ending.reason !== "",
      isLeaving: ending.isLeaving,
      isUncertain: this.isUncertain,
      mayHaveNewSignIn: this.mayHaveNewSignIn,
    };
  }

  /** Decides anew: whenever anything may have changed, and when it is time to. */
  evaluate(): void {
    clearTimeout(this.nextLook);
    if (!this.page.isStarted) return;
    const { phase, ask, isAnswerDue, lookAgainIn } = decide(this.facts, this.options);
    this.wasAnswerDue = isAnswerDue;
    this.nextLook = setTimeout(() => this.evaluate(), lookAgainIn * 1000);
    this.enter(phase);
    if (ask) void this.ask();
  }

  private enter(phase: Phase): void {
    const { isEndFinal, remaining } = this.timeline;
    if (phase === "open" || phase === "warning") this.cover.lower();
    if (phase === "warning") this.unsaved.hold();
    switch (phase) {
      case "open":
        this.warning.close(true);
        break;
      case "warning":
        this.warning.show(remaining, isEndFinal);
        break;
      case "covered":
        this.coverPage();
        break;
      case "leaving":
        if (!this.ending.isLeaving) this.ending.leave(true);
        break;
      case "dormant": // the page around this one does all
        this.element.remove();
    }
  }

  /** Hides the page until the server has spoken. */
  coverPage(): void {
    this.unsaved.hold();
    this.isUncertain = true;
    this.warning.close(false); // first, for the focus
    this.cover.raise();
  }

  // What people do.

  onActivityEvent(event: Event): void {
    this.unsaved.hear(event);
    if (!event.isTrusted || /^(change|reset|submit)$/.test(event.type)) return;
    if (!this.warning.isOpen || !this.dialogs.isControl(event)) this.recordActivity(false);
  }

  recordActivity(isDeliberate: boolean): void {
    if (this.cover.isUp) return;
    const { options, timeline } = this;
    const requireConfirm = options.requireConfirm === true;
    const weight = weighActivity(timeline.facts, options, { isDeliberate, requireConfirm });
    if (weight === "refused") return;
    if (weight !== "late") {
      const isRescue = weight === "rescue";
      if (isRescue) this.ping.allowNow();
      if (!timeline.recordActivity(isRescue)) return;
      this.broadcast("activity");
    }
    this.evaluate();
  }

  onStay(): void {
    if (this.cover.isUp) return;
    if (this.timeline.isEndFinal) this.warning.dismiss();
    else this.recordActivity(true);
    this.evaluate();
  }

  onLeave(): void {
    this.ending.leave(true);
  }

  onSignOut(): void {
    void this.ending.signOut();
  }

  onClosed(): void {
    this.cover.explain(this.ending.reason);
  }

  onHidden(): void {
    if (shouldReportWhenHidden(this.facts, this.options)) void this.ask(true);
  }

  onLeft(): void {
    this.broadcast("goodbye");
    this.stop();
  }

  onReturned(wasFrozen: boolean): void {
    if (this.isUncertain && !this.ping.failures) this.coverPage();
    this.isUncertain ||= wasFrozen || this.timeline.isReportDue;
    this.ping.allowNow();
    // Those of another host speak on another channel.
    if (this.ending.reason || this.options.sharesCookie) void this.ask();
    this.evaluate();
  }

  // What the server says.

  private async ask(isPageHidden = false): Promise<void> {
    if (this.page.isStarted && mayAsk(this.facts)) await this.inquire(isPageHidden);
  }

  private async inquire(isPageHidden: boolean): Promise<void> {
    const question = this.timeline.recordQuestion();
    this.broadcast("question");
    const { signIn = "", user = "" } = this.options;
    const idleFor = question.idleFor.toFixed(3);
    const answer = await this.ping.ask({ signIn, user, idleFor }, isPageHidden);
    if (this.page.isStarted && answer !== "overtaken") this.onAnswer(question, answer);
  }

  private onAnswer(question: Question, answer: Answer | "failed"): void {
    if (answer === "failed") {
      this.timeline.recordFailure();
      this.evaluate();
    } else if (answer.state === "expired") {
      this.mayHaveNewSignIn = false;
      if (!this.ending.reason) this.broadcast("ended", answer.reason);
      this.ending.end(answer.reason, false);
    } else if (answer.signIn !== this.options.signIn && areOthers(answer.user, this.options.user)) {
      this.ending.leave();
    } else this.onActive(question, answer);
  }

  private onActive(question: Question, answer: ActiveAnswer): void {
    const { options, timeline } = this;
    const { csrfToken, expireAfter, signIn, user, warnAfter } = answer;
    // The forms of the page are of an earlier sign-in.
    if (csrfToken) {
      this.dialogs.renewSignInLinks(signIn);
      renewTokens(csrfToken);
      this.fire("renew", { csrfToken });
    }
    Object.assign(options, { expireAfter, signIn, user, warnAfter });
    timeline.recordAnswer(question, answer);
    this.isUncertain = this.cover.isUp && timeline.remaining <= 1; // it does not open for a blink
    const wasLocked = this.ending.reason !== "";
    this.mayHaveNewSignIn = false;
    this.ending.reopen();
    this.broadcast("answer");
    this.evaluate();
    if (wasLocked) this.fire("unlock");
  }

  // What other tabs say.

  broadcast(kind: TabMessageKind, reason?: Reason): void {
    const { signIn, user } = this.options;
    const { ages } = this.timeline;
    this.tabs.broadcast({ kind, reason, signIn, user, ages, sent: Date.now() });
  }

  onTabMessage(message: TabMessage): void {
    const { options } = this;
    // A new key of the server changes the user's tag, but not the mark of the sign-in.
    if (message.signIn === options.signIn) this.onOwnMessage(message);
    else this.onOtherSignIn(areOthers(message.user, options.user));
    this.evaluate();
  }

  /** There may be another sign-in than the one that was known. */
  private onOtherSignIn(isOfOtherUser: boolean): void {
    if (isOfOtherUser) this.coverPage();
    if (!this.mayHaveNewSignIn) this.ping.allowNow();
    this.mayHaveNewSignIn = true;
  }

  private onOwnMessage({ ages, kind, reason, sent }: TabMessage): void {
    const delay = Math.max(0, Date.now() - sent) / 1000;
    if (this.timeline.merge(ages, delay)) this.isUncertain = false;
    if (kind === "ended" || kind === "lock") {
      // Who was frozen hears it late, and asks.
      if (delay < FRESH) this.ending.end(reason ?? "anonymous", kind === "lock");
      else this.isUncertain = true;
    }
    if (kind === "hello" && this.ending.reason) void this.ask();
    if (kind === "hello" || kind === "goodbye") clearTimeout(this.departure);
    if (kind === "goodbye") this.departure = setTimeout(() => this.onNotFollowed(), FOLLOW);
  }

  /** A page was left for one that is not of this site, or where nobody is signed in. */
  private onNotFollowed(): void {
    this.isUncertain = true;
    this.evaluate();
  }

  fire(name: EventName, detail: object = {}): boolean {
    const init = { bubbles: true, cancelable: true, detail };
    return this.element.dispatchEvent(new CustomEvent(`session-security:${name}`, init));
  }
}
