import type { Cover } from "./cover";
import type { Ending } from "./ending";
import { Observer } from "./observer";
import { isAt, PRESSES } from "./shield";
import type { Warning } from "./warning";

/** What the dialogs are part of, and work on. */
export interface ControlsDelegate {
  /** The element that is in the page. */
  readonly element: HTMLElement;
  readonly cover: Pick<Cover, "takeBack">;
  readonly ending: Pick<Ending, "onLeave" | "signOut">;
  readonly warning: Pick<Warning, "release">;
  /** By a button, or by Escape. */
  onStay(): void;
}

/** What leads to a button, or changes another key. WebKitGTK tells Shift+Tab only by its code. */
const LEADING_KEYS = /Alt|Arrow|Control|Lock|Meta|Shift|Tab/;
const KEYS = "keydown keypress keyup";

/** Hears what people do in the dialogs. */
export class Controls extends Observer {
  constructor(private readonly page: ControlsDelegate) {
    super();
  }

  protected override listen(): void {
    const { element } = this.page;
    this.on(element, "cancel click close submit", this.hear, { passive: false });
    this.on(element, `${KEYS} ${PRESSES}`, this.keep, { capture: false });
    this.on(document, KEYS, this.keepKey);
  }

  // What is done in a dialog is not for the page beneath.
  private readonly keep = (event: Event) => event.stopPropagation();

  // Neither is a key, where the focus has left the dialog.
  private readonly keepKey = (event: Event) => {
    if (this.page.element.querySelector("[open]") && !this.contains(event)) this.keep(event);
  };

  private contains({ target }: Event): boolean {
    return this.page.element.contains(target as Node | null);
  }

  private readonly hear = (event: Event) => {
    const { page } = this;
    switch (event.type) {
      case "click":
        this.hearClick(event);
        break;
      case "close":
        page.cover.takeBack(); // after two Escapes in a row, the browser asks nobody
        break;
      case "cancel":
        event.preventDefault();
        page.onStay();
        break;
      case "submit":
        event.preventDefault();
        void page.ending.signOut();
    }
  };

  private hearClick(event: Event): void {
    const { page } = this;
    const target = event.target as Element;
    // The page that signs in again could close only a tab that was opened by a script.
    const link = target.closest<HTMLAnchorElement>("a[target]");
    const tab = link && window.open(link.href);
    if (tab) {
      tab.opener = null;
      event.preventDefault();
    }
    if (target.matches("dialog") && !isAt(target.getBoundingClientRect(), event)) {
      page.warning.release();
    }
    const name = target.closest("[name]")?.getAttribute("name");
    if (name === "stay" || name === "back") page.onStay();
    if (name === "leave" || name === "discard") page.ending.onLeave(name === "discard");
  }

  /** Whether an event works the open dialog, so that it is no sign of activity. */
  isControl(event: Event & { code?: string; key?: string }): boolean {
    const { code, key, target } = event;
    if (key && LEADING_KEYS.test(key + code)) return true;
    if (!this.contains(event)) return false;
    if (key) return /^(Enter|Escape| )$/.test(key);
    return (target as Partial<Element>).closest?.("a, button") != null;
  }
}
