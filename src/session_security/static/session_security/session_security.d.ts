/** What session_security.js offers to the scripts of a page. Times are in seconds. */

/** `<session-security>`, which is `window.sessionSecurity` in the pages of signed-in users. */
export interface SessionSecurityElement extends HTMLElement {
  /** Seconds since the last human act in any tab, as far as this page knows. */
  readonly idle: number;
  /** Seconds until the end; 0 when the session has ended. */
  readonly remaining: number;
  /** Whether the browser asks before a page with unsaved input is left; any true value. */
  confirmFormDiscard: unknown;
  /** Extends the session, for a script that knows that somebody is there. */
  activity(): void;
  /** Says that what was typed into a form, or anywhere, has been saved. */
  saved(form?: HTMLFormElement): void;
}

/** Why a session has ended. "anonymous": the server knows of nobody who is signed in. */
export type SessionSecurityReason = "idle" | "absolute" | "anonymous";

/** The events of the element. They bubble. */
export interface SessionSecurityEventMap {
  /** The warning is due; if cancelled, the app's dialog stays closed. */
  "session-security:warn": CustomEvent<Record<string, never>>;
  /** The warning is over, because somebody is there. */
  "session-security:extend": CustomEvent<Record<string, never>>;
  /** The session has ended; if cancelled, the page is locked instead of left. */
  "session-security:expire": CustomEvent<{ readonly reason: SessionSecurityReason }>;
  /** The session has ended, and the page is locked. */
  "session-security:lock": CustomEvent<Record<string, never>>;
  /** The CSRF tokens of the page have been replaced after a new sign-in. */
  "session-security:renew": CustomEvent<{ readonly csrfToken: string }>;
  /** A locked page is open again. */
  "session-security:unlock": CustomEvent<Record<string, never>>;
}

/** The JSON in the element. */
export interface SessionSecurityOptions {
  /** The URL `session_security_ping`. */
  pingUrl: string;
  /** Names the channel of the tabs, by what the session belongs to. */
  channel?: string;
  /** Whether pages of other hosts may have the same session. */
  sharesCookie?: boolean;
  warnAfter: number;
  expireAfter: number;
  /** How long nobody had acted when the page was written. */
  idle?: number;
  /** Until the absolute limit, if there is one. */
  absoluteIn?: number | null;
  /** A tag of the user, the same in all pages of one user. */
  user?: string;
  /** A mark of the sign-in; signing in again changes it. */
  signIn?: string;
  /** In which the time left is spoken. */
  language?: string;
  /** Whether only the button in the warning extends the session. */
  requireConfirm?: boolean;
  onExpire?: "auto" | "leave" | "lock";
  /** Whether the page answers a request other than `GET` or `HEAD`. */
  answered?: boolean;
  /** Whether the browser asks before a page with unsaved input is left; any true value. */
  confirmFormDiscard?: unknown;
  /** The logout URL, if pages are left for it at the end. */
  returnToUrl?: string;
}

declare global {
  interface Window {
    sessionSecurity?: SessionSecurityElement;
  }
  interface HTMLElementTagNameMap {
    "session-security": SessionSecurityElement;
  }
  interface GlobalEventHandlersEventMap extends SessionSecurityEventMap {}
}
