// Makes of Playwright's clock the clock of a browser; see before_clock.js.

const now = performance.now.bind(performance);

/** Of the page; the clock learns what has passed before only after this script. @type {number} */
let start;

performance.now = () => {
  start ??= now();
  return now() - start;
};
performance.getEntriesByType = (type) => window.real.getEntriesByType(type);
if (window.real.stamp) Object.defineProperty(Event.prototype, "timeStamp", window.real.stamp);
