// What is decided from. Times are in seconds.

/** What a page knows at one moment. "Since" is how long ago something was; Infinity is never. */
export interface Facts {
  /** Somebody can look at the page: not rendered in advance, left, or inside a page that watches. */
  readonly isRunning: boolean;
  readonly isHidden: boolean;
  /** How long nobody has been able to read the page, if nobody is. */
  readonly coveredFor: number | null;
  readonly isWarningOpen: boolean;

  /** In any tab. */
  readonly sinceActivity: number;
  /** Until the limit that no activity moves. */
  readonly absoluteEndIn: number;
  /** The server can't know the last activity from this page yet. */
  readonly hasUnreportedActivity: boolean;
  /** That activity came in the last moments, so the server is to know of it at once. */
  readonly isReportUrgent: boolean;

  /** When any tab sent the last question whose answer is known, to tell the server of activity. */
  readonly sinceReport: number;
  /** When any tab sent the last question whose answer is known. */
  readonly sinceAnswer: number;
  /** When any tab sent the last question, unless it has failed. */
  readonly sinceQuestion: number;
  /** Questions of this page that have failed in a row. */
  readonly failures: number;
  /** Until the back-off lets this page ask again. */
  readonly mayAskIn: number;
  /** An answer was due the last time that this was decided, too. */
  readonly wasAnswerDue: boolean;

  /** The server has said that the session is over. */
  readonly isEnded: boolean;
  /** The page is on its way to another address. */
  readonly isLeaving: boolean;
  /** The page may have missed something, so what it knows is not to be trusted. */
  readonly isUncertain: boolean;
  /** There may be another sign-in than the one this page belongs to. */
  readonly mayHaveNewSignIn: boolean;
}

/** What the server has set. */
export interface Limits {
  readonly warnAfter: number;
  readonly expireAfter: number;
}
