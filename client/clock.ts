// Time, as a page can know it. Seconds are exchanged, never times of day: two clocks need not agree.

/** A moment on both clocks of the browser, in milliseconds. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** The moment that was some seconds ago; below zero, one that is to come; Infinity, never. */
export function momentAgo(seconds = 0): Moment {
  const milliseconds = seconds * 1000;
  return { wall: Date.now() - milliseconds, monotonic: performance.now() - milliseconds };
}

export const NEVER = momentAgo(Infinity);

/**
 * Seconds since a moment, by the clock that says more.
 *
 * Anybody can set `Date.now()` back, and `performance.now()` stands still while most systems sleep;
 * at least one of them goes on.
 */
export function secondsSince(moment: Moment): number {
  return Math.max(Date.now() - moment.wall, performance.now() - moment.monotonic) / 1000;
}

/** The later of two moments; the second does not count if it lies in the future. */
export function laterOf(known: Moment, other: Moment): Moment {
  const age = secondsSince(other);
  return age > -1 && age < secondsSince(known) ? other : known;
}
