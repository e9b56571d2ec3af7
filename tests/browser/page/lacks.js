// What a browser may not have, or not yet.

export function takeStorage() {
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, {
      get() {
        throw new DOMException("no", "SecurityError");
      },
    });
  }
}

export function takeChannel() {
  Reflect.deleteProperty(window, "BroadcastChannel");
}

/** What is left is what an unknown element has. */
export function takeDialog() {
  Reflect.deleteProperty(HTMLDialogElement.prototype, "showModal");
  Reflect.deleteProperty(HTMLDialogElement.prototype, "open");
}

export function takeTimeout() {
  Reflect.deleteProperty(AbortSignal, "timeout");
}

export function prerender() {
  Object.defineProperty(document, "prerendering", { value: true, configurable: true });
}

export function showPrerendered() {
  Object.defineProperty(document, "prerendering", { value: false });
  document.dispatchEvent(new Event("prerenderingchange"));
}
