import { Activity, type ActivityDelegate } from "./activity";
import { areOthers, Conversation, type ConversationDelegate } from "./conversation";
import { Cover } from "./cover";
import { Dialogs, type DialogsDelegate } from "./dialogs";
import { Ending, type EndingDelegate } from "./ending";
import { isWatchedFromOutside, type PageDelegate, PageObserver } from "./page";
import { decide, type Facts, type Phase, shouldReportWhenHidden, weighActivity } from "./policy";
import type { EventMap, Options } from "./protocol";
import { Timeline, type Times } from "./timeline";
import { UnsavedInput } from "./unsaved";
import { Warning, type WarningDelegate } from "./warning";

/** How long a page may be without an element that a library replaces, in milliseconds. */
const GAP = 1000;

type EventName = keyof EventMap extends `session-security:${infer Name}` ? Name : never;

/** Watches over one page: wires the parts, collects the facts, and does what was decided. */
export class SessionWatcher
  implements
    ActivityDelegate,
    ConversationDelegate,
    DialogsDelegate,
    EndingDelegate,
    PageDelegate,
    WarningDelegate
{
  readonly timeline: Timeline;
  readonly unsaved: UnsavedInput;
  private readonly activity: Activity;
  readonly cover: Cover;
  readonly dialogs: Dialogs;
  readonly conversation: Conversation;
  readonly ending: Ending;
  private readonly pageObserver: PageObserver;
  private readonly warning: Warning;

  private wasAnswerDue = false;
  /** There is no element in the page to show anything in. */
  private isSuspended = false;
  private nextLook: ReturnType<typeof setTimeout> | undefined;
  private gapTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    public element: HTMLElement,
    public options: Options,
    times: Times,
  ) {
    this.timeline = new Timeline(times, options);
    this.conversation = new Conversation(this);
    this.unsaved = new UnsavedInput(options);
    this.activity = new Activity(this);
    this.pageObserver = new PageObserver(this);
    this.dialogs = new Dialogs(this);
    this.warning = new Warning(this.dialogs, this);
    this.cover = new Cover(this.dialogs);
    this.ending = new Ending(this);
  }

  private get observers() {
    return [this.pageObserver, this.dialogs, this.activity, this.conversation];
  }

  get isStarted(): boolean {
    return this.pageObserver.isStarted;
  }

  start(): void {
    if (this.isStarted) return;
    for (const observer of this.observers) observer.start();
    this.unsaved.start();
    this.conversation.ping.allowNow();
    this.conversation.broadcast("hello");
    this.decideAnew();
  }

  /** Does nothing until it is started again. */
  stop(): void {
    clearTimeout(this.nextLook);
    for (const observer of this.observers) observer.stop();
  }

  /** Is not started again: the page is left, or the element taken out of it. */
  retire(): void {
    this.stop();
    this.unsaved.stop();
  }

  /** The page was to be left, and is still there. */
  resume(): void {
    this.distrust();
    this.start();
  }

  /** Shows itself in another element, or in this one, which was moved or changed. */
  moveToElement(element: HTMLElement, options: Options): void {
    const before = this.options;
    this.dialogs.reset();
    this.element = element;
    this.options = this.timeline.serverLimits = this.conversation.ping.options = options;
    this.unsaved.options = options;
    this.dialogs.reset(); // copies of them may be open
    this.warning.writeAnew();
    this.scheduleGap();
    if (options.signIn !== before.signIn)
      this.conversation.onOtherSignIn(areOthers(options.user, before.user));
    if (this.isSuspended) {
      this.isSuspended = false;
      this.start();
      if (this.ending.reason) this.conversation.onOtherSignIn(true);
    }
    if (this.isStarted) this.dialogs.start();
    this.cover.restate();
    this.decideAnew();
  }

  /** The element may be out of the page only until it is put elsewhere, or another comes. */
  scheduleGap(): void {
    clearTimeout(this.gapTimer);
    this.gapTimer = setTimeout(() => {
      this.unsaved.forgetRemoved();
      if (!this.element.isConnected && !this.isSuspended) this.suspend();
    }, GAP);
  }

  /** The page goes on without this app, and what was done in it is not lost. */
  suspend(): void {
    this.isSuspended = true;
    if (!this.isStarted) return;
    if (this.timeline.times.hasUnreportedActivity) void this.conversation.inquire(true);
    this.warning.close();
    this.cover.lift();
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
    if (this.ending.reason) this.conversation.mayHaveNewSignIn = true;
  }

  get facts(): Facts {
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
      mayHaveNewSignIn,
    };
  }

  /** Decides anew: whenever anything may have changed, and when it is time to. */
  decideAnew(): void {
    clearTimeout(this.nextLook);
    if (!this.isStarted) return;
    const { phase, ask, isAnswerDue, lookAgainIn } = decide(this.facts, this.options);
    this.wasAnswerDue = isAnswerDue;
    this.nextLook = setTimeout(() => this.decideAnew(), lookAgainIn * 1000);
    this.enter(phase);
    if (ask) void this.conversation.ask();
  }

  private enter(phase: Phase): void {
    const { isEndFinal, remaining } = this.timeline;
    if (phase === "open" || phase === "warning") this.cover.lift();
    if (phase === "warning" && !this.warning.isOpen) this.unsaved.hold();
    switch (phase) {
      case "open":
        this.warning.extend(remaining);
        break;
      case "warning":
        this.warning.show(remaining, isEndFinal);
        break;
      case "covered":
        this.coverPage();
        this.cover.restate();
        break;
      case "leaving":
        if (!this.ending.isLeaving) this.ending.leave();
        break;
      case "dormant": // the page around this one does all
        this.element.remove();
    }
  }

  /** Hides the page until the server has spoken. */
  coverPage(): void {
    if (!this.cover.isUp) this.unsaved.hold();
    this.conversation.isUncertain = true;
    this.warning.close(); // first, for the focus
    this.cover.raise();
  }

  // What people do.

  onActivityEvent(event: Event): void {
    this.unsaved.hear(event);
    if (!event.isTrusted || /^(change|reset|submit)$/.test(event.type)) return;
    if (this.warning.hear(event)) this.recordActivity(false);
  }

  recordActivity(isDeliberate: boolean): void {
    if (this.cover.isUp) return;
    const { options, timeline } = this;
    const requireConfirm = options.requireConfirm === true;
    const weight = weighActivity(timeline.facts, options, { isDeliberate, requireConfirm });
    if (weight === "refused") return;
    if (weight !== "late") {
      const isRescue = weight === "rescue";
      if (isRescue) this.conversation.ping.allowNow();
      if (!timeline.recordActivity(isRescue)) return;
      this.conversation.broadcast("activity");
    }
    this.decideAnew();
  }

  onStay(): void {
    if (this.cover.isUp) {
      this.cover.explain(this.ending.reason);
      return;
    }
    this.warning.dismiss();
    if (!this.timeline.isEndFinal) this.recordActivity(true);
    this.decideAnew();
  }

  onPressedBeside(): void {
    this.warning.release();
  }

  onLeave(isSure: boolean): void {
    if (isSure || !this.ending.holdsWork) this.ending.leave(true);
    else this.cover.ask();
  }

  onSignOut(): void {
    void this.ending.signOut();
  }

  onClosed(): void {
    this.cover.explain(this.ending.reason);
  }

  onHidden(): void {
    if (shouldReportWhenHidden(this.facts, this.options)) void this.conversation.ask(true);
  }

  onLeft(): void {
    this.conversation.broadcast("goodbye");
    this.stop();
  }

  onReturned(wasFrozen: boolean): void {
    this.conversation.isUncertain ||= wasFrozen || this.timeline.isReportDue;
    this.conversation.ping.allowNow();
    // Those of another host speak on another channel.
    if (this.ending.reason || this.options.sharesCookie) void this.conversation.ask();
    this.decideAnew();
  }

  fire(name: EventName, detail: object = {}): boolean {
    const init = { bubbles: true, cancelable: true, detail };
    return this.element.dispatchEvent(new CustomEvent(`session-security:${name}`, init));
  }
}
