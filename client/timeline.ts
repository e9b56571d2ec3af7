import { laterOf, type Moment, momentAgo, NEVER, secondsSince } from "./clock";
import type { Facts, Limits } from "./facts";
import { isEndFinal, reportDueIn, timeLeft } from "./policy";
import type { ActiveAnswer, Options, SharedAges } from "./protocol";

/** What has happened when: a plain object, so that it can be handed on. */
export interface Times {
  activity: Moment;
  answer: Moment;
  report: Moment;
  /** Never, while there is none that may still be answered. */
  question: Moment;
  /** When the other tabs were last told of activity. */
  broadcast: Moment;
  /** The end that no activity moves, or infinitely far away. */
  absoluteEnd: Moment;
  hasUnreportedActivity: boolean;
  isReportUrgent: boolean;
}

/** What the server was asked, and what was known then. */
export interface Question {
  readonly sent: Moment;
  readonly activity: Moment;
  readonly idleFor: number;
}

const SHARED = ["activity", "answer", "report", "question"] as const;

type TimeFacts = Pick<
  Facts,
  | "absoluteEndIn"
  | "hasUnreportedActivity"
  | "isReportUrgent"
  | "sinceActivity"
  | "sinceAnswer"
  | "sinceQuestion"
  | "sinceReport"
>;

/** The times of a page that was asked for `age` seconds ago. */
export function timesOfNewPage({ idle = 0, absoluteIn = null }: Options, age: number): Times {
  // The server has spoken when it wrote the page, not before it was asked: never too late.
  const asked = momentAgo(age);
  return {
    activity: momentAgo(age + idle),
    answer: asked,
    report: asked,
    question: NEVER,
    broadcast: asked,
    absoluteEnd: momentAgo(age - (absoluteIn ?? Infinity)),
    hasUnreportedActivity: false,
    isReportUrgent: false,
  };
}

/** Knows when people acted in any tab, when the server was asked and answered, and what is due. */
export class Timeline {
  constructor(
    readonly times: Times,
    public serverLimits: Limits,
  ) {}

  get facts(): TimeFacts {
    const { times } = this;
    return {
      sinceActivity: secondsSince(times.activity),
      sinceAnswer: secondsSince(times.answer),
      sinceReport: secondsSince(times.report),
      sinceQuestion: secondsSince(times.question),
      absoluteEndIn: -secondsSince(times.absoluteEnd),
      hasUnreportedActivity: times.hasUnreportedActivity,
      isReportUrgent: times.isReportUrgent,
    };
  }

  get idle(): number {
    return secondsSince(this.times.activity);
  }

  get remaining(): number {
    return timeLeft(this.facts, this.serverLimits);
  }

  get isEndFinal(): boolean {
    return isEndFinal(this.facts, this.serverLimits);
  }

  get isReportDue(): boolean {
    return reportDueIn(this.facts, this.serverLimits) <= 0;
  }

  get ages(): SharedAges {
    const { activity, answer, report, question } = this.times;
    return {
      activity: secondsSince(activity),
      answer: secondsSince(answer),
      report: secondsSince(report),
      question: secondsSince(question),
    };
  }

  /** Somebody is here. True if the other tabs are to be told. */
  recordActivity(isUrgent: boolean): boolean {
    const { times } = this;
    const isNews = isUrgent || secondsSince(times.broadcast) >= 1;
    times.activity = momentAgo();
    times.hasUnreportedActivity = true;
    times.isReportUrgent ||= isUrgent;
    if (isNews) times.broadcast = times.activity;
    return isNews;
  }

  recordQuestion(): Question {
    const { times } = this;
    times.question = momentAgo();
    return { sent: times.question, activity: times.activity, idleFor: this.idle };
  }

  recordFailure(): void {
    this.times.question = NEVER;
  }

  recordAnswer(
    { sent, activity, idleFor }: Question,
    { idle, absoluteIn }: Pick<ActiveAnswer, "absoluteIn" | "idle">,
  ): void {
    const { times } = this;
    times.answer = times.report = laterOf(times.answer, sent);
    times.isReportUrgent = false;
    const age = secondsSince(sent);
    if (absoluteIn !== undefined) times.absoluteEnd = momentAgo(age - (absoluteIn ?? Infinity));
    const known = momentAgo(age + idle);
    if (times.activity === activity && idle < idleFor + 2) {
      // The server has taken the report, or knows of something later.
      times.hasUnreportedActivity = false;
      times.activity = known;
    } else times.activity = laterOf(times.activity, known);
  }

  /** What another tab knew so many seconds ago. True if it had heard from the server since. */
  merge(ages: SharedAges, delay: number): boolean {
    const { times } = this;
    const { activity, answer } = times;
    for (const name of SHARED) {
      const age = ages[name] ?? Infinity;
      times[name] = laterOf(times[name], momentAgo(age + delay));
    }
    const isNews = times.answer !== answer;
    if (isNews) times.isReportUrgent = false;
    // Whoever has acted last reports it; but that tab does not know that the end was near.
    if (times.activity !== activity && !times.isReportUrgent) times.hasUnreportedActivity = false;
    return isNews;
  }
}
