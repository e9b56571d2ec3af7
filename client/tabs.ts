import type { TabMessage } from "./protocol";

export interface TabsDelegate {
  onTabMessage(message: TabMessage): void;
}

interface Channel {
  postMessage(message: TabMessage): void;
  close(): void;
}

/** Stands for a BroadcastChannel where there is none: one entry, which holds the last message. */
class StorageChannel implements Channel {
  private readonly hear = ({ key, newValue }: StorageEvent) => {
    if (key === this.name && newValue) this.delegate.onTabMessage(JSON.parse(newValue));
  };

  constructor(
    private readonly name: string,
    private readonly delegate: TabsDelegate,
  ) {
    addEventListener("storage", this.hear);
  }

  postMessage(message: TabMessage): void {
    try {
      localStorage.setItem(this.name, JSON.stringify(message));
    } catch {
      // Storage is full or forbidden: each tab asks the server instead.
    }
  }

  close(): void {
    removeEventListener("storage", this.hear);
  }
}

/** Speaks with the other tabs. They are equals: none leads, so none is missed when it crashes. */
export class Tabs {
  private channel: Channel | null = null;

  constructor(
    /** Named by what the session belongs to. */
    readonly name: string,
    private readonly delegate: TabsDelegate,
  ) {}

  start(): void {
    this.channel ??= this.open();
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

  private open(): Channel {
    if (!window.BroadcastChannel) return new StorageChannel(this.name, this.delegate);
    const channel = new BroadcastChannel(this.name);
    channel.onmessage = ({ data }) => this.delegate.onTabMessage(data);
    return channel;
  }
}
