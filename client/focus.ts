// Where the focus is, and where it goes.

import { documentIn } from "./roots";

/** What may have the focus without being asked for: nothing that gives up work. */
const CHOICES = "a:not([hidden]), button:not([hidden], [name=leave], [name=discard])";

/** The element that has the focus, also within frames of the same origin. */
export function focusedElement({ activeElement } = document): Element | null {
  const inner = activeElement && documentIn(activeElement);
  return (inner && focusedElement(inner)) ?? activeElement;
}

/** Moves the focus into a dialog; Safari before 17 looks for it among its children alone. */
export function takeFocus(dialog: HTMLDialogElement): void {
  const choice = dialog.querySelector(CHOICES) ?? dialog.querySelector("[tabindex]");
  (choice as HTMLElement | null)?.focus();
}
