/** What the scripts of the model put into a page, for each other and for Python. */

/** On both clocks, in milliseconds. */
type PageTime = [wall: number, mono: number];

/** By the wall clock of the browser, when the schedule starts; see `init_script`. */
declare const START: number;

/** time.js */
interface ModelTime {
  wall: number;
  mono: number;
  isFrozen: boolean;
  /** Take the time that another page of the browser has stored. */
  read(): void;
  set(time: PageTime): void;
  /** Run the timers that are due. */
  fire(): void;
  /** When the next timer is due, by the monotonic clock. */
  nextTimer(): number;
  freeze(): void;
  thaw(): void;
  whenThawed(run: () => void): void;
}

/** traffic.js */
interface ModelTraffic {
  /** A name of this document, which it keeps in the back/forward cache. */
  readonly doc: string;
  /** Everything after which other pages may have something to hear. */
  changes: number;
  inputs: number;
  isLeaving: boolean;
  /** How often it has come back from the back/forward cache. */
  restored: number;
  /** What the scripts of the model in other pages have said. */
  readonly seen: Set<string>;
  say(word: number): void;
  /** The request is held up on its way, or is so no more. */
  hold(number: number, isHeld: boolean): void;
  /** Whether there is an answer to wait for. */
  asks(): boolean;
}

interface Window {
  modelTime: ModelTime;
  modelTraffic: ModelTraffic;
  modelPass(question: { now: PageTime; awaited: string[]; word: number }): Promise<object>;
}
