// What makes a page hard to use; axe is there.

/** The audit has timers, which the test lets run. */
export function startAudit() {
  window.audit = axe.run({ preload: false, resultTypes: ["violations"] });
}

export async function violations() {
  const { violations } = await window.audit;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}

/**
 * What leaves the dialog or the window at either side.
 *
 * @param {HTMLElement} dialog
 */
export function tooWide(dialog) {
  const { left, right } = dialog.getBoundingClientRect();
  const outside = [...dialog.querySelectorAll("h2, p, form, a, button, span")].filter((part) => {
    const box = part.getBoundingClientRect();
    return part.checkVisibility() && (box.left < left || box.right > right);
  });
  const root = document.documentElement;
  if (dialog.scrollWidth > dialog.clientWidth || left < 0 || right > root.clientWidth)
    outside.unshift(dialog);
  return outside.map((part) => part.outerHTML);
}
