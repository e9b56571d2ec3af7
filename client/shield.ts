/** Milliseconds in which a press can only be meant for what was there before. */
const MOMENT = 500;
/** All that comes of a press. */
export const PRESSES = "click dblclick mousedown mouseup pointerdown pointerup touchend touchstart";

/** Whether a pointer is at a place. */
export function isAt({ bottom, left, right, top }: DOMRect, event: Event): boolean {
  const { clientX, clientY } = (event as TouchEvent).touches?.[0] ?? (event as MouseEvent);
  return left <= clientX && clientX <= right && top <= clientY && clientY <= bottom;
}

/** For a moment, nothing that is pressed where a dialog is reaches what comes there. */
export function shield(dialog: Element): void {
  const place = dialog.getBoundingClientRect();
  const swallow = (event: Event) => {
    if (!isAt(place, event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  // Not by a signal: see Observer.
  const target: EventTarget = window;
  const change = (how: "addEventListener" | "removeEventListener") => {
    for (const type of PRESSES.split(" ")) {
      target[how](type, swallow, { capture: true, passive: false });
    }
  };
  change("addEventListener");
  setTimeout(() => change("removeEventListener"), MOMENT);
}
