/** The shapes that session_security.js receives and sends, for the type checker alone. */

/** A moment on both clocks, in milliseconds. */
interface Moment {
  wall: number;
  mono: number;
}

/** The options in the page; times in seconds. */
interface Options {
  pingUrl: string;
  warnAfter: number;
  expireAfter: number;
  idle?: number;
  absoluteIn?: number | null;
  user?: string;
  signIn?: string;
  language?: string;
  requireConfirm?: boolean;
  onExpire?: "auto" | "leave" | "lock";
  answered?: boolean;
  confirmFormDiscard?: unknown;
  moreUrl?: string;
  returnToUrl?: string;
}

/** What the ping answers; times in seconds. */
interface Answer {
  state: "active" | "expired";
  reason: string;
  idle: number;
  warnAfter: number;
  expireAfter: number;
  absoluteIn: number | null;
  user: string;
  signIn: string;
  csrfToken?: string;
  moreUrl?: string;
}

/** What a tab says to the others; the shared moments as ages in seconds. */
interface Message {
  kind: "hello" | "act" | "ask" | "heard" | "gone" | "lock" | "bye";
  user?: string;
  signIn?: string;
  reason: string;
  act: number;
  report: number;
  heard: number;
  ask: number;
  /** When, by the wall clock, in milliseconds. */
  sent: number;
}

/** What the client looks for before it uses it, or finds on more than the standard types. */
interface Element {
  hidden: boolean | string;
  readonly dataset: DOMStringMap;
}

interface HTMLElement {
  readonly open?: boolean;
  showModal?(): void;
  close?(): void;
}

interface PerformanceEntry {
  readonly type?: string;
  readonly transferSize?: number;
  readonly initiatorType: string;
  readonly responseStatus: number;
}

interface Document {
  readonly prerendering?: boolean;
}

interface Window {
  sessionSecurity?: HTMLElement & {
    activity(): void;
    saved(form?: HTMLFormElement): void;
    readonly idle: number;
    readonly remaining: number;
  };
}
