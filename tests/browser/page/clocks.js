// The clock of the browser.

/** @param {number} by In milliseconds. */
export function setClock(by) {
  const now = Date.now.bind(Date);
  Date.now = () => now() + by;
}
