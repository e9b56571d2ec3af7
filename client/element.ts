import { isFromCache } from "./page";
import type { CustomElement, Options, PrerenderableDocument, ResumableElement } from "./protocol";
import { timesOfNewPage } from "./timeline";
import { SessionWatcher } from "./watcher";

/** Watches over the document. Elements come and go; it shows itself in the one that came last. */
let watcher: SessionWatcher | null = null;
let gapTimer: ReturnType<typeof setTimeout> | undefined;

/** How long a page may be without an element that a library replaces, in milliseconds. */
const GAP = 1000;

/** An element may be out of the page only until it is put elsewhere, or another comes. */
function scheduleGap(): void {
  clearTimeout(gapTimer);
  gapTimer = setTimeout(() => watcher?.onSettled(), GAP);
}

function watch(element: HTMLElement, options: Options): SessionWatcher {
  const isNewPage = document.readyState !== "complete";
  const age = isNewPage ? performance.now() / 1000 : 0;
  const created = new SessionWatcher(element, options, timesOfNewPage(options, age));
  if (isNewPage && isFromCache()) created.distrust();
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) created.onRestored();
  });
  // What is rendered in advance is no visit; nobody may ever look at it.
  document.addEventListener("prerenderingchange", () => created.start());
  if (!(document as PrerenderableDocument).prerendering) created.start();
  return created;
}

/** `<session-security>`: what a page has of this app, and what its scripts may use. */
export class SessionSecurity extends HTMLElement implements CustomElement, ResumableElement {
  private optionsJson = "";
  private options: Options | null = null;
  // Some libraries change what is in an element instead of replacing it.
  private readonly contentObserver = new MutationObserver(() => {
    if (this.optionsJson !== this.readJson()) this.takeOver();
  });

  connectedCallback(): void {
    this.contentObserver.observe(this, { characterData: true, childList: true, subtree: true });
    this.takeOver();
  }

  disconnectedCallback(): void {
    this.contentObserver.disconnect();
    if (window.sessionSecurity !== this) return;
    // htmx puts a new element in, and takes it out again for the one that it preserves.
    const other = document.querySelector("session-security");
    if (other instanceof SessionSecurity) other.takeOver();
    else scheduleGap();
  }

  /** Whatever another element knew, this one knows; the other stays as it is, for its library. */
  private takeOver(): void {
    const options = this.readOptions();
    if (!options) return;
    window.sessionSecurity = this;
    if (watcher) watcher.moveToElement(this, options);
    else watcher = watch(this, options);
    scheduleGap();
  }

  /** The same object while they are the same: the server's answers have renewed it. */
  private readOptions(): Options | null {
    const json = this.readJson();
    // The parser may be in the middle of it.
    if (json !== this.optionsJson && json.endsWith("}")) this.options = JSON.parse(json) as Options;
    this.optionsJson = json;
    return this.options;
  }

  private readJson(): string {
    return this.firstElementChild?.textContent?.trim() ?? "";
  }

  get idle(): number {
    return watcher?.timeline.idle ?? 0;
  }

  get remaining(): number {
    return Math.max(0, watcher?.timeline.remaining ?? 0);
  }

  /** As in 2.x: no true value, and the browser asks nobody before the page is left. */
  get confirmFormDiscard(): unknown {
    return this.options?.confirmFormDiscard;
  }

  set confirmFormDiscard(value: unknown) {
    if (this.options) this.options.confirmFormDiscard = value;
  }

  activity(): void {
    watcher?.recordActivity(true);
  }

  saved(form?: HTMLFormElement): void {
    watcher?.unsaved.forget(form);
    watcher?.decideAnew();
  }

  /** For unmount(): stops at once, since no other element is to come. */
  suspend(): void {
    watcher?.suspend();
  }

  /** Has the other tabs wait for whoever signs in again here; for the page of the app that does. */
  lockOtherTabs(): void {
    watcher?.conversation.broadcast("lock", "anonymous");
  }
}
