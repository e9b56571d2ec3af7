// What is to be done, from facts alone: no clock, no document, no network. Times are in seconds.

import type { Facts, Limits } from "./facts";

/**
 * dormant: nobody looks, so nothing is done. open: the page is as its site made it. warning: the
 * end is near. covered: time is up, or may be, and the server has not said yet. locked: the session
 * is over, and the page waits for its user. leaving: the session is over, and the page goes.
 */
export type Phase = "dormant" | "open" | "warning" | "covered" | "locked" | "leaving";

export interface Decision {
  readonly phase: Phase;
  /** Ask the server now. */
  readonly ask: boolean;
  /** An answer is due, whether or not it may be asked for yet. */
  readonly isAnswerDue: boolean;
  /** Seconds after which to decide again, if nothing happens before. */
  readonly lookAgainIn: number;
}

/** After a day nobody comes back, and the page lets go of what it holds. */
export const DAY = 86_400;
/** How often a page looks that has nothing to do. */
const SELDOM = 60;
const SHORTEST = 0.05;
/** A timer may come that much too early. */
const TOLERANCE = 0.05;
/** How long a question of another tab is waited for. */
const QUESTION_PATIENCE = 3;
/** Questions that have failed, after which a warning no longer waits for an answer. */
const FAILURES_BEFORE_WARNING = 2;

type Ages = Pick<Facts, "sinceActivity" | "absoluteEndIn">;

/** Seconds until the session ends, below zero when it should have. */
export function timeLeft({ sinceActivity, absoluteEndIn }: Ages, { expireAfter }: Limits): number {
  return Math.min(expireAfter - sinceActivity, absoluteEndIn);
}

/** Whether the end that comes is the one that no activity moves. */
export function isEndFinal({ sinceActivity, absoluteEndIn }: Ages, limits: Limits): boolean {
  return absoluteEndIn < limits.expireAfter - sinceActivity;
}

/** Seconds until activity is to be reported: a page that is used reports five times in a timeout. */
export function reportDueIn(
  { isReportUrgent, sinceReport }: Pick<Facts, "isReportUrgent" | "sinceReport">,
  { expireAfter }: Limits,
): number {
  return isReportUrgent ? 0 : expireAfter / 5 - sinceReport;
}

/** Seconds between two questions, longer after each failure; never so long that time runs out. */
export function backOff(failures: number, { expireAfter }: Limits): number {
  return Math.min(30, expireAfter / 20, 2 ** (failures - 1));
}

/** Whether a question may be sent now, whatever it is for. */
export function mayAsk(facts: Facts): boolean {
  if (facts.mayAskIn > 0) return false;
  // What another tab asks is answered to all, but not with what a new sign-in needs.
  const isUnanswered = facts.sinceQuestion < facts.sinceAnswer;
  const isBeingAsked = isUnanswered && facts.sinceQuestion < QUESTION_PATIENCE;
  return facts.mayHaveNewSignIn || !isBeingAsked;
}

/** Whether to report before the page can't any more: hidden pages are often frozen, or discarded. */
export function shouldReportWhenHidden(facts: Facts, limits: Limits): boolean {
  const isWorthIt = facts.isReportUrgent || facts.sinceReport > limits.expireAfter / 20;
  return facts.hasUnreportedActivity && isWorthIt;
}

/**
 * What activity does: nothing, since it came too late; count; or `rescue` a session that would have
 * ended soon, which only something deliberate can where confirmation is required.
 */
export function weighActivity(
  ages: Ages,
  limits: Limits,
  { isDeliberate, requireConfirm }: { isDeliberate: boolean; requireConfirm: boolean },
): "late" | "refused" | "counted" | "rescue" {
  if (timeLeft(ages, limits) <= 0) return "late";
  if (ages.sinceActivity < limits.warnAfter) return "counted";
  return requireConfirm && !isDeliberate ? "refused" : "rescue";
}

/** What becomes of a page whose session has ended. */
export function afterTheEnd(page: {
  /** No script of the page has objected. */
  readonly mayLeave: boolean;
  readonly onExpire: "auto" | "leave" | "lock";
  /** Somebody is about to sign in again in another tab. */
  readonly awaitsSignIn: boolean;
  readonly hasUnsavedInput: boolean;
  /** It has a cover, which says why it is hidden and leads back. */
  readonly canLock: boolean;
}): "locked" | "leaving" {
  if (!page.mayLeave) return "locked";
  if (!page.canLock || page.onExpire === "leave") return "leaving";
  if (page.onExpire === "lock") return "locked";
  return page.awaitsSignIn || page.hasUnsavedInput ? "locked" : "leaving";
}

/** What follows from the facts, and the rest from it. */
interface Reckoning {
  readonly remaining: number;
  readonly warningIn: number;
  readonly reportIn: number;
  /** The server has spoken since the warning was due. */
  readonly isConfirmed: boolean;
  readonly isCovered: boolean;
}

function reckon(facts: Facts, limits: Limits): Reckoning {
  const remaining = timeLeft(facts, limits);
  const warningIn = remaining - (limits.expireAfter - limits.warnAfter);
  return {
    remaining,
    warningIn,
    reportIn: facts.hasUnreportedActivity ? reportDueIn(facts, limits) : Infinity,
    isConfirmed: facts.sinceAnswer <= TOLERANCE - warningIn,
    // What is covered opens only when the server has spoken.
    isCovered:
      remaining <= 0 || (facts.coveredFor !== null && (facts.isUncertain || facts.isEnded)),
  };
}

function isAnswerDue(facts: Facts, reckoning: Reckoning): boolean {
  if (facts.mayHaveNewSignIn) return true;
  if (facts.isEnded) return false;
  return (
    reckoning.isCovered ||
    (facts.isUncertain && !facts.isHidden) ||
    (reckoning.warningIn <= 0 && !reckoning.isConfirmed) ||
    reckoning.reportIn <= 0
  );
}

function phaseOf(facts: Facts, limits: Limits, reckoning: Reckoning): Phase {
  const { isCovered, isConfirmed, warningIn } = reckoning;
  if (facts.isLeaving || (isCovered && (facts.coveredFor ?? 0) >= DAY)) return "leaving";
  if (facts.isEnded) return "locked";
  if (isCovered) return "covered";
  // A slow server holds no warning back for more than a third of its time, and a lost one for less.
  const isOverdue = 3 * warningIn < limits.warnAfter - limits.expireAfter;
  const mayWarn = isConfirmed || isOverdue || facts.failures > FAILURES_BEFORE_WARNING;
  return warningIn <= 0 && mayWarn ? "warning" : "open";
}

function nextLook(facts: Facts, reckoning: Reckoning, isDue: boolean): number {
  const { isCovered, remaining, reportIn, warningIn } = reckoning;
  if (facts.isEnded && !isDue) return SELDOM;
  if (!isDue && warningIn > 0) return Math.min(facts.isHidden ? SELDOM : 1, warningIn, reportIn);
  if (isCovered) return 1;
  // The countdown changes with the full second, and the end may come before that.
  return Math.min(facts.isWarningOpen ? remaining % 1 : 1, remaining);
}

/** The phase of the page, whether to ask the server, and when to decide again. */
export function decide(facts: Facts, limits: Limits): Decision {
  if (!facts.isRunning) {
    return { phase: "dormant", ask: false, isAnswerDue: false, lookAgainIn: SELDOM };
  }
  const reckoning = reckon(facts, limits);
  const isDue = isAnswerDue(facts, reckoning);
  // Hidden tabs let the one that is looked at go first.
  const isItsTurn = !facts.isHidden || facts.wasAnswerDue || facts.mayHaveNewSignIn;
  return {
    phase: phaseOf(facts, limits, reckoning),
    ask: isDue && isItsTurn && mayAsk(facts),
    isAnswerDue: isDue,
    lookAgainIn: Math.max(nextLook(facts, reckoning, isDue), SHORTEST),
  };
}
