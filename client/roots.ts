/** The document in an element, if it is a frame of the same origin. */
export function documentIn(element: Element): Document | null {
  // A frame's elements are no instances of the classes of this window.
  return "contentDocument" in element ? (element as HTMLIFrameElement).contentDocument : null;
}

/** A document, and whatever open shadow roots and frames of the same origin there are in it. */
export function* rootsIn(root: Node & ParentNode): Generator<Node & ParentNode> {
  yield root;
  for (const element of root.querySelectorAll("*")) {
    for (const inner of [documentIn(element), element.shadowRoot]) {
      if (inner) yield* rootsIn(inner);
    }
  }
}

/** The element that a document or a shadow root lies in. */
export function outerOf(node: Node): Element | null {
  const root = node.getRootNode() as Node & { host?: Element; defaultView?: Window | null };
  return root.host ?? root.defaultView?.frameElement ?? null;
}
