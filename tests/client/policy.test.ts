import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Facts } from "../../client/facts";
import {
  afterTheEnd,
  backOff,
  DAY,
  decide,
  type Phase,
  shouldReportWhenHidden,
  timeLeft,
  weighActivity,
} from "../../client/policy";
import { AT_WORK, LIMITS } from "./facts";
import { type FirstJudgement, firstRules } from "./first_rules";

// What is special about the page, in which phase it is then, whether it asks, when it looks again.
const TABLE: [string, Partial<Facts>, Phase, boolean, number][] = [
  ["somebody has just acted", {}, "open", false, 1],
  ["nobody looks at it", { isHidden: true }, "open", false, 60],
  ["it is not shown to anybody yet", { isRunning: false }, "dormant", false, 60],
  ["the warning comes soon", { sinceActivity: 539.6, sinceAnswer: 100 }, "open", false, 0.4],
  [
    "a hidden page is awake for the warning",
    { isHidden: true, sinceActivity: 520, sinceAnswer: 100 },
    "open",
    false,
    20,
  ],

  // Activity is reported in time, and seldom.
  [
    "there is something to report",
    { hasUnreportedActivity: true, sinceReport: 119.5 },
    "open",
    false,
    0.5,
  ],
  ["the report is due", { hasUnreportedActivity: true, sinceReport: 120 }, "open", true, 1],
  ["the report is urgent", { hasUnreportedActivity: true, isReportUrgent: true }, "open", true, 1],
  ["there is nothing to report", { sinceReport: 500 }, "open", false, 1],
  [
    "the report is due, but the last one has just failed",
    { hasUnreportedActivity: true, sinceReport: 120, failures: 1, mayAskIn: 0.5 },
    "open",
    false,
    1,
  ],
  [
    "another tab is asking",
    { hasUnreportedActivity: true, sinceReport: 120, sinceAnswer: 120, sinceQuestion: 2.9 },
    "open",
    false,
    1,
  ],
  [
    "another tab has asked, and nothing was heard",
    { hasUnreportedActivity: true, sinceReport: 120, sinceAnswer: 120, sinceQuestion: 3 },
    "open",
    true,
    1,
  ],
  [
    "a hidden page lets others go first",
    { isHidden: true, hasUnreportedActivity: true, sinceReport: 120 },
    "open",
    false,
    1,
  ],
  [
    "none of them did",
    { isHidden: true, hasUnreportedActivity: true, sinceReport: 121, wasAnswerDue: true },
    "open",
    true,
    1,
  ],

  // The server is asked before the warning, which waits for it, but not for long.
  ["the warning is due", { sinceActivity: 540, sinceAnswer: 100 }, "open", true, 1],
  ["the server has agreed", { sinceActivity: 541, sinceAnswer: 0.5 }, "warning", false, 1],
  ["the server says nothing", { sinceActivity: 560, sinceAnswer: 100 }, "open", true, 1],
  [
    "it has said nothing for a third of the time",
    { sinceActivity: 560.1, sinceAnswer: 100 },
    "warning",
    true,
    1,
  ],
  [
    "it can't be reached",
    { sinceActivity: 541, sinceAnswer: 100, failures: 3 },
    "warning",
    true,
    1,
  ],
  [
    "the countdown keeps to full seconds",
    { sinceActivity: 550.25, sinceAnswer: 5, isWarningOpen: true },
    "warning",
    false,
    0.75,
  ],
  ["the absolute limit is near", { absoluteEndIn: 60, sinceAnswer: 0 }, "warning", false, 1],

  // Time is up.
  [
    "it is the last moment",
    { sinceActivity: 599.9, sinceAnswer: 10, isWarningOpen: true },
    "warning",
    false,
    0.1,
  ],
  ["time is up", { sinceActivity: 600, sinceAnswer: 10 }, "covered", true, 1],
  ["the absolute limit is reached", { absoluteEndIn: 0, sinceAnswer: 10 }, "covered", true, 1],
  ["it was up long ago", { sinceActivity: 86_430, sinceAnswer: 86_430 }, "covered", true, 1],
  [
    "time is up in a hidden page, which lets others go first",
    { isHidden: true, sinceActivity: 600, sinceAnswer: 10 },
    "covered",
    false,
    1,
  ],

  // What may have missed something asks, and stays covered until it knows.
  ["it was frozen", { isUncertain: true }, "open", true, 1],
  ["it was frozen, and nobody looks", { isUncertain: true, isHidden: true }, "open", false, 60],
  ["it comes from a cache", { coveredFor: 100, isUncertain: true }, "covered", true, 1],
  ["the server has spoken since", { coveredFor: 100 }, "open", false, 1],
  [
    "another tab has acted, but the server has not spoken",
    { coveredFor: 100, isUncertain: true, sinceActivity: 5 },
    "covered",
    true,
    1,
  ],
  ["the server has spoken after a day", { coveredFor: DAY }, "open", false, 1],
  ["nobody has come for a day", { coveredFor: DAY, isUncertain: true }, "leaving", true, 1],

  // The server has said that it is over.
  ["it is over", { coveredFor: 100, isEnded: true, sinceActivity: 600 }, "locked", false, 60],
  [
    "it is over, and the page goes",
    { coveredFor: 100, isEnded: true, isLeaving: true },
    "leaving",
    false,
    60,
  ],
  [
    "somebody may have signed in again",
    { coveredFor: 100, isEnded: true, mayHaveNewSignIn: true, sinceQuestion: 1, sinceAnswer: 9 },
    "locked",
    true,
    1,
  ],
  [
    "the same in a hidden page",
    { coveredFor: 100, isEnded: true, mayHaveNewSignIn: true, isHidden: true },
    "locked",
    true,
    1,
  ],
  ["it is locked since a day", { coveredFor: DAY, isEnded: true }, "leaving", false, 60],
];

for (const [situation, facts, phase, ask, lookAgainIn] of TABLE) {
  test(situation, () => {
    const decision = decide({ ...AT_WORK, ...facts }, LIMITS);
    assert.equal(decision.phase, phase);
    assert.equal(decision.ask, ask);
    assert.ok(Math.abs(decision.lookAgainIn - lookAgainIn) < 1e-9, `${decision.lookAgainIn}`);
  });
}

// All combinations, with the rules of the first client.

type Some = readonly Partial<Facts>[];

function combined(...choices: Some[]): Some {
  return choices.reduce((all, some) =>
    all.flatMap((facts) => some.map((more) => ({ ...facts, ...more }))),
  );
}

function each<Name extends keyof Facts>(name: Name, ...values: Facts[Name][]): Some {
  return values.map((value) => ({ [name]: value }));
}

// What a page can be.
const STATES: Some = [
  {},
  { isRunning: false },
  { isWarningOpen: true },
  { isUncertain: true },
  { isUncertain: true, isWarningOpen: true },
  { coveredFor: 100, isUncertain: true },
  { coveredFor: 100 },
  { mayHaveNewSignIn: true },
  { coveredFor: 1, isUncertain: true, mayHaveNewSignIn: true },
  { coveredFor: 100, isUncertain: true, isEnded: true },
  { coveredFor: 100, isEnded: true, mayHaveNewSignIn: true },
];

const REPORTS: Some = [
  {},
  { hasUnreportedActivity: true },
  { hasUnreportedActivity: true, isReportUrgent: true },
];

// It looked up to a second too late at the end of a page that had just woken.
function firstWait(facts: Facts, { isCovered, wait }: FirstJudgement): number {
  return isCovered ? wait : Math.min(wait, Math.max(timeLeft(facts, LIMITS), 0.05));
}

test("the answer is that of the first client, whatever the facts", () => {
  const grid = combined(
    STATES,
    REPORTS,
    each("sinceActivity", 0, 539.5, 545.3, 561, 599.7, 600),
    each("absoluteEndIn", Infinity, 30),
    each("sinceAnswer", 0, 6, 300),
    each("sinceReport", 0, 120),
    each("sinceQuestion", 2, Infinity),
    each("isHidden", false, true),
    each("wasAnswerDue", false, true),
    each("failures", 0, 3),
    each("mayAskIn", 0, 0.5),
  );
  assert.equal(grid.length, 76_032);
  for (const some of grid) {
    const facts = { ...AT_WORK, ...some };
    const { phase, ask, isAnswerDue, lookAgainIn } = decide(facts, LIMITS);
    const first = firstRules(facts, LIMITS);
    const isSame = first
      ? phase === firstPhase(facts, first) &&
        ask === first.asks &&
        isAnswerDue === first.isDue &&
        lookAgainIn === firstWait(facts, first)
      : phase === (facts.isRunning ? "locked" : "dormant") && !ask;
    assert.ok(isSame, `${JSON.stringify(facts)}: ${phase} ${ask} ${lookAgainIn}`);
  }
});

function firstPhase(facts: Facts, first: FirstJudgement): Phase {
  if (first.isCovered) return facts.isEnded ? "locked" : "covered";
  return first.isWarned ? "warning" : "open";
}

// Properties.

const seconds = fc.double({ min: 0, max: 2e6, noNaN: true });
const anyFacts: fc.Arbitrary<Facts> = fc.record({
  isRunning: fc.boolean(),
  isHidden: fc.boolean(),
  coveredFor: fc.option(seconds),
  isWarningOpen: fc.boolean(),
  sinceActivity: fc.oneof(seconds, fc.double({ min: 500, max: 620, noNaN: true })),
  absoluteEndIn: fc.oneof(fc.constant(Infinity), fc.double({ min: -700, max: 1e5, noNaN: true })),
  hasUnreportedActivity: fc.boolean(),
  isReportUrgent: fc.boolean(),
  sinceReport: seconds,
  sinceAnswer: seconds,
  sinceQuestion: fc.oneof(seconds, fc.constant(Infinity)),
  failures: fc.nat(50),
  mayAskIn: fc.double({ min: -100, max: 100, noNaN: true }),
  wasAnswerDue: fc.boolean(),
  isEnded: fc.boolean(),
  isLeaving: fc.boolean(),
  isUncertain: fc.boolean(),
  mayHaveNewSignIn: fc.boolean(),
});
const anyLimits = fc
  .record({
    expireAfter: fc.double({ min: 2, max: 1e6, noNaN: true }),
    share: fc.double({ min: 0.1, max: 1, noNaN: true }),
  })
  .map(({ expireAfter, share }) => ({ expireAfter, warnAfter: share * expireAfter }));

test("there is always a next look, soon enough to be a timer", () => {
  fc.assert(
    fc.property(anyFacts, anyLimits, (facts, limits) => {
      const { lookAgainIn } = decide(facts, limits);
      assert.ok(lookAgainIn > 0 && lookAgainIn <= 60, `${lookAgainIn}`);
    }),
  );
});

test("at the deadline nothing can be read, whatever else is so", () => {
  fc.assert(
    fc.property(anyFacts, anyLimits, (facts, limits) => {
      fc.pre(facts.isRunning && timeLeft(facts, limits) <= 0);
      assert.match(decide(facts, limits).phase, /^(covered|locked|leaving)$/);
    }),
  );
});

test("no look comes later than the deadline", () => {
  fc.assert(
    fc.property(anyFacts, anyLimits, (facts, limits) => {
      const left = timeLeft(facts, limits);
      const { phase, lookAgainIn } = decide(facts, limits);
      fc.pre(left > 0 && (phase === "open" || phase === "warning"));
      assert.ok(lookAgainIn <= Math.max(left, 0.05), `${lookAgainIn} > ${left}`);
    }),
  );
});

test("the phase does not depend on what was asked, and when", () => {
  const asking = { mayAskIn: 0, wasAnswerDue: false, sinceQuestion: Infinity, sinceReport: 0 };
  fc.assert(
    fc.property(anyFacts, anyLimits, (facts, limits) => {
      const { phase } = decide(facts, limits);
      assert.equal(decide({ ...facts, ...asking }, limits).phase, phase);
    }),
  );
});

test("what nobody looks at asks nothing, and what is covered opens by the server's word alone", () => {
  fc.assert(
    fc.property(anyFacts, anyLimits, (facts, limits) => {
      const { ask, phase } = decide(facts, limits);
      if (!facts.isRunning) assert.deepEqual([ask, phase], [false, "dormant"]);
      else if (facts.coveredFor !== null && facts.isUncertain) {
        assert.match(phase, /^(covered|locked|leaving)$/);
      }
    }),
  );
});

test("nothing is asked before the back-off is over", () => {
  fc.assert(
    fc.property(anyFacts, anyLimits, (facts, limits) => {
      if (facts.mayAskIn > 0) assert.equal(decide(facts, limits).ask, false);
    }),
  );
});

test("the back-off doubles, up to half a minute and a twentieth of the timeout", () => {
  const day = { warnAfter: 80_000, expireAfter: 86_400 };
  const waits = [0, 1, 2, 3, 4, 5, 6, 7, 50].map((failures) => backOff(failures, day));
  assert.deepEqual(waits, [0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
  assert.equal(backOff(50, { warnAfter: 30, expireAfter: 60 }), 3);
});

// What people do, and what becomes of the page.

const ACTS: [string, Partial<Facts>, string, string, string][] = [
  // what is so, and what an act does: any, where confirmation is required, a deliberate one there
  ["nothing is near", { sinceActivity: 539.9 }, "counted", "counted", "counted"],
  ["the end is near", { sinceActivity: 540 }, "rescue", "refused", "rescue"],
  ["the absolute limit is near", { absoluteEndIn: 1 }, "counted", "counted", "counted"],
  ["time is up", { sinceActivity: 600 }, "late", "late", "late"],
  ["the absolute limit is reached", { absoluteEndIn: 0 }, "late", "late", "late"],
];

for (const [situation, facts, ...weights] of ACTS) {
  test(`an act when ${situation}`, () => {
    const ages = { ...AT_WORK, ...facts };
    const hows = [
      { isDeliberate: false, requireConfirm: false },
      { isDeliberate: false, requireConfirm: true },
      { isDeliberate: true, requireConfirm: true },
    ];
    assert.deepEqual(
      hows.map((how) => weighActivity(ages, LIMITS, how)),
      weights,
    );
  });
}

test("a page that is hidden reports what would be missed", () => {
  const worth = (facts: Partial<Facts>) => shouldReportWhenHidden({ ...AT_WORK, ...facts }, LIMITS);
  assert.equal(worth({ sinceReport: 500 }), false);
  assert.equal(worth({ hasUnreportedActivity: true, sinceReport: 30 }), false);
  assert.equal(worth({ hasUnreportedActivity: true, sinceReport: 30.1 }), true);
  assert.equal(worth({ hasUnreportedActivity: true, isReportUrgent: true }), true);
});

test("what becomes of the page at the end", () => {
  const fates = (onExpire: "auto" | "leave" | "lock", canLock = true) =>
    [{}, { hasUnsavedInput: true }, { awaitsSignIn: true }, { mayLeave: false }].map((facts) => {
      const page = { mayLeave: true, awaitsSignIn: false, hasUnsavedInput: false, ...facts };
      return afterTheEnd({ ...page, canLock, onExpire });
    });
  assert.deepEqual(fates("auto"), ["leaving", "locked", "locked", "locked"]);
  assert.deepEqual(fates("lock"), ["locked", "locked", "locked", "locked"]);
  assert.deepEqual(fates("leave"), ["leaving", "leaving", "leaving", "locked"]);
  // Without a cover it would be blank; what scripts do then is their business.
  assert.deepEqual(fates("auto", false), ["leaving", "leaving", "leaving", "locked"]);
  assert.deepEqual(fates("lock", false), ["leaving", "leaving", "leaving", "locked"]);
});
