import type { Cover } from "./cover";
import { renewTokens } from "./csrf";
import type { Dialogs } from "./dialogs";
import type { Ending } from "./ending";
import type { Facts } from "./facts";
import { PingClient } from "./ping";
import { mayAsk } from "./policy";
import type { ActiveAnswer, Answer, Options, Reason, TabMessage, TabMessageKind } from "./protocol";
import { Tabs, type TabsDelegate } from "./tabs";
import type { Question, Timeline } from "./timeline";

/** How long a page that was left may take until the next one speaks, in milliseconds. */
const FOLLOW = 2000;
/** Seconds after which what another tab says of the end may be over. */
const FRESH = 2;

/** Whether two tags are those of two users; a page that was written for 2.x has none at first. */
export function areOthers(user: string | undefined, other: string | undefined): boolean {
  return Boolean(user && other && user !== other);
}

/** The page whose session it is about. */
export interface ConversationDelegate {
  readonly cover: Cover;
  readonly dialogs: Dialogs;
  readonly ending: Ending;
  readonly facts: Facts;
  /** It has been started, and not stopped. */
  readonly isStarted: boolean;
  readonly options: Options;
  readonly timeline: Timeline;
  coverPage(): void;
  /** Decides anew. */
  decideAnew(): void;
  fire(name: "renew" | "unlock", detail?: object): boolean;
}

/** Speaks with the server and the other tabs, and takes in what they say. */
export class Conversation implements TabsDelegate {
  /** The page may have missed something. */
  isUncertain = false;
  mayHaveNewSignIn = false;
  readonly ping: PingClient;
  readonly tabs: Tabs;
  private departureTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly page: ConversationDelegate) {
    const { options } = page;
    this.ping = new PingClient(options);
    this.tabs = new Tabs(options.channel ?? options.pingUrl, this);
  }

  start(): void {
    this.tabs.start();
  }

  stop(): void {
    clearTimeout(this.departureTimer);
    this.tabs.stop();
  }

  // What the server says.

  async ask(isPageHidden = false): Promise<void> {
    if (this.page.isStarted && mayAsk(this.page.facts)) await this.inquire(isPageHidden);
  }

  async inquire(isPageHidden: boolean): Promise<void> {
    const question = this.page.timeline.recordQuestion();
    this.broadcast("question");
    const { signIn = "", user = "" } = this.page.options;
    const idleFor = question.idleFor.toFixed(3);
    const answer = await this.ping.ask({ signIn, user, idleFor }, isPageHidden);
    if (this.page.isStarted && answer !== "overtaken") this.onAnswer(question, answer);
  }

  private onAnswer(question: Question, answer: Answer | "failed"): void {
    if (answer === "failed") {
      this.page.timeline.recordFailure();
      this.page.decideAnew();
    } else if (answer.state === "expired") {
      this.mayHaveNewSignIn = false;
      if (!this.page.ending.reason) this.broadcast("ended", answer.reason);
      this.page.ending.end(answer.reason, false);
    } else if (
      answer.signIn !== this.page.options.signIn &&
      areOthers(answer.user, this.page.options.user)
    ) {
      this.mayHaveNewSignIn = false;
      this.page.ending.giveWay();
    } else this.onActive(question, answer);
  }

  private onActive(question: Question, answer: ActiveAnswer): void {
    const { options, timeline } = this.page;
    const { csrfToken, expireAfter, signIn, user, warnAfter } = answer;
    // The forms of the page are of an earlier sign-in.
    if (csrfToken) {
      this.page.dialogs.renewSignInLinks(signIn);
      renewTokens(csrfToken);
      this.page.fire("renew", { csrfToken });
    }
    Object.assign(options, { expireAfter, signIn, user, warnAfter });
    timeline.recordAnswer(question, answer);
    this.isUncertain = this.page.cover.isUp && timeline.remaining <= 1; // it does not open for a blink
    const wasLocked = this.page.ending.reason !== "";
    this.mayHaveNewSignIn = false;
    this.page.ending.reopen();
    this.broadcast("answer");
    this.page.decideAnew();
    if (wasLocked) this.page.fire("unlock");
  }

  // What other tabs say.

  broadcast(kind: TabMessageKind, reason?: Reason): void {
    const { signIn, user } = this.page.options;
    const { ages } = this.page.timeline;
    this.tabs.broadcast({ kind, reason, signIn, user, ages, sent: Date.now() });
  }

  onTabMessage(message: TabMessage): void {
    const { options } = this.page;
    // A new key of the server changes the user's tag, but not the mark of the sign-in.
    if (message.signIn === options.signIn) this.onOwnMessage(message);
    else this.onOtherSignIn(areOthers(message.user, options.user));
    this.page.decideAnew();
  }

  /** There may be another sign-in than the one that was known. */
  onOtherSignIn(isOfOtherUser: boolean): void {
    if (isOfOtherUser) this.page.coverPage();
    if (!this.mayHaveNewSignIn) this.ping.allowNow();
    this.mayHaveNewSignIn = true;
  }

  private onOwnMessage({ ages, kind, reason = "anonymous", sent }: TabMessage): void {
    const delay = Math.max(0, Date.now() - sent) / 1000;
    if (this.page.timeline.merge(ages, delay)) this.isUncertain = false;
    if (kind === "ended" || kind === "lock") {
      // Who was frozen hears it late, and asks.
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
  private onNotFollowed(): void {
    this.isUncertain = true;
    this.page.decideAnew();
  }
}
