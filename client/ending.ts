import type { Conversation } from "./conversation";
import type { Cover } from "./cover";
import { renewTokens } from "./csrf";
import type { Dialogs } from "./dialogs";
import { afterTheEnd } from "./policy";
import type { Options, Reason } from "./protocol";
import type { Timeline } from "./timeline";
import type { UnsavedInput } from "./unsaved";

// In milliseconds.
/** How long a tab waits for whoever signs in again in another one, before it is left all the same. */
const WAIT_BEFORE_LEAVING = 2000;
/** If a page that has left for itself is back before that, it has come from a cache. */
const LOOP = 10_000;
/** How long a page may take to go once its form was sent. */
const DEPARTURE = 10_000;
/** A page that is still there after that was not allowed to go, or goes to a slow server. */
const STAY = 3000;

/** The page that ends. */
export interface EndingDelegate {
  readonly element: HTMLElement;
  readonly options: Options;
  readonly conversation: Conversation;
  readonly cover: Cover;
  readonly dialogs: Dialogs;
  readonly timeline: Timeline;
  readonly unsaved: UnsavedInput;
  /** Hides the page until it is open again. */
  coverPage(): void;
  /** Ends all that goes on in the page. */
  retire(): void;
  /** Has it go on after all. */
  resume(): void;
  /** Tells the scripts of the page; false if one of them objects. */
  fire(name: "expire" | "lock", detail?: object): boolean;
}

/** What becomes of the page when its session is over: locked, left, or signed out. */
export class Ending {
  reason: Reason | "" = "";
  isLeaving = false;
  private hasStayed = false;

  constructor(private readonly page: EndingDelegate) {}

  /** There is something in the page that its user would miss. */
  get holdsWork(): boolean {
    return this.page.options.answered === true || this.page.unsaved.isAny;
  }

  end(reason: Reason, awaitsSignIn: boolean): void {
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

  private lock(isTold = true): void {
    const { cover, dialogs, timeline } = this.page;
    const overdue = Math.max(0, -timeline.remaining);
    // Whoever asks after the end is only told that nobody is signed in.
    if (overdue) this.reason = timeline.isEndFinal ? "absolute" : "idle";
    dialogs.writeLockedSince(new Date(Date.now() - overdue * 1000));
    cover.explain(this.reason);
    dialogs.raiseCover();
    if (isTold) this.page.fire("lock");
  }

  /** Somebody else is signed in: whoever has work in the page may be back, as after log-in-as. */
  giveWay(): void {
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
  reopen(): void {
    this.reason = "";
    this.isLeaving = false;
  }

  /** A button asks for it: it asks back where work would be lost. */
  onLeave(isSure: boolean): void {
    if (isSure || !this.holdsWork) this.leave(true);
    else this.page.cover.ask();
  }

  /** Loads the page again, without a place in the history. */
  leave(isChosen = false): void {
    this.page.coverPage();
    this.reason ||= "anonymous";
    const { href } = location;
    const [url] = href.split("#");
    // It stays if it has just been left for itself: a cache must not make this a loop.
    const isLoop = performance.now() < LOOP && document.referrer === url;
    this.isLeaving = isChosen || !(isLoop || this.hasStayed);
    if (!this.isLeaving) {
      this.page.cover.explain(this.reason);
      return;
    }
    this.page.retire();
    // What differs by the part after # alone is not loaded; WebKit looks at that a moment later.
    if (url !== href) history.replaceState(history.state, "", "?");
    location.replace(href);
    this.expectDeparture(href);
  }

  /** A prompt of the site's own may keep the page: then somebody has work in it, and it is locked. */
  private expectDeparture(href = location.href): void {
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
  async signOut(): Promise<void> {
    // At the same time, one would end the session that has the other's token.
    const { name } = this.page.conversation.tabs;
    const submit = () => this.submit();
    await (navigator.locks?.request(name, submit) ?? submit()); // none without https
  }

  private async submit(): Promise<void> {
    const { conversation, element, options } = this.page;
    const form = element.querySelector("form"); // in the warning
    const csrfToken = await conversation.ping.fetchToken();
    // Before the end, the browser asks where work would be lost.
    if (this.reason) this.page.retire();
    else if (!csrfToken) return; // no network, so nobody is signed out
    this.expectDeparture();
    if (form && csrfToken) {
      renewTokens(csrfToken, form);
      form.submit();
      await new Promise((resolve) => setTimeout(resolve, DEPARTURE));
    } else if (options.returnToUrl) location.replace(options.returnToUrl);
  }
}
