import type { TabMessage } from "./protocol";

export interface TabsDelegate {
  onTabMessage(message: TabMessage): void;
}

/**
 * Speaks with the other tabs. They are equals: none leads, so none is missed when it crashes.
 *
 * Where a BroadcastChannel is missing, each tab asks the server.
 */
export class Tabs {
  private channel: BroadcastChannel | null = null;

  readonly name: string;

  constructor(
    /** What the session belongs to. */
    owner: string,
    private readonly delegate: TabsDelegate,
  ) {
    this.name = `session_security ${owner}`;
  }

  start(): void {
    if (!window.BroadcastChannel) return;
    this.channel ??= new BroadcastChannel(this.name);
    this.channel.onmessage = ({ data }) => this.delegate.onTabMessage(data);
  }

  // An open one does not keep a page out of the back/forward cache, but what is said to a page
  // there is lost, or throws it out.
  stop(): void {
    this.channel?.close();
    this.channel = null;
  }

  broadcast(message: TabMessage): void {
    this.channel?.postMessage(message);
  }
}
