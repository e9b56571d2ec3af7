// Visits without a load, as some libraries make them.

/** Put a copy of the body in its place; Trusted Types forbid to parse one. */
export function replaceBody() {
  const body = /** @type {HTMLBodyElement} */ (document.body.cloneNode(true));
  for (const script of body.querySelectorAll("script")) {
    // Trusted Types block the copy of a script, even one that only holds options.
    const options = document.createElement("span");
    if (script.type === "application/json") options.textContent = script.textContent;
    options.hidden = true;
    script.replaceWith(options);
  }
  document.body.replaceWith(body);
}
