// A clock that moves only when the test moves it, in an engine that Playwright does not drive. Times
// are in milliseconds; `WALL` and `MONOTONIC` are what the clocks of the browser show.

const RealDate = window.Date;
const turn = window.setTimeout.bind(window);

/** @type {Map<number, { run: () => void, at: number, every: number }>} */
const timers = new Map();
let last = 0;
let [wall, monotonic] = [WALL, MONOTONIC];
const born = monotonic;

Object.defineProperty(window, "real", {
  value: {
    timeOrigin: performance.timeOrigin,
    now: performance.now.bind(performance),
    wait: (/** @type {number} */ delay) => new Promise((resolve) => turn(resolve, delay)),
  },
});
performance.now = () => monotonic - born;
window.Date = /** @type {DateConstructor} */ (
  class extends RealDate {
    /** @param {unknown[]} values */
    constructor(...values) {
      super(.../** @type {[number]} */ (values.length ? values : [wall]));
    }
    /** @override */
    static now() {
      return wall;
    }
  }
);

/**
 * @param {TimerHandler} handler
 * @param {number | undefined} delay
 * @param {unknown[]} values
 */
const add = (handler, delay = 0, values = [], every = 0) => {
  const run = () => /** @type {(...values: unknown[]) => void} */ (handler)(...values);
  // Beyond 31 bits, as in every browser, it is due at once.
  const wait = delay > 0 && delay < 2 ** 31 ? delay : 0;
  timers.set(++last, { run, at: monotonic + wait, every });
  return last;
};
/** @param {number | undefined} id */
const remove = (id = 0) => {
  timers.delete(id);
};
window.setTimeout = (handler, delay, ...values) => add(handler, delay, values);
window.setInterval = (handler, delay, ...values) =>
  add(handler, delay, values, Math.max(delay ?? 0, 1));
window.clearTimeout = remove;
window.clearInterval = remove;

const first = () => [...timers].sort(([i, a], [j, b]) => a.at - b.at || i - j)[0];

/** @param {StillTime} time */
const set = (time) => {
  ({ wall, monotonic } = time);
};

/** Run what is due, one after the other, each with what follows from it. @param {number} end */
const fire = async (end) => {
  for (let next = first(); next && next[1].at <= end; next = first()) {
    const [id, timer] = next;
    const passed = Math.max(timer.at - monotonic, 0);
    set({ wall: wall + passed, monotonic: monotonic + passed });
    if (timer.every) timer.at = monotonic + timer.every;
    else timers.delete(id);
    timer.run();
    await window.real.wait?.(0);
  }
};

window.stillClock = {
  /** When the next timer is due. */
  due: () => Math.max(first()?.[1].at ?? Number.POSITIVE_INFINITY, monotonic),
  set,
  /** Time passes until then. */
  async run(time) {
    await fire(time.monotonic);
    set(time);
  },
  /** It is then at once, and what was due in between is late. */
  async jump(time) {
    set(time);
    await fire(monotonic);
  },
};
