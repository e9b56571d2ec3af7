import type { SharedAges } from "./timeline";
import type { Reason } from "./types";

/**
 * hello: this page runs now. goodbye: it is left. activity: somebody is here. question, answer: the
 * server is asked, has answered. ended: there is no session. lock: it is about to end, and the
 * pages are to wait for whoever signs in again.
 */
export type TabMessageKind =
  | "activity"
  | "answer"
  | "ended"
  | "goodbye"
  | "hello"
  | "lock"
  | "question";

export interface TabMessage {
  readonly kind: TabMessageKind;
  /** Whose page it is, and of which sign-in. */
  readonly user?: string | undefined;
  readonly signIn?: string | undefined;
  /** With "ended" and "lock". */
  readonly reason?: Reason | undefined;
  /** Ages, not times of day: a clock that is set in between must make nothing younger. */
  readonly ages: SharedAges;
  /** When it was sent, by the wall clock, in milliseconds. */
  readonly sent: number;
}

interface Channel {
  postMessage(message: TabMessage): void;
  close(): void;
}

/** Stands for a BroadcastChannel where there is none: one entry, which holds the last message. */
class StorageChannel implements Channel {
  private readonly hear = ({ key, newValue }: StorageEvent) => {
    if (key === this.name && newValue) this.onMessage(JSON.parse(newValue));
  };

  constructor(
    private readonly name: string,
    private readonly onMessage: (message: TabMessage) => void,
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
  readonly name: string;
  private channel: Channel | null = null;

  constructor(
    pingUrl: string,
    private readonly onMessage: (message: TabMessage) => void,
  ) {
    this.name = `session_security ${pingUrl}`;
  }

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
    if (!window.BroadcastChannel) return new StorageChannel(this.name, this.onMessage);
    const channel = new BroadcastChannel(this.name);
    channel.onmessage = ({ data }) => this.onMessage(data);
    return channel;
  }
}
