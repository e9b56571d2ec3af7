import { Observer } from "./observer";
import { documentIn, rootsIn } from "./roots";

// Not "scroll", which is trusted also when a script scrolls.
const EVENTS =
  "beforeinput change click drop input keydown load pointerdown pointermove reset submit touchmove wheel";

export interface ActivityDelegate {
  /** Something was done, by a person or by a script. */
  onActivityEvent(event: Event): void;
}

/** Hears what happens in the page, its frames of the same origin, and its open shadow trees. */
export class Activity extends Observer {
  private pointer = "";
  private isByScript = false;

  private readonly hear = (event: Event) => {
    const { isTrusted, target, type } = event;
    // When a script clicks a box, an "input" that is trusted comes next.
    if (type !== "input") this.isByScript = type === "click" && !isTrusted;
    const isStill = type === "pointermove" && !this.hasMoved(event as PointerEvent);
    if (type === "load") {
      // A frame has another document after each load.
      if (documentIn(target as Element)) this.listen();
    } else if (type !== "click" && !this.isByScript && !isStill) {
      this.delegate.onActivityEvent(event);
    }
  };

  private readonly hearBlur = () => this.listen();

  constructor(private readonly delegate: ActivityDelegate) {
    super();
  }

  // The same listeners each time, so that what is watched twice is heard once.
  protected override listen(): void {
    for (const root of rootsIn(document)) this.on(root, EVENTS, this.hear);
    // The focus may go into a frame that has come into a shadow tree, whose "load" nobody hears.
    this.on(window, "blur", this.hearBlur);
  }

  // Chrome sends these events, too, when the layout shifts under a still pointer.
  private hasMoved({ screenX, screenY }: PointerEvent): boolean {
    const before = this.pointer;
    this.pointer = `${screenX} ${screenY}`;
    return before !== "" && before !== this.pointer;
  }
}
