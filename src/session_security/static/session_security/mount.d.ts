/** What mount.js offers to a front end that Django does not render. */

import type { SessionSecurityElement } from "./session_security.js";

export type * from "./session_security.js";

export interface MountOptions {
  /** The URL `session_security_element`; "/session_security/element/" if there is none here. */
  readonly url?: string | undefined;
  /** Of the words in the dialogs, such as "pt-br"; otherwise the server decides by the request. */
  readonly language?: string | undefined;
  /** What the element is put into; the body of the document if there is none here. */
  readonly target?: Element | undefined;
}

/**
 * Fetches the element of whoever is signed in, and puts it into the page, in the place of one that
 * is there.
 *
 * Gives null if nobody is signed in, or if `unmount()` has been called in the meantime; an earlier
 * call gives what the latest one does. While the server can't be reached, or has an error, it is
 * asked again. Rejects with an `Error` if there is no such URL.
 */
export function mount(options?: MountOptions): Promise<SessionSecurityElement | null>;

/** Takes the element out of the page, and stops at once: for after a sign-out. */
export function unmount(): void;
