// The page of the app where people sign in again beside the tab with their work, or have done so.

import type { ResumableElement } from "./protocol";

/** Milliseconds in which the page tells the other tabs that somebody is signed in. */
const TIME_TO_TELL = 1500;

const form = document.getElementById("session_security_resume");

if (form) {
  // Before the others learn that the session has ended.
  form.addEventListener("submit", () =>
    (window.sessionSecurity as ResumableElement | undefined)?.lockOtherTabs(),
  );
  // Whoever is here has been warned.
  document.addEventListener("session-security:warn", (event) => event.preventDefault());
} else {
  // The element does; then the tab closes, where the browser allows it.
  customElements
    .whenDefined("session-security")
    .then(() => setTimeout(() => window.close(), TIME_TO_TELL));
}
