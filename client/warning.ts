import type { Dialogs } from "./dialogs";

export interface WarningDelegate {
  /** Tells the scripts of the page; false if one of them objects. */
  fire(name: "warn" | "extend"): boolean;
}

/** Says that the end is near, and how near. */
export class Warning {
  isOpen = false;
  /** The dialog shows: no script has objected, and nobody has sent it away. */
  private isShown = false;
  private secondsWritten = 0;

  constructor(
    private readonly dialogs: Dialogs,
    private readonly delegate: WarningDelegate,
  ) {}

  /** Opens, or goes on counting. */
  show(remaining: number, isEndFinal: boolean): void {
    if (!this.isOpen) {
      this.isOpen = true;
      this.secondsWritten = 0;
      this.isShown = this.delegate.fire("warn");
      if (!this.isOpen) return; // a script that was told has closed it
    }
    this.dialogs.show("warning", this.isShown, isEndFinal ? "final" : "idle");
    const seconds = Math.ceil(remaining);
    if (seconds === this.secondsWritten) return;
    // Not each second is spoken: at the beginning, each minute, and when it gets close.
    const isSpoken = !this.secondsWritten || [10, 20, 30].includes(seconds) || seconds % 60 === 0;
    this.dialogs.writeTimeLeft(seconds, isSpoken);
    this.secondsWritten = seconds;
  }

  /** The dialog is another one, which says nothing yet. */
  writeAnew(): void {
    this.secondsWritten = 0;
  }

  /** Closes: since somebody is there, or since time is up. */
  close(isExtended: boolean): void {
    if (this.isOpen) {
      this.isOpen = false;
      if (isExtended) this.delegate.fire("extend");
      if (this.isOpen) return;
    }
    this.dialogs.show("warning", false, "idle");
  }

  /** Gets out of the way; time goes on. */
  dismiss(): void {
    this.isShown = false;
  }
}
