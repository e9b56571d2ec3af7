/** What the tests' scripts put into a page, for each other and for Python. */

/** As it is without Playwright's clock. */
interface RealPerformance extends Performance {
  stamp: PropertyDescriptor | undefined;
  /** Only where the clock is that of still_clock.js. */
  wait?(delay: number): Promise<void>;
}

/** still_clock.js: what the clocks of the browser show. */
declare const WALL: number;
declare const MONOTONIC: number;

interface StillTime {
  wall: number;
  monotonic: number;
}

/** find.js: one step to an element. */
interface Step {
  kind: string;
  css?: string;
  role?: string;
  name?: string;
  source?: string;
  flags?: string;
  index?: number;
}

/** Of axe-core, which a test puts in. */
declare const axe: { run(options: object): Window["audit"] };

interface Window {
  /** before_clock.js */
  readonly real: RealPerformance;
  /** presses.js */
  reached: string[];
  /** observe.js: how much scripts wait for, and what may have had an effect elsewhere. */
  asked: number;
  effects: number;
  events: string[];
  said: string[];
  marks: Record<string, number>;
  /** first.js: the tab that the page is in. */
  pageId?: string;
  stillClock?: {
    due(): number;
    set(time: StillTime): void;
    run(time: StillTime): Promise<void>;
    jump(time: StillTime): Promise<void>;
  };
  /** access.js */
  audit: Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
  /** lock.js: the tokens that the page was given. */
  renewed: string[];
  /** packages.js: the name of the event. */
  autosaved: Promise<string>;
  /** react.js */
  renderField(root: Element): void;
  /** lacks.js */
  element?: Element | null;
  /** unsaved.js */
  looks: number;
}
