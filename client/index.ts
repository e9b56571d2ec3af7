import { SessionSecurity } from "./element";

// Both files that hold the element may be in a page.
if (!customElements.get("session-security")) {
  customElements.define("session-security", SessionSecurity);
}
