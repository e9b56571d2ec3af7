import { rootsIn } from "./roots";

/** What a field says of itself; of what is no form field, nothing. */
export interface FieldState {
  readonly value?: unknown;
  readonly defaultValue?: unknown;
  readonly checked?: boolean;
  readonly defaultChecked?: boolean;
  readonly multiple?: boolean;
  readonly options?: Iterable<{ readonly selected: boolean; readonly defaultSelected: boolean }>;
}

/** Whether a field is not as the page came. What is no form field is not, once it was changed. */
export function differs(field: FieldState): boolean {
  if (field.options) return hasOtherOptions(field.multiple === true, [...field.options]);
  return (
    !("value" in field) ||
    field.value !== field.defaultValue ||
    field.checked !== field.defaultChecked
  );
}

function hasOtherOptions(
  isMultiple: boolean,
  options: readonly { selected: boolean; defaultSelected: boolean }[],
): boolean {
  // Where nothing says which is selected, the browser takes the first.
  const isFirstDefault = !isMultiple && !options.some((option) => option.defaultSelected);
  return options.some(
    ({ selected, defaultSelected }, index) =>
      selected !== (defaultSelected || (isFirstDefault && index === 0)),
  );
}

function formOf(field: Element): Element | null {
  const own = (field as Partial<HTMLInputElement>).form ?? field.closest("form");
  if (own) return own;
  const root = field.getRootNode() as Node & { host?: Element; defaultView?: Window | null };
  const outer = root.host ?? root.defaultView?.frameElement;
  return outer ? formOf(outer) : null;
}

function isIgnored(path: readonly EventTarget[]): boolean {
  return path.some(
    (part) => (part as Partial<HTMLElement>).dataset?.["sessionSecurity"] === "ignore",
  );
}

/** The attempt to send fields, or to reset them; without an event, a script has said so. */
interface Sending {
  readonly event: Event | null;
  hasSucceeded: boolean;
}

/** Knows what was typed and not sent. */
export class UnsavedInput {
  private readonly fields = new Map<Element, Sending | null>();
  /** How often an address was asked when no form was sent. */
  private readonly polls = new Map<string, number>();
  private readonly requests = new PerformanceObserver((list) => this.hearRequests(list));
  private readonly onBeforeUnload = (event: Event) => {
    this.hearRequests({ getEntries: () => this.requests.takeRecords() });
    if (this.isAny) event.preventDefault();
  };

  constructor(
    pingUrl: string,
    /** Whether the browser is to ask before such a page is left. */
    private asksBeforeLeaving: boolean,
  ) {
    this.configure(pingUrl, asksBeforeLeaving);
  }

  configure(pingUrl: string, asksBeforeLeaving: boolean): void {
    this.polls.set(pingUrl, Infinity);
    this.asksBeforeLeaving = asksBeforeLeaving;
  }

  /** Lets go of fields that a library has taken out of the page for good. */
  forgetRemoved(): void {
    for (const field of this.fields.keys()) {
      if (!field.isConnected) this.fields.delete(field);
    }
  }

  /** Goes on while the page is in a cache: what was typed there is still unsaved. */
  start(): void {
    this.requests.observe({ type: "resource" });
  }

  /** The page is left on purpose: nobody is asked any more. */
  stop(): void {
    this.requests.disconnect();
    this.asksBeforeLeaving = false;
    this.update();
  }

  /** Whether there is some that an event has told of. */
  get isAny(): boolean {
    return [...this.fields].some(([field, sending]) => {
      const isPending = !sending || (sending.event?.defaultPrevented && !sending.hasSucceeded);
      return field.isConnected && isPending && differs(field as FieldState);
    });
  }

  /**
   * Whether there is some at the end, also where no event tells: in a form that a script has put in
   * with errors, or that was filled in before this script was there.
   */
  get isAnyAtTheEnd(): boolean {
    return this.isAny || [...rootsIn(document)].some((root) => this.hasUnheardInput(root));
  }

  private hasUnheardInput(root: ParentNode): boolean {
    const fields = root.querySelectorAll<HTMLTextAreaElement>("[aria-invalid=true], textarea");
    return [...fields].some(
      (field) =>
        !this.fields.has(field) &&
        !field.closest("[data-session-security=ignore]") &&
        (field.matches("[aria-invalid=true]") || field.value !== field.defaultValue),
    );
  }

  /** Takes in an event of a field or a form. */
  hear(event: Event): void {
    const { target, type } = event;
    const path = event.composedPath();
    const [field] = path;
    if (!field) return;
    if (type === "input" || (type === "change" && "value" in field)) {
      if (!isIgnored(path)) this.fields.set(field as Element, null);
      this.update();
    } else if (type === "reset" || type === "submit") {
      this.mark(target, { event, hasSucceeded: false });
    }
  }

  /** The fields of a form, or all of them, were saved in some other way. */
  forget(form?: Element): void {
    this.mark(form, { event: null, hasSucceeded: true });
  }

  private mark(form: EventTarget | null | undefined, sending: Sending): void {
    for (const field of this.fields.keys()) {
      if (!form || formOf(field) === form) this.fields.set(field, sending);
    }
  }

  // Listening keeps a page out of Firefox's back/forward cache, so only while it is needed.
  update(): void {
    removeEventListener("beforeunload", this.onBeforeUnload);
    if (this.asksBeforeLeaving && this.isAny) {
      addEventListener("beforeunload", this.onBeforeUnload);
    }
  }

  private hearRequests(list: Pick<PerformanceObserverEntryList, "getEntries">): void {
    for (const entry of list.getEntries()) this.hearRequest(entry as PerformanceResourceTiming);
  }

  /** A script has sent a form if what it asks for then, but not at other times, succeeds. */
  private hearRequest({
    initiatorType,
    name,
    responseStatus,
    startTime,
  }: PerformanceResourceTiming): void {
    if (!/^(fetch|xml)/.test(initiatorType)) return;
    const { pathname } = new URL(name);
    const polled = this.polls.get(pathname) ?? 0;
    const sendings = [...this.fields.values()].filter((sending): sending is Sending => {
      const later = startTime - (sending?.event?.timeStamp ?? -Infinity);
      return 0 <= later && later <= 1000;
    });
    if (!sendings.length) this.polls.set(pathname, polled + 1);
    // No engine but Chromium always tells the status.
    else if (polled <= 2 && responseStatus >= 200 && responseStatus < 400) {
      for (const sending of sendings) sending.hasSucceeded = true;
    }
  }
}
