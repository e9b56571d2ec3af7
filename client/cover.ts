import { type Moment, momentAgo, secondsSince } from "./clock";
import type { Dialogs } from "./dialogs";
import type { Reason } from "./protocol";

const CLASS = "session_security_covered"; // for style.css, and for sites
/** Seconds after which a page that waits for the server says so, and offers a way out. */
const PATIENCE = 10;

/** Hides the page: its content, its title, and whatever its scripts open meanwhile. */
export class Cover {
  private since: Moment | null = null;
  private reason: Reason | "" = "";
  /** Somebody wants to leave work that would be lost. */
  private isAsking = false;
  private title = ""; // that the page would have
  private coverTitle = "";
  private readonly pageChanges = new MutationObserver(() => this.stayOnTop());

  constructor(private readonly dialogs: Dialogs) {
    document.addEventListener("toggle", () => this.restate(), true); // of popovers
  }

  get isUp(): boolean {
    return this.since !== null;
  }

  get age(): number | null {
    return this.since && secondsSince(this.since);
  }

  raise(): void {
    if (this.since) return;
    this.since = momentAgo();
    document.documentElement.classList.add(CLASS);
    this.explain("");
    this.pageChanges.observe(document, {
      attributeFilter: ["open"],
      characterData: true, // the title
      childList: true,
      subtree: true,
    });
  }

  lift(): void {
    if (!this.since) return;
    this.since = null;
    this.pageChanges.disconnect();
    document.title = this.title;
    this.coverTitle = "";
    document.documentElement.classList.remove(CLASS);
    this.dialogs.show("cover", false, "doubt");
    this.dialogs.writeLockedSince(null);
  }

  /** Says why, and stays open. */
  explain(reason: Reason | ""): void {
    this.reason = reason;
    this.takeBack();
  }

  /** Asks no more, and stays open, also where the browser has closed it. */
  takeBack(): void {
    this.isAsking = false;
    this.restate();
  }

  /** Asks before work is lost. */
  ask(): void {
    this.isAsking = true;
    this.restate();
  }

  /** Says what there is to say by now, perhaps in another element. */
  restate(): void {
    const { age } = this;
    if (age === null) return;
    const when = this.reason || (age < PATIENCE ? "doubt" : "wait");
    this.dialogs.show("cover", true, this.isAsking ? "ask" : when);
    this.stayOnTop();
  }

  private stayOnTop(): void {
    if (document.title !== this.coverTitle) this.title = document.title;
    const title = this.dialogs.coverTitle;
    if (document.title !== title) document.title = title;
    this.coverTitle = document.title; // without line breaks
    if (this.dialogs.isCoverBeneath) this.dialogs.raiseCover();
    this.pageChanges.takeRecords(); // of what was done here
  }
}
