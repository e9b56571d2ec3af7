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

/**
 * As older releases of zone.js do: the browser has one listener for all of a type, which comes with
 * the first of them, and which a signal takes away unseen.
 */
export function takeSignals() {
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  /** @type {WeakMap<EventTarget, Map<string, { all: Set<unknown>, hear: EventListener }>>} */
  const targets = new WeakMap();
  /** @param {string} type @param {boolean | EventListenerOptions} options */
  const keyOf = (type, options) =>
    `${type} ${typeof options === "object" ? Boolean(options.capture) : options}`;

  EventTarget.prototype.addEventListener = function (type, listener, options = false) {
    const target = this ?? window;
    const known = targets.get(target) ?? new Map();
    targets.set(target, known);
    const key = keyOf(type, options);
    if (!known.has(key)) {
      const all = new Set();
      /** @param {Event} event */
      const hear = (event) => {
        for (const one of all) {
          if (typeof one === "function") one.call(target, event);
          else one.handleEvent(event);
        }
      };
      known.set(key, { all, hear });
      add.call(target, type, hear, options);
    }
    known.get(key).all.add(listener);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options = false) {
    const target = this ?? window;
    const key = keyOf(type, options);
    const listening = targets.get(target)?.get(key);
    if (!listening?.all.delete(listener) || listening.all.size > 0) return;
    remove.call(target, type, listening.hear, options);
    targets.get(target)?.delete(key);
  };
}

/** Takes the element out, or puts it back. @param {boolean} isThere */
export function putElement(isThere) {
  window.element ??= document.querySelector("session-security");
  if (isThere && window.element) document.body.append(window.element);
  else window.element?.remove();
}
