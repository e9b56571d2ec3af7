import { afterEach, beforeEach } from "node:test";

const realNow = Date.now;
const realMonotonic = performance.now.bind(performance);

/** Both clocks of a browser, which stand still until a test moves them. Times are in seconds. */
export class FakeTime {
  wall = 1_900_000_000;
  monotonic = 0;

  /** Time passes. */
  pass(seconds: number): void {
    this.wall += seconds;
    this.monotonic += seconds;
  }

  /** The machine sleeps, and `performance.now()` stands still. */
  sleep(seconds: number): void {
    this.wall += seconds;
  }

  /** Somebody sets the clock. */
  set(by: number): void {
    this.wall += by;
  }
}

/** A new clock for each test of a file. */
export function useFakeTime(): FakeTime {
  const time = new FakeTime();
  beforeEach(() => {
    Object.assign(time, new FakeTime());
    Date.now = () => time.wall * 1000;
    performance.now = () => time.monotonic * 1000;
  });
  afterEach(() => {
    Date.now = realNow;
    performance.now = realMonotonic;
  });
  return time;
}
