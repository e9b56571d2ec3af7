// Tabs, as a test turns to them and waits for them.

/**
 * The tab is in front, or named "behind"; see visibility.js.
 *
 * @param {string} name
 */
export function turn(name) {
  if (!window.top || window.top.name === name) return;
  window.top.name = name;
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  if (!name) dispatchEvent(new Event("focus"));
}

/**
 * What the scripts of the page still wait for, beyond what is held, after a while and some turns;
 * and what tells whether there were effects since. See observe.js.
 *
 * @param {number} held
 */
export async function waits(held) {
  const isLoaded = () => document.readyState === "complete";
  const nextTurn = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
  for (let n = 0; n < 20 && (!isLoaded() || window.asked > held); n++) {
    await (window.real.wait?.(2) ?? scheduler.postTask(() => {}, { delay: 2 }));
  }
  for (let n = 0; n < 3; n++) await nextTurn();
  const asked = isLoaded() ? (window.asked ?? 0) : Number.POSITIVE_INFINITY;
  const isHeard = "BroadcastChannel" in window; // a test may have taken it away
  return [asked, window.real?.timeOrigin, isHeard ? window.effects : Number.NaN];
}
