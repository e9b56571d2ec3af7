// The page's clock moves only when the model sets it, and timers run only then. A frozen page (the
// browser's own freezing can't be had while it is looked at) runs nothing.

const RealDate = window.Date;

/** What waits until the page is thawed. @type {(() => void)[]} */
const waiting = [];

/** @type {Map<number, { run: () => void, at: number, every: number }>} */
const timers = new Map();
let last = 0;

/** @type {ModelTime} */
const time = {
  wall: START,
  mono: 0,
  isFrozen: false,
  read() {
    try {
      [time.wall, time.mono] = JSON.parse(localStorage.getItem("model_time") ?? "");
    } catch {} // the page is the first, or may have no storage
  },
  set([wall, mono]) {
    time.wall = wall;
    time.mono = mono;
    try {
      localStorage.setItem("model_time", JSON.stringify([wall, mono]));
    } catch {} // the page may have no storage
  },
  fire() {
    for (let n = 0; n < 1000; n++) {
      const [next] = [...timers].sort(([i, a], [j, b]) => a.at - b.at || i - j);
      if (time.isFrozen || !next || next[1].at > time.mono) return;
      const [id, timer] = next;
      if (timer.every) timer.at = time.mono + timer.every;
      else timers.delete(id);
      timer.run();
    }
    console.error("Timers without end.");
  },
  nextTimer: () => Math.min(...[...timers.values()].map(({ at }) => at), 1e15),
  freeze() {
    document.dispatchEvent(new Event("freeze"));
    time.isFrozen = true;
  },
  thaw() {
    time.isFrozen = false;
    document.dispatchEvent(new Event("resume"));
    for (const run of waiting.splice(0)) run();
  },
  whenThawed(run) {
    if (time.isFrozen) waiting.push(run);
    else run();
  },
};
window.modelTime = time;
time.read();

const born = time.mono;
performance.now = () => time.mono - born;
window.Date = /** @type {DateConstructor} */ (
  class extends RealDate {
    /** @param {unknown[]} values */
    constructor(...values) {
      super(.../** @type {[number]} */ (values.length ? values : [time.wall]));
    }
    /** @override */
    static now() {
      return time.wall;
    }
  }
);

/**
 * @param {TimerHandler} handler
 * @param {number | undefined} delay
 * @param {unknown[]} values
 * @param {number} every
 */
const add = (handler, delay, values, every = 0) => {
  const run = () => /** @type {(...values: unknown[]) => void} */ (handler)(...values);
  timers.set(++last, { run, at: time.mono + Math.max(delay || 0, 0), every });
  return last;
};
/** @param {number | undefined} id */
const remove = (id) => {
  timers.delete(id ?? 0);
};
window.setTimeout = (handler, delay, ...values) => add(handler, delay, values);
window.setInterval = (handler, delay, ...values) =>
  add(handler, delay, values, Math.max(delay ?? 0, 1));
window.clearTimeout = remove;
window.clearInterval = remove;
AbortSignal.timeout = (delay) => {
  const end = new AbortController();
  setTimeout(() => end.abort(new DOMException("It took too long.", "TimeoutError")), delay);
  return end.signal;
};
