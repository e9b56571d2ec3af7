/** The document in an element, if it is a frame of the same origin. */
export function documentIn(element: Element): Document | null {
  // A frame's elements are no instances of the classes of this window.
  return "contentDocument" in element ? (element as HTMLIFrameElement).contentDocument : null;
}

/** A document, and whatever open shadow roots and frames of the same origin there are in it. */
export function* rootsIn(root: ParentNode): Generator<ParentNode> {
  yield root;
  for (const element of root.querySelectorAll("*")) {
    for (const inner of [documentIn(element), element.shadowRoot]) {
      if (inner) yield* rootsIn(inner);
    }
  }
}
