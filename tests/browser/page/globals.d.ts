/** What the tests' scripts put into a page, for each other and for Python. */

/** As it is without Playwright's clock. */
interface RealPerformance extends Performance {
  stamp: PropertyDescriptor | undefined;
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
  /** access.js */
  audit: Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
  /** lock.js: the tokens that the page was given. */
  renewed: string[];
  /** react.js */
  renderField(root: Element): void;
  /** unsaved.js */
  looks: number;
}
