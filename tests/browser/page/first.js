// What a browser's driver does not tell of a page: errors and what is said in the console, and which
// page asks. It is told by requests, which the test's server takes for itself.

/** @param {string} kind @param {unknown} text */
const tell = (kind, text) => navigator.sendBeacon("/__console__", `${kind}:${text}`);

for (const kind of /** @type {const} */ (["log", "info", "warn", "error"])) {
  console[kind] = (...values) => tell("console", values.join(" "));
}
addEventListener("error", (event) => {
  if (event instanceof ErrorEvent) tell("error", event.message);
});
addEventListener("unhandledrejection", ({ reason }) => tell("error", reason));
addEventListener("securitypolicyviolation", ({ violatedDirective }) =>
  tell("console", `Refused by the policy: ${violatedDirective}`),
);

const ask = window.fetch;
window.fetch = (...question) => {
  const request = new Request(...question);
  if (window.pageId) request.headers.set("X-Page", window.pageId);
  return ask(request);
};
