// Only for the type checker: the element has what its types say, and offers nothing else.

import type { SessionSecurity } from "../../client/element";
import type { CustomElement } from "../../client/protocol";
import type {
  SessionSecurityElement,
  SessionSecurityEventMap,
} from "../../src/session_security/static/session_security/session_security";

type Nothing<Names extends never> = Names;
type OwnNames<Element> = Exclude<keyof Element, keyof HTMLElement>;
type KnownNames =
  | OwnNames<SessionSecurityElement>
  | keyof CustomElement
  | "lockOtherTabs"
  | "suspend";

export type Undocumented = Nothing<Exclude<OwnNames<SessionSecurity>, KnownNames>>;

/** What the author of a page would write. */
export function usedByPages(form: HTMLFormElement): number {
  window.sessionSecurity?.activity();
  window.sessionSecurity?.saved(form);
  document.addEventListener("session-security:expire", ({ detail }) => detail.reason === "idle");
  document.addEventListener("session-security:warn", (event) => event.preventDefault());
  const event: keyof SessionSecurityEventMap = "session-security:lock";
  return document.querySelector("session-security")?.remaining ?? event.length;
}
