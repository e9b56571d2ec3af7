import { Observer } from "./observer";
import { documentIn } from "./roots";

// Not "scroll", which is trusted also when a script scrolls.
const EVENTS =
  "beforeinput change input keydown pointerdown pointermove reset submit touchmove wheel";

export interface ActivityDelegate {
  /** Something was done, by a person or by a script. */
  onActivityEvent(event: Event): void;
}

/** Hears what happens in the page and its frames of the same origin. */
export class Activity extends Observer {
  private pointer = "";

  private readonly hear = (event: Event) => {
    if (event.type !== "pointermove" || this.hasMoved(event as PointerEvent)) {
      this.delegate.onActivityEvent(event);
    }
  };

  // A frame has another document after each load.
  private readonly hearLoad = ({ target }: Event) => this.watch(documentIn(target as Element));

  constructor(private readonly delegate: ActivityDelegate) {
    super();
  }

  protected override listen(): void {
    this.watch(document);
  }

  // The same listeners each time, so that a document which is watched twice is heard once.
  private watch(document: Document | null): void {
    if (!document) return;
    for (const frame of document.querySelectorAll("iframe")) this.watch(frame.contentDocument);
    this.on(document, EVENTS, this.hear);
    this.on(document, "load", this.hearLoad);
  }

  // Chrome sends these events, too, when the layout shifts under a still pointer.
  private hasMoved({ screenX, screenY }: PointerEvent): boolean {
    const before = this.pointer;
    this.pointer = `${screenX} ${screenY}`;
    return before !== "" && before !== this.pointer;
  }
}
