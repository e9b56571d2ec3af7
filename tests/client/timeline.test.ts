import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { laterOf, momentAgo, NEVER, secondsSince } from "../../client/clock";
import type { SharedAges } from "../../client/protocol";
import { Timeline, timesOfNewPage } from "../../client/timeline";
import { LIMITS } from "./facts";
import { useFakeTime } from "./fake_time";

const time = useFakeTime();

const newTimeline = ({ age = 0, idle = 0, absoluteIn = null as number | null } = {}) =>
  new Timeline(timesOfNewPage({ pingUrl: "/ping/", ...LIMITS, idle, absoluteIn }, age), LIMITS);

const AGES: SharedAges = { activity: 600, answer: 600, report: 600, question: null };

// Two clocks

test("what passes is counted, by whichever clock goes on", () => {
  const moment = momentAgo();
  time.pass(100);
  assert.equal(secondsSince(moment), 100);
  time.sleep(3600);
  assert.equal(secondsSince(moment), 3700);
  time.set(-86_400);
  time.pass(5);
  assert.equal(secondsSince(moment), 105);
});

test("what never was is infinitely long ago, and anything is later", () => {
  assert.equal(secondsSince(NEVER), Infinity);
  const moment = momentAgo(1e9);
  assert.equal(laterOf(NEVER, moment), moment);
  assert.equal(laterOf(moment, NEVER), moment);
});

test("a time in the future is worth nothing, but for what two tabs differ by", () => {
  const known = momentAgo(10);
  assert.equal(laterOf(known, momentAgo(-2)), known);
  assert.notEqual(laterOf(known, momentAgo(-0.5)), known);
  assert.notEqual(laterOf(known, momentAgo(9)), known);
  assert.equal(laterOf(known, momentAgo(11)), known);
});

test("the end comes after sleep, and a clock that is set back does not put it off", () => {
  const timeline = newTimeline({ absoluteIn: 3600 });
  time.sleep(400);
  time.set(-400);
  time.pass(300);
  assert.equal(timeline.remaining, 300);
  time.sleep(700);
  assert.equal(timeline.remaining, -400);
});

// The page

test("a new page counts from when it was asked for, and from the last activity before", () => {
  const timeline = newTimeline({ age: 3, idle: 100, absoluteIn: 1000 });
  assert.equal(timeline.idle, 103);
  assert.equal(timeline.remaining, 497);
  assert.equal(timeline.facts.absoluteEndIn, 997);
  assert.equal(timeline.facts.sinceAnswer, 3);
  assert.equal(timeline.facts.sinceQuestion, Infinity);
  assert.equal(timeline.isEndFinal, false);
});

test("without an absolute limit none comes", () => {
  assert.equal(newTimeline().facts.absoluteEndIn, Infinity);
});

test("the end is final when no activity moves it", () => {
  const timeline = newTimeline({ absoluteIn: 590 });
  assert.equal(timeline.isEndFinal, true);
});

// Activity

test("other tabs are told of activity once a second, or at once if the end was near", () => {
  const timeline = newTimeline();
  time.pass(5);
  assert.equal(timeline.recordActivity(false), true);
  time.pass(0.5);
  assert.equal(timeline.recordActivity(false), false);
  assert.equal(timeline.recordActivity(true), true);
  time.pass(1);
  assert.equal(timeline.recordActivity(false), true);
  assert.equal(timeline.idle, 0);
});

test("a report is due a fifth of the timeout after the last one, or at once if it is urgent", () => {
  const timeline = newTimeline();
  time.pass(100);
  timeline.recordActivity(false);
  assert.equal(timeline.isReportDue, false);
  time.pass(20);
  assert.equal(timeline.isReportDue, true);
  const other = newTimeline();
  other.recordActivity(true);
  assert.equal(other.isReportDue, true);
});

// Answers

test("an answer counts from when it was asked for, however late it comes", () => {
  const timeline = newTimeline();
  time.pass(100);
  timeline.recordActivity(true);
  const question = timeline.recordQuestion();
  assert.equal(timeline.facts.sinceQuestion, 0);
  time.pass(4);
  timeline.recordAnswer(question, { idle: 0, absoluteIn: 50 });
  const { facts } = timeline;
  assert.equal(facts.sinceAnswer, 4);
  assert.equal(facts.sinceReport, 4);
  assert.equal(facts.absoluteEndIn, 46);
  assert.equal(facts.hasUnreportedActivity, false);
  assert.equal(facts.isReportUrgent, false);
});

test("the server may know of less activity than its page was written after", () => {
  const timeline = newTimeline();
  time.pass(10);
  timeline.recordAnswer(timeline.recordQuestion(), { idle: 11, absoluteIn: null });
  assert.equal(timeline.idle, 11);
});

test("activity during a question is still to be reported, and stays the last", () => {
  const timeline = newTimeline();
  time.pass(10);
  const question = timeline.recordQuestion();
  time.pass(1);
  timeline.recordActivity(false);
  time.pass(1);
  timeline.recordAnswer(question, { idle: 10, absoluteIn: null });
  assert.equal(timeline.idle, 1);
  assert.equal(timeline.facts.hasUnreportedActivity, true);
});

test("a report that was not taken is made again", () => {
  const timeline = newTimeline();
  time.pass(10);
  timeline.recordActivity(false);
  timeline.recordAnswer(timeline.recordQuestion(), { idle: 10, absoluteIn: null });
  assert.equal(timeline.idle, 0);
  assert.equal(timeline.facts.hasUnreportedActivity, true);
});

test("a question that failed is no question", () => {
  const timeline = newTimeline();
  timeline.recordQuestion();
  timeline.recordFailure();
  assert.equal(timeline.facts.sinceQuestion, Infinity);
  assert.equal(timeline.ages.question, Infinity);
});

// Other tabs

test("what another tab knows counts if it is later, by the time it was said", () => {
  const timeline = newTimeline();
  time.pass(100);
  timeline.recordActivity(false);
  time.pass(50);
  assert.equal(timeline.merge({ activity: 5, answer: 60, report: 60, question: 1 }, 2), true);
  const { facts } = timeline;
  assert.equal(facts.sinceActivity, 7);
  assert.equal(facts.sinceAnswer, 62);
  assert.equal(facts.sinceQuestion, 3);
  assert.equal(facts.hasUnreportedActivity, false); // that tab reports it
});

test("what another tab does not know changes nothing", () => {
  const timeline = newTimeline();
  time.pass(10);
  timeline.recordActivity(true);
  const before = timeline.facts;
  assert.equal(timeline.merge(AGES, 0), false);
  assert.deepEqual(timeline.facts, before);
});

test("an urgent report is made by whoever owes it, until the server has answered somebody", () => {
  const timeline = newTimeline();
  time.pass(550);
  timeline.recordActivity(true);
  timeline.recordFailure();
  timeline.merge({ ...AGES, report: 10 }, 0);
  assert.equal(timeline.isReportDue, true);
  timeline.merge({ ...AGES, answer: 0, report: 0 }, 0);
  assert.equal(timeline.isReportDue, false);
});

test("an urgent report that failed is made again, though somebody has acted in another tab", () => {
  const timeline = newTimeline();
  time.pass(550);
  timeline.recordActivity(true);
  timeline.recordQuestion();
  timeline.recordFailure();
  time.pass(1);
  timeline.merge({ ...AGES, activity: 0 }, 0);
  assert.equal(timeline.facts.hasUnreportedActivity, true);
  assert.equal(timeline.isReportDue, true);
  timeline.recordAnswer(timeline.recordQuestion(), { idle: 0, absoluteIn: null });
  assert.equal(timeline.facts.hasUnreportedActivity, false);
});

test("in whatever order tabs speak, in the end the same is known", () => {
  const age = fc.double({ min: 0, max: 1000, noNaN: true });
  const message = fc.record({ activity: age, answer: age, report: age, question: age });
  const shuffled = fc
    .array(message, { minLength: 1, maxLength: 6 })
    .chain((messages) =>
      fc.tuple(
        fc.constant(messages),
        fc.shuffledSubarray(messages, { minLength: messages.length }),
      ),
    );
  fc.assert(
    fc.property(shuffled, ([messages, others]) => {
      const [one, other] = [messages, others].map((all) => {
        const timeline = newTimeline({ age: 300, idle: 200 });
        for (const ages of all) timeline.merge(ages, 0);
        return timeline.facts;
      });
      assert.deepEqual(one, other);
    }),
  );
});
