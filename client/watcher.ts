import { areOthers } from "./conversation";
import { decide, type Phase, shouldReportWhenHidden, weighActivity } from "./policy";
import type { Options } from "./protocol";
import { WatchedPage } from "./watched_page";

/** Watches over one page: decides what is to be done, and does it. */
export class SessionWatcher extends WatchedPage {
  /** There is no element in the page to show anything in. */
  private isSuspended = false;
  private nextLook: ReturnType<typeof setTimeout> | undefined;

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
    this.controls.stop();
    this.dialogs.reset();
    this.element = element;
    this.options = this.timeline.serverLimits = this.conversation.ping.options = options;
    this.unsaved.options = options;
    this.dialogs.reset(); // copies of them may be open
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
  onSettled(): void {
    this.unsaved.forgetRemoved();
    if (!this.element.isConnected && !this.isSuspended) this.suspend();
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
    switch (phase) {
      case "open":
        this.cover.lift();
        this.warning.extend(remaining);
        break;
      case "warning":
        this.cover.lift();
        if (!this.warning.isOpen) this.unsaved.hold();
        this.warning.show(remaining, isEndFinal);
        break;
      case "covered":
        this.coverPage();
        this.cover.restate();
        break;
      case "leaving":
        if (!this.ending.isLeaving) this.ending.leave();
        break;
      case "dormant": // the page around this one does all, and says goodbye to the other tabs
        this.stop();
        this.element.remove();
    }
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
    if (weight === "rescue") this.conversation.ping.allowNow();
    if (weight !== "late") {
      if (!timeline.recordActivity(weight === "rescue")) return;
      this.conversation.broadcast("activity");
    }
    this.decideAnew();
  }

  onStay(): void {
    if (this.cover.isUp) {
      this.cover.takeBack();
      return;
    }
    this.warning.dismiss();
    if (!this.timeline.isEndFinal) this.recordActivity(true);
    this.decideAnew();
  }

  // How the page comes and goes.

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
}
