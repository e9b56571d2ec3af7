/** Listens between `start()` and `stop()`. Both may be called twice. */
export abstract class Observer {
  private listening: AbortController | null = null;

  get isStarted(): boolean {
    return this.listening !== null;
  }

  start(): void {
    if (this.listening) return;
    this.listening = new AbortController();
    this.listen();
  }

  stop(): void {
    this.listening?.abort();
    this.listening = null;
  }

  protected abstract listen(): void;

  /**
   * Adds a listener, which `stop()` removes, for types with a space between.
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
    if (!this.listening) return;
    const { signal } = this.listening;
    const options = { capture: target !== window, passive: true, signal, ...special };
    for (const type of types.split(" ")) target.addEventListener(type, hear, options);
  }
}
