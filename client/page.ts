import { Observer } from "./observer";

export interface PageDelegate {
  /** The page can't be seen any more; this may be the last moment at which it runs. */
  onHidden(): void;
  /** It is left, perhaps for the back/forward cache. */
  onLeft(): void;
  /** Somebody may look at it again, or the network is back. */
  onReturned(wasFrozen: boolean): void;
}

/** Hears when people turn to the page, and when they turn away. */
export class PageObserver extends Observer {
  constructor(private readonly delegate: PageDelegate) {
    super();
  }

  protected override listen(): void {
    this.on(window, "focus online pagehide", this.hear);
    this.on(document, "resume visibilitychange", this.hear);
  }

  private readonly hear = ({ type }: Event) => {
    const isLeft = type === "pagehide"; // not "unload", which keeps pages out of the cache
    if (isLeft || document.hidden) this.delegate.onHidden();
    else this.delegate.onReturned(type === "resume");
    if (isLeft) this.delegate.onLeft();
  };
}

/** How the browser came to this page. */
export function navigationOf(): Partial<PerformanceNavigationTiming> {
  return performance.getEntriesByType("navigation")[0] ?? {};
}

/** Whether this page was not asked for just now, but comes from a cache of the browser. */
export function isFromCache(): boolean {
  const { type, transferSize } = navigationOf();
  return type === "back_forward" && !transferSize;
}

/** Whether the page around this one has the element, too, and does all that is to be done. */
export function isWatchedFromOutside(): boolean {
  try {
    return window.top !== window && Boolean(window.top?.sessionSecurity);
  } catch {
    return false; // of another origin
  }
}
