import { type Moment, momentAgo, secondsSince } from "./clock";
import type { Dialogs } from "./dialogs";
import type { Reason } from "./protocol";

const CLASS = "session_security_covered"; // for style.css, and for sites

/** Hides the page: its content, its title, and whatever its scripts open meanwhile. */
export class Cover {
  private since: Moment | null = null;
  private reason: Reason | "" = "";
  private title = ""; // that the page would have
  private coverTitle = "";
  private readonly observer = new MutationObserver(() => this.stayOnTop());
  private readonly onToggle = () => this.stayOnTop(); // of popovers

  constructor(private readonly dialogs: Dialogs) {}

  get isUp(): boolean {
    return this.since !== null;
  }

  get age(): number | null {
    return this.since && secondsSince(this.since);
  }

  raise(): void {
    if (this.since) return;
    this.since = momentAgo();
    this.title = document.title;
    document.title = this.dialogs.coverTitle;
    this.coverTitle = document.title; // without line breaks
    document.documentElement.classList.add(CLASS);
    this.explain("");
    this.observer.observe(document, {
      attributeFilter: ["open"],
      characterData: true, // the title
      childList: true,
      subtree: true,
    });
    document.addEventListener("toggle", this.onToggle, true);
    this.stayOnTop();
  }

  lower(): void {
    if (!this.since) return;
    this.since = null;
    this.observer.disconnect();
    document.removeEventListener("toggle", this.onToggle, true);
    document.title = this.title;
    document.documentElement.classList.remove(CLASS);
    this.explain("");
    this.dialogs.writeLockedSince(null);
  }

  /** Says why, and stays open. */
  explain(reason: Reason | ""): void {
    this.reason = reason;
    this.dialogs.show("cover", this.isUp, reason || "doubt");
  }

  /** Shows in another element what it shows. */
  refresh(): void {
    if (this.since) this.explain(this.reason);
  }

  private stayOnTop(): void {
    if (document.title !== this.coverTitle) {
      this.title = document.title;
      document.title = this.coverTitle;
    }
    if (this.dialogs.isCoverBeneath) this.dialogs.raiseCover();
    this.observer.takeRecords(); // of what was done here
  }
}
