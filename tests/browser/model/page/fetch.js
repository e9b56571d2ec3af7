// What other scripts of the page ask the server for.

/**
 * Ask for the path, or report to it for how long the person has been idle.
 *
 * @param {[path: string, idleFor: string | null]} question
 */
export function fetchInPage([path, idleFor]) {
  const headers = { "X-Session-Security": "1" };
  const report = { method: "POST", headers, body: new URLSearchParams({ idleFor: idleFor ?? "" }) };
  fetch(path, idleFor === null ? {} : report).catch(() => {});
}
