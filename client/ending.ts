import type { Cover } from "./cover";
import { setToken } from "./csrf";
import type { Dialogs } from "./dialogs";
import type { PingClient } from "./ping";
import { afterTheEnd } from "./policy";
import type { Options, Reason } from "./protocol";
import type { Tabs } from "./tabs";
import type { Timeline } from "./timeline";
import type { UnsavedInput } from "./unsaved";

// In milliseconds.
/** How long a tab waits for whoever signs in again in another one, before it is left all the same. */
const WAIT_BEFORE_LEAVING = 2000;
/** If a page that has left for itself is back before that, it has come from a cache. */
const LOOP = 10_000;
/** How long a page may take to go once its form was sent. */
const DEPARTURE = 10_000;

/** The page that ends. */
export interface EndingDelegate {
  readonly element: HTMLElement;
  readonly options: Options;
  readonly cover: Cover;
  readonly dialogs: Dialogs;
  readonly ping: PingClient;
  readonly tabs: Tabs;
  readonly timeline: Timeline;
  readonly unsaved: UnsavedInput;
  /** Hides the page until it is open again. */
  coverPage(): void;
  /** Ends all that goes on in the page. */
  retire(): void;
  /** Tells the scripts of the page; false if one of them objects. */
  fire(name: "expire" | "lock", detail?: object): boolean;
}

/** What becomes of the page when its session is over: locked, left, or signed out. */
export class Ending {
  reason: Reason | "" = "";
  isLeaving = false;

  constructor(private readonly page: EndingDelegate) {}

  end(reason: Reason, awaitsSignIn: boolean): void {
    if (this.reason) return;
    const { options, unsaved } = this.page;
    this.page.coverPage();
    this.reason = reason;
    const mayLeave = this.page.fire("expire", { reason });
    const hasUnsavedInput = options.answered === true || unsaved.isAny;
    const { canLock } = this.page.dialogs;
    const onExpire = options.onExpire ?? "auto";
    const page = { mayLeave, onExpire, awaitsSignIn, hasUnsavedInput, canLock };
    if (afterTheEnd(page) === "locked") {
      this.lock();
      if (mayLeave) this.page.fire("lock");
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

  private lock(): void {
    const { cover, dialogs, timeline } = this.page;
    const overdue = Math.max(0, -timeline.remaining);
    // Whoever asks after the end is only told that nobody is signed in.
    if (overdue) this.reason = timeline.isEndFinal ? "absolute" : "idle";
    dialogs.writeLockedSince(new Date(Date.now() - overdue * 1000));
    cover.explain(this.reason);
    dialogs.raiseCover();
  }

  /** The same user is signed in again. */
  reopen(): void {
    this.reason = "";
    this.isLeaving = false;
  }

  /** Loads the page again, without a place in the history. */
  leave(isChosen = false): void {
    this.page.coverPage();
    this.reason ||= "anonymous";
    const [url] = location.href.split("#");
    // It stays covered if it has just been left for itself: a cache must not make this a loop.
    this.isLeaving = isChosen || performance.now() >= LOOP || document.referrer !== url;
    if (!this.isLeaving) return;
    this.page.retire();
    location.replace(url ?? "");
  }

  /** Posts to the logout URL, with a token of this moment, one tab after the other. */
  async signOut(): Promise<void> {
    // At the same time, one would end the session that has the other's token.
    if (navigator.locks) await navigator.locks.request(this.page.tabs.name, () => this.submit());
    else await this.submit(); // without https
  }

  private async submit(): Promise<void> {
    const { element, options, ping, unsaved } = this.page;
    const form = element.querySelector("form"); // in the warning
    const csrfToken = await ping.fetchToken();
    if (csrfToken === undefined && !this.reason) return; // no network, so nobody is signed out
    unsaved.stop();
    if (form && csrfToken !== undefined) {
      setToken(form, csrfToken);
      form.submit();
      await new Promise((resolve) => setTimeout(resolve, DEPARTURE));
    } else if (options.returnToUrl) location.replace(options.returnToUrl);
  }
}
