/** Listens between `start()` and `stop()`. Both may be called twice. */
export abstract class Observer {
  private listening: AbortController | null = null;

  get isStarted(): boolean {
    return this.listening !== null;
  }

  start(): void {
    if (this.listening) return;
    this.listening = new AbortController();
    this.listen(this.listening.signal);
  }

  stop(): void {
    this.listening?.abort();
    this.listening = null;
  }

  /** Adds listeners that the signal removes. */
  protected abstract listen(signal: AbortSignal): void;
}
