import { Observer } from "./observer";

const EVENTS = [
  "change",
  "input",
  "keydown",
  "pointerdown",
  "pointermove",
  "reset",
  "submit",
  "touchmove",
  "wheel", // not "scroll", which is trusted also when a script scrolls
];

function documentOf(view: Window | null | undefined): Document | null {
  try {
    return view?.document ?? null;
  } catch {
    return null; // of another origin
  }
}

/** Hears what happens in the page and its frames of the same origin, and tells what was done. */
export class Activity extends Observer {
  private pointer = "";
  private signal: AbortSignal | undefined;

  private readonly hear = (event: Event) => {
    if (event.type === "pointermove" && !this.hasMoved(event as PointerEvent)) return;
    this.onActivityEvent(event);
  };

  // A frame has another document after each load.
  private readonly hearLoad = ({ target }: Event) =>
    this.watch((target as Partial<HTMLIFrameElement>).contentWindow);

  constructor(private readonly onActivityEvent: (event: Event) => void) {
    super();
  }

  protected override listen(signal: AbortSignal): void {
    this.signal = signal;
    this.watch(window);
  }

  private watch(view: Window | null | undefined): void {
    const document = documentOf(view);
    if (!document) return;
    for (const frame of document.querySelectorAll("iframe")) this.watch(frame.contentWindow);
    // Captured, so that no script of the page can keep them away; passive, for smooth scrolling.
    // The same listeners each time, so a document that is watched twice is heard once.
    const options = { capture: true, passive: true, ...(this.signal && { signal: this.signal }) };
    for (const type of EVENTS) document.addEventListener(type, this.hear, options);
    document.addEventListener("load", this.hearLoad, options);
  }

  // Chrome sends these events, too, when the layout shifts under a still pointer.
  private hasMoved({ screenX, screenY }: PointerEvent): boolean {
    const before = this.pointer;
    this.pointer = `${screenX} ${screenY}`;
    return before !== "" && before !== this.pointer;
  }
}
