/** Listens between `start()` and `stop()`. Both may be called twice. */
export abstract class Observer {
  isStarted = false;

  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.listen();
  }

  stop(): void {
    if (!this.isStarted) return;
    this.isStarted = false;
    this.listen();
  }

  /** Names the listeners, the same each time. */
  protected abstract listen(): void;

  /**
   * Adds a listener, or removes it once this has stopped, for types with a space between.
   *
   * Not by a signal: older releases of zone.js never add again what a signal has removed.
   *
   * It captures, so that no script of the page can keep events away; but of a window only its own,
   * for "focus" is also that of each field.
   */
  protected on(
    target: EventTarget,
    types: string,
    hear: (event: Event) => void,
    special: AddEventListenerOptions = {},
  ): void {
    const change = this.isStarted ? "addEventListener" : "removeEventListener";
    const options = { capture: target !== window, passive: true, ...special };
    for (const type of types.split(" ")) target[change](type, hear, options);
  }
}
