import { Activity, type ActivityDelegate } from "./activity";
import { Controls, type ControlsDelegate } from "./controls";
import { Conversation, type ConversationDelegate } from "./conversation";
import { Cover } from "./cover";
import { Dialogs, type DialogsDelegate } from "./dialogs";
import { Ending, type EndingDelegate } from "./ending";
import type { Facts } from "./facts";
import { isWatchedFromOutside, type PageDelegate, PageObserver } from "./page";
import type { EventMap, Options } from "./protocol";
import { Timeline, type Times } from "./timeline";
import { UnsavedInput } from "./unsaved";
import { Warning, type WarningDelegate } from "./warning";

type EventName = keyof EventMap extends `session-security:${infer Name}` ? Name : never;

/** Wires the parts that a page has, and collects the facts from them. */
export abstract class WatchedPage
  implements
    ActivityDelegate,
    ControlsDelegate,
    ConversationDelegate,
    DialogsDelegate,
    EndingDelegate,
    PageDelegate,
    WarningDelegate
{
  readonly timeline: Timeline;
  readonly unsaved: UnsavedInput;
  readonly cover: Cover;
  readonly controls: Controls;
  readonly dialogs: Dialogs;
  readonly conversation: Conversation;
  readonly ending: Ending;
  readonly warning: Warning;
  private readonly activityObserver: Activity;
  private readonly pageObserver: PageObserver;
  protected wasAnswerDue = false;

  constructor(
    public element: HTMLElement,
    public options: Options,
    times: Times,
  ) {
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

  protected get observers() {
    return [this.pageObserver, this.controls, this.activityObserver, this.conversation];
  }

  get isStarted(): boolean {
    return this.pageObserver.isStarted;
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

  coverPage(): void {
    if (!this.cover.isUp) this.unsaved.hold();
    this.conversation.isUncertain = true;
    this.warning.close(); // first, for the focus
    this.cover.raise();
  }

  fire(name: EventName, detail: object = {}): boolean {
    const init = { bubbles: true, cancelable: true, detail };
    return this.element.dispatchEvent(new CustomEvent(`session-security:${name}`, init));
  }

  abstract decideAnew(): void;
  abstract resume(): void;
  abstract retire(): void;
  abstract onActivityEvent(event: Event): void;
  abstract onHidden(): void;
  abstract onLeft(): void;
  abstract onReturned(wasFrozen: boolean): void;
  abstract onStay(): void;
}
