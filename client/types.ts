// The shapes that pages see have their home beside the built script, where their authors find them.

export type {
  SessionSecurityElement as PublicElement,
  SessionSecurityEventMap as EventMap,
  SessionSecurityOptions as Options,
  SessionSecurityReason as Reason,
} from "../src/session_security/static/session_security/session_security";
