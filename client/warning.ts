import type { Controls } from "./controls";
import type { Dialogs } from "./dialogs";

// For how long the dialog waits for a pointer that has stopped, in milliseconds.
const REST_BESIDE_IT = 1000;
const REST_ON_IT = 5000;

export interface WarningDelegate {
  readonly controls: Pick<Controls, "isControl">;
  /** Tells the scripts of the page; false if one of them objects. */
  fire(name: "warn" | "extend"): boolean;
}

/** Says that the end is near, and how near. */
export class Warning {
  isOpen = false;
  /** The dialog shows: no script has objected, and nobody has sent it away. */
  private isShown = false;
  /** A pointer has moved, perhaps toward a button. */
  private isAwaited = false;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
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
    // Not each second is spoken: at the beginning, each minute, and when it gets close.
    this.write(
      seconds,
      !this.secondsWritten || [10, 20, 30].includes(seconds) || seconds % 60 === 0,
    );
  }

  /**
   * Whether what somebody does says that somebody is there. What works the dialog does not; and it
   * waits for a pointer, which may be on its way to a button.
   */
  hear(event: Event): boolean {
    if (!this.isShown) return true;
    clearTimeout(this.restTimer);
    if (this.delegate.controls.isControl(event)) return false;
    this.isAwaited = event.type !== "keydown" && event.type !== "input";
    const patience = this.dialogs.isOver("warning", event) ? REST_ON_IT : REST_BESIDE_IT;
    if (this.isAwaited) this.restTimer = setTimeout(() => this.release(), patience);
    else this.release();
    return true;
  }

  /** Nobody wants to press a button of it: it need not stay for that. */
  release(): void {
    this.isAwaited = false;
    if (!this.isOpen) this.hide();
  }

  /** Somebody is there. */
  extend(remaining: number): void {
    if (this.isOpen) {
      this.isOpen = false;
      this.delegate.fire("extend");
      if (this.isOpen) return;
    }
    if (this.isAwaited) this.write(Math.ceil(remaining), false);
    else this.hide();
  }

  /** Time is up, or there is nothing to be warned of any more. */
  close(): void {
    this.isOpen = false;
    this.hide();
  }

  /** Gets out of the way; time goes on. */
  dismiss(): void {
    this.isShown = this.isAwaited = false;
  }

  /** The dialog is another one, which says nothing yet. */
  writeAnew(): void {
    this.secondsWritten = 0;
  }

  private hide(): void {
    clearTimeout(this.restTimer);
    this.dismiss();
    this.dialogs.show("warning", false, "idle");
  }

  private write(seconds: number, isSpoken: boolean): void {
    if (seconds === this.secondsWritten) return;
    this.dialogs.writeTimeLeft(seconds, isSpoken);
    this.secondsWritten = seconds;
  }
}
