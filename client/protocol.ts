// The shapes that others know: browsers, pages, the server, and other tabs, in which another release
// of this script may run. The build shortens no name that is declared here.

// What pages see has its home beside the built script, where their authors find it.
import type {
  SessionSecurityEventMap as EventMap,
  SessionSecurityOptions as Options,
  SessionSecurityElement as PublicElement,
  SessionSecurityReason as Reason,
} from "../src/session_security/static/session_security/session_security";

export type { EventMap, Options, PublicElement, Reason };

/** What resume.js needs of the element in its page. */
export interface ResumableElement extends PublicElement {
  lockOtherTabs(): void;
}

/** What mount.js needs of the element in its page. */
export interface SuspendableElement extends PublicElement {
  suspend(): void;
}

/** What a browser calls. */
export interface CustomElement {
  connectedCallback(): void;
  disconnectedCallback(): void;
}

/** What not all browsers have, nor TypeScript. */
export interface PrerenderableDocument extends Document {
  readonly prerendering?: boolean;
}

declare global {
  interface Window {
    /** The name of 2.x. */
    yourlabs?: { SessionSecurity: (options: Options) => PublicElement };
  }
}

/** The session goes on; times in seconds. */
export interface ActiveAnswer {
  readonly state: "active";
  readonly idle: number;
  /** Not there in what 2.x answers. */
  readonly absoluteIn?: number | null;
  readonly warnAfter: number;
  readonly expireAfter: number;
  readonly user: string;
  readonly signIn: string;
  /** There has been a new sign-in, which has changed the token; or it was asked for. */
  readonly csrfToken?: string;
}

/** Nobody is signed in. */
export interface ExpiredAnswer {
  readonly state: "expired";
  readonly reason: Reason;
  readonly csrfToken?: string;
}

export type Answer = ActiveAnswer | ExpiredAnswer;

/** A question to the server. */
export type Inquiry = {
  /** Seconds since the last activity: a report. */
  readonly idleFor?: string;
  /** Whose page it is, and of which sign-in. */
  readonly user?: string;
  readonly signIn?: string;
  /** With any value, asks for a CSRF token. */
  readonly token?: string;
};

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

/** The times that tabs share, as ages in seconds; Infinity, or null in JSON, for what never was. */
export interface SharedAges {
  readonly activity: number | null;
  readonly answer: number | null;
  readonly report: number | null;
  readonly question: number | null;
}
