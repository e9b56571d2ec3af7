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

/** @type {Record<string, (element: HTMLElement) => void>} */
const CHANGES = {
  move: (element) => document.body.prepend(element),
  copy: (element) => element.replaceWith(element.cloneNode(true)),
  html: (element) => {
    const { outerHTML } = element;
    element.outerHTML = outerHTML;
  },
  options: (element) => {
    const { firstElementChild } = element;
    if (firstElementChild?.textContent) firstElementChild.textContent += " ";
    const text = firstElementChild?.textContent?.replace('"warnAfter": 30', '"warnAfter": 30.0');
    if (firstElementChild && text) firstElementChild.textContent = text;
  },
};

/**
 * Changes the element in the page, in one of several ways.
 *
 * @param {string} way
 */
export function change(way) {
  const element = document.querySelector("session-security");
  if (element) CHANGES[way]?.(element);
}
