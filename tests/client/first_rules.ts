import type { Facts, Limits } from "../../client/facts";

/** What the first client did when it looked at what was due. */
export interface FirstJudgement {
  readonly isCovered: boolean;
  readonly isWarned: boolean;
  readonly isDue: boolean;
  readonly asks: boolean;
  readonly wait: number;
}

/**
 * The rules of the first client, as they stood in it: a plain list of what it did, one after the
 * other. It did nothing, and looked no more, in a page that was stopped or whose session was over.
 */
export function firstRules(facts: Facts, limits: Limits): FirstJudgement | null {
  const { expireAfter, warnAfter } = limits;
  if (!facts.isRunning || (facts.isEnded && !facts.mayHaveNewSignIn)) return null;
  let covered = facts.coveredFor !== null;
  let doubt = facts.isUncertain;
  let warned = facts.isWarningOpen;
  const remaining = Math.min(expireAfter - facts.sinceActivity, facts.absoluteEndIn);
  const warnIn = remaining - expireAfter + warnAfter;
  // An urgent report was given a false time: the last one was a whole timeout ago.
  const sinceReport = facts.isReportUrgent ? expireAfter : facts.sinceReport;
  const untold = expireAfter / 5 - sinceReport;
  if (remaining <= 0) {
    if (!covered) warned = false;
    doubt = true;
    covered = true;
  } else if (!doubt && !facts.isEnded) {
    covered = false;
  }
  const late = warnIn <= 0;
  const confirmed = facts.sinceAnswer <= 0.05 - warnIn;
  const due =
    facts.mayHaveNewSignIn ||
    covered ||
    (doubt && !facts.isHidden) ||
    (late && !confirmed) ||
    (facts.hasUnreportedActivity && untold <= 0);
  let asks = due && (facts.wasAnswerDue || facts.mayHaveNewSignIn || !facts.isHidden);
  if (facts.mayAskIn > 0) asks = false;
  const isAsked = facts.sinceQuestion < 3 && facts.sinceQuestion < facts.sinceAnswer;
  if (isAsked && !facts.mayHaveNewSignIn) asks = false;
  const unreported = facts.hasUnreportedActivity ? untold : 60;
  let wait = Math.min(facts.isHidden ? 60 : 1, warnIn, unreported);
  if (due || late) wait = warned ? remaining % 1 : 1;
  const waited = 3 * warnIn < warnAfter - expireAfter;
  return {
    isCovered: covered,
    isWarned: late && (confirmed || waited || facts.failures > 2) && !covered,
    isDue: due,
    asks,
    wait: Math.max(wait, 0.05),
  };
}
