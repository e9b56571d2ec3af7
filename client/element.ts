import { isFromCache } from "./page";
import type { CustomElement, Options, PrerenderableDocument, ResumableElement } from "./protocol";
import { timesOfNewPage } from "./timeline";
import { SessionWatcher } from "./watcher";

/** `<session-security>`: what a page has of this app, and what its scripts may use. */
export class SessionSecurity extends HTMLElement implements CustomElement, ResumableElement {
  private watcher: SessionWatcher | null = null;
  private connection: AbortController | null = null;

  connectedCallback(): void {
    const other = window.sessionSecurity;
    if (other !== this && other?.isConnected) this.remove();
    else this.connect();
  }

  private connect(): void {
    window.sessionSecurity = this;
    const isNewPage = document.readyState !== "complete";
    const options: Options = JSON.parse(this.firstElementChild?.textContent ?? "");
    const age = isNewPage ? performance.now() / 1000 : 0;
    const watcher = new SessionWatcher(this, options, timesOfNewPage(options, age));
    this.watcher = watcher;
    if (isNewPage && isFromCache()) watcher.distrust();
    this.connection = new AbortController();
    const { signal } = this.connection;
    addEventListener("pageshow", (event) => this.onPageShow(event), { signal });
    // What is rendered in advance is no visit; nobody may ever look at it.
    if ((document as PrerenderableDocument).prerendering) {
      document.addEventListener("prerenderingchange", () => watcher.start(), { signal });
    } else watcher.start();
  }

  disconnectedCallback(): void {
    this.connection?.abort();
    this.watcher?.retire();
  }

  private onPageShow({ persisted }: PageTransitionEvent): void {
    if (!persisted) return;
    this.watcher?.distrust(); // before it is seen
    this.watcher?.start();
  }

  get idle(): number {
    return this.watcher?.timeline.idle ?? 0;
  }

  get remaining(): number {
    return Math.max(0, this.watcher?.timeline.remaining ?? 0);
  }

  activity(): void {
    this.watcher?.recordActivity(true);
  }

  saved(form?: HTMLFormElement): void {
    this.watcher?.unsaved.forget(form);
    this.watcher?.evaluate();
  }

  /** Has the other tabs wait for whoever signs in again here; for the page of the app that does. */
  lockOtherTabs(): void {
    this.watcher?.broadcast("lock", "anonymous");
  }
}
