import { contentsOfPage, hasErrors, isCounted, isIgnored, isIn, unitOf } from "./fields";
import { navigationOf } from "./page";
import type { Options } from "./protocol";

/** How long what follows an event may take: a widget, a request, a departure; in milliseconds. */
const MOMENT = 1000;

/** Knows what is in the page and not sent; of a form, or of a field that has none, as a whole. */
export class UnsavedInput {
  /** What each held before somebody touched the page; null if it has changed unseen. */
  private readonly contentsBefore = new Map<Element, string | null>();
  /** The events by which forms were to be sent, unless they were changed since. */
  private readonly sendings = new Map<Element, Event>();
  /** How often an address was asked when no form was sent. */
  private readonly polls = new Map<string, number>();
  /** Nobody is asked any more. */
  private isLeftOnPurpose = false;
  private checkTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly requestObserver = new PerformanceObserver((list) => {
    this.hearRequests(list.getEntries());
  });
  private readonly onBeforeUnload = (event: Event) => {
    this.hearRequests(this.requestObserver.takeRecords());
    // What the page is left for just now is on its way.
    const isKept = (unit: Element) => !this.isSending(unit, event.timeStamp, false);
    const mayAsk = this.options.confirmFormDiscard && !this.isLeftOnPurpose;
    if (mayAsk && this.find().some(isKept)) event.preventDefault();
  };

  constructor(public options: Pick<Options, "confirmFormDiscard" | "pingUrl">) {
    // What a browser restores, or what was typed before this script was there, no event tells of.
    const mayBeRestored = /^[br]/.test(navigationOf().type ?? ""); // "back_forward", "reload"
    if (mayBeRestored || navigator.userActivation?.hasBeenActive) this.remember(true);
    if (mayBeRestored || this.contentsBefore.size === 0) return; // it is restored at any time
    // Chromium counts a press on the page before this one, and then widgets fill in this one.
    const typed = this.find();
    this.letGo((unit) => !typed.includes(unit));
  }

  /** Lets go of what a library has taken out of the page for good. */
  forgetRemoved(): void {
    this.letGo((unit) => !unit.isConnected);
  }

  /** Goes on while the page is in a cache: what was typed there is still unsaved. */
  start(): void {
    // What was submitted then is sent: the page was left for it.
    this.letGo((unit) => this.sendings.get(unit)?.defaultPrevented === false);
    this.requestObserver.observe({ type: "resource" });
    this.isLeftOnPurpose = false;
  }

  /** The page is left on purpose. */
  stop(): void {
    this.requestObserver.disconnect();
    this.isLeftOnPurpose = true;
  }

  /** Whether there is some at the end, also where a script has put in a form with errors. */
  get isAny(): boolean {
    return this.find().length > 0 || hasErrors();
  }

  /** Call it before the focus moves: some editors empty their fields then. */
  hold(): void {
    for (const unit of this.find()) this.contentsBefore.set(unit, null);
  }

  /** Takes in an event of a field or a form. */
  hear(event: Event): void {
    const { isTrusted, type } = event;
    const [target] = event.composedPath() as Element[];
    if (!target?.closest) return;
    if (type === "input" || (type === "change" && "value" in target)) {
      // "change" may come late, when the focus leaves what was saved meanwhile.
      if (!isIgnored(target)) this.onChange(target, isTrusted && type === "input");
    } else if (type === "submit") {
      for (const unit of this.contentsBefore.keys()) {
        if (isIn(target, unit)) this.sendings.set(unit, event);
      }
    } else if (isTrusted && /^(before|drop|key|pointerd)/.test(type)) this.onTouch(target, type);
  }

  /** A form, or all that is in the page, was saved in some other way. */
  forget(form?: Element): void {
    this.letGo((unit) => !form || isIn(form, unit));
  }

  private letGo(isSaved: (unit: Element) => boolean): void {
    for (const unit of [...this.contentsBefore.keys()].filter(isSaved)) {
      this.contentsBefore.delete(unit);
      this.sendings.delete(unit);
    }
  }

  private find(now = contentsOfPage()): Element[] {
    return [...this.contentsBefore.keys()].filter((unit) => {
      const before = this.contentsBefore.get(unit);
      return unit.isConnected && (before === null || before !== (now.get(unit) ?? before));
    });
  }

  /** Somebody is about to do something. */
  private onTouch(target: Element, type: string): void {
    // Keys come often, and in a field that is known they meet nothing new.
    const isKnown = isCounted(target) && this.contentsBefore.has(unitOf(target));
    if (type === "pointerdown" || !isKnown) this.remember();
    else this.checkSoon();
  }

  /** What a widget does, and what a browser restores, no event tells of. */
  private checkSoon(): void {
    clearTimeout(this.checkTimer);
    this.checkTimer = setTimeout(() => this.listenIfNeeded(), MOMENT);
  }

  private onChange(field: Element, isTyped: boolean): void {
    const contents = this.contentsBefore;
    const unit = unitOf(field);
    // What can't be read; and what came by no key or press, as from a menu of the browser.
    const isUnseen = isCounted(field)
      ? isTyped && !contents.has(unit)
      : isTyped || contents.size > 0;
    if (isUnseen) contents.set(unit, null);
    if (!contents.has(unit)) return; // what a script does before anybody else is no work
    this.sendings.delete(unit);
    this.listen(true);
  }

  /** Notes what is there before it changes: now, or as the HTML has it. */
  private remember(isInitial = false): void {
    const now = contentsOfPage(isInitial);
    for (const [unit, content] of now) {
      if (!this.contentsBefore.has(unit)) this.contentsBefore.set(unit, content);
    }
    this.listenIfNeeded(now);
    this.checkSoon();
  }

  private listenIfNeeded(now?: Map<Element, string>): void {
    this.listen(this.find(now).length > 0);
  }

  // Listening keeps a page out of Firefox's back/forward cache, so only while it is needed.
  private listen(isNeeded: boolean): void {
    removeEventListener("beforeunload", this.onBeforeUnload);
    if (isNeeded) addEventListener("beforeunload", this.onBeforeUnload);
  }

  private hearRequests(entries: PerformanceEntryList): void {
    for (const entry of entries) this.hearRequest(entry as PerformanceResourceTiming);
  }

  /** A script has sent a form if what it asks for then, but not at other times, succeeds. */
  private hearRequest(entry: PerformanceResourceTiming): void {
    if (!/^(fetch|xml)/.test(entry.initiatorType)) return;
    const { pathname } = new URL(entry.name);
    if (pathname === new URL(this.options.pingUrl, location.href).pathname) return;
    const polled = this.polls.get(pathname) ?? 0;
    const isSent = (unit: Element) => this.isSending(unit, entry.startTime, true);
    if (![...this.sendings.keys()].some(isSent)) this.polls.set(pathname, polled + 1);
    else if (polled <= 2 && hasSucceeded(entry)) this.letGo(isSent);
  }

  /** Whether it was to be sent a moment before: by a script, or by the browser. */
  private isSending(unit: Element, time: number, isByScript: boolean): boolean {
    const { defaultPrevented, timeStamp = Infinity } = this.sendings.get(unit) ?? {};
    const later = time - timeStamp;
    return defaultPrevented === isByScript && 0 <= later && later <= MOMENT;
  }
}

/** Where the browser does not tell the status, the middleware does. */
function hasSucceeded({ responseStatus, serverTiming }: PerformanceResourceTiming): boolean {
  const told = serverTiming?.find(({ name }) => name === "session-security");
  const status = responseStatus || Number(told?.description);
  return 200 <= status && status < 400;
}
