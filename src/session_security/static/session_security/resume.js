// The element in this page tells the other tabs that somebody has signed in again.

const form = document.getElementById("session_security_resume");

if (form) {
  // Before the others learn that the session has ended: they are to wait.
  const wait = () => /** @type {any} */ (window.sessionSecurity)?.tell("lock", "anonymous");
  form.addEventListener("submit", wait);
  // Whoever is here has been warned.
  document.addEventListener("session-security:warn", (event) => event.preventDefault());
} else {
  const told = customElements.whenDefined("session-security");
  told.then(() => setTimeout(close, 1500)); // where the browser allows it
}
