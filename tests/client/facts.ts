import type { Facts, Limits } from "../../client/facts";

export const LIMITS: Limits = { warnAfter: 540, expireAfter: 600 };

/** A page where somebody has just acted, all of which the server knows. */
export const AT_WORK: Facts = {
  isRunning: true,
  isHidden: false,
  coveredFor: null,
  isWarningOpen: false,
  sinceActivity: 0,
  absoluteEndIn: Infinity,
  hasUnreportedActivity: false,
  isReportUrgent: false,
  sinceReport: 0,
  sinceAnswer: 0,
  sinceQuestion: Infinity,
  failures: 0,
  mayAskIn: 0,
  wasAnswerDue: false,
  isEnded: false,
  isLeaving: false,
  isUncertain: false,
  mayHaveNewSignIn: false,
};
