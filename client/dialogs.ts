import { focusedElement, takeFocus } from "./focus";
import type { Options } from "./protocol";
import { isAt, shield } from "./shield";
import { inDigits, inWords, usableLanguage } from "./words";

/** Where the dialogs are. */
export interface DialogsDelegate {
  /** The element that is in the page. */
  readonly element: HTMLElement;
  readonly options: Pick<Options, "language">;
}

type DialogName = "cover" | "warning";

// To a browser that knows no dialogs it is an unknown element; in a page of 2.x it is a <div>.
function isDialog(element: HTMLElement): element is HTMLDialogElement {
  return "showModal" in element;
}

/** The only one that touches the dialogs. They may be a site's own, and lack anything. */
export class Dialogs {
  private focusBefore: Element | null = null;
  /** What the open dialog says, which has been given the focus. */
  private stage = "";
  private lockedSince: Date | null = null;

  constructor(private readonly page: DialogsDelegate) {}

  /** Closes those of this element: others are to be found from now on. */
  reset(): void {
    // What is open stands over the page, or, as a copy, in it.
    for (const dialog of this.element.querySelectorAll("dialog")) dialog.close();
    this.writeLockedSince(this.lockedSince);
  }

  private get element(): HTMLElement {
    return this.page.element;
  }

  private get language(): string | undefined {
    return usableLanguage(this.page.options.language);
  }

  /** In the element if it is there: while a library swaps them, there may be two in the page. */
  private find(name: string): HTMLElement | null {
    const selector = `#session_security_${name}`;
    return this.element.querySelector<HTMLElement>(selector) ?? document.querySelector(selector);
  }

  private write(name: string, text: string): void {
    const element = this.find(name);
    if (element) element.textContent = text;
  }

  /** Whether a pointer is over a dialog. */
  isOver(name: DialogName, event: Event): boolean {
    const dialog = this.find(name);
    return dialog !== null && isAt(dialog.getBoundingClientRect(), event);
  }

  /** Opens or closes a dialog, with those of its parts that are for `when`. */
  show(name: DialogName, isOpen: boolean, when: string): void {
    const dialog = this.find(name);
    if (!dialog) return;
    for (const part of dialog.querySelectorAll<HTMLElement>("[data-when]")) {
      part.hidden = !part.matches(`[data-when~='${when}']`);
    }
    if (!isDialog(dialog)) {
      dialog.style.display = isOpen ? "block" : "none";
      dialog.toggleAttribute("open", isOpen); // for style.css
      return;
    }
    if (isOpen) this.open(dialog, `${name} ${when}`);
    else if (dialog.open) this.close(dialog);
  }

  private open(dialog: HTMLDialogElement, stage: string): void {
    if (!dialog.isConnected) return; // its element has been taken out of the page
    if (dialog.open && stage === this.stage) return;
    if (!dialog.open) {
      this.focusBefore ??= focusedElement();
      dialog.showModal();
    } else if (stage === "cover ask") shield(dialog); // a double click does not answer it
    takeFocus(dialog);
    this.stage = stage;
  }

  private close(dialog: HTMLDialogElement): void {
    shield(dialog);
    dialog.close();
    // The browser gives it back, too, but not to what is in a frame.
    (this.focusBefore as HTMLElement | null)?.focus({ preventScroll: true });
    this.focusBefore = null;
  }

  /** Writes the time left, and puts it into words for screen readers if `isSpoken`. */
  writeTimeLeft(seconds: number, isSpoken: boolean): void {
    this.write("counter", inDigits(seconds));
    if (isSpoken) this.write("spoken", inWords(seconds, this.language));
  }

  /** Says since when the page is locked, or no more. */
  writeLockedSince(moment: Date | null): void {
    this.lockedSince = moment;
    const place = this.find("since");
    if (!place) return;
    if (place.parentElement) place.parentElement.hidden = !moment;
    if (moment) {
      place.textContent = moment.toLocaleString(this.language, {
        dateStyle: "medium",
        timeStyle: "short",
      });
    }
  }

  /** A page of 2.x has no cover: locked, it would be blank. */
  get canLock(): boolean {
    return this.find("cover") !== null;
  }

  /** The title of a page that can't be read. */
  get coverTitle(): string {
    // biome-ignore lint/performance/useDomNodeTextContent: a part of it may be hidden
    return this.find("cover_title")?.innerText ?? "";
  }

  /** Puts the cover above all else; a screen reader reads it anew. */
  raiseCover(): void {
    const cover = this.find("cover");
    if (!cover || !isDialog(cover) || !cover.isConnected) return;
    cover.close();
    cover.showModal();
    takeFocus(cover);
  }

  /** Whether another dialog lies over the cover, which is inert then, and not to be found. */
  get isCoverBeneath(): boolean {
    const cover = this.find("cover");
    if (!cover) return false;
    const { left, top, width, height } = cover.getBoundingClientRect();
    return !cover.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  }

  /** Has the links to sign in again name another sign-in. */
  renewSignInLinks(signIn: string): void {
    const links = this.element.querySelectorAll<HTMLAnchorElement>("a[href*='signIn=']");
    for (const link of links) link.search = new URLSearchParams({ signIn }).toString();
  }
}
