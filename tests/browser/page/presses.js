// What reaches the page of what people press.

const TYPES = ["pointerdown", "mousedown", "click", "keydown", "touchstart"];

/** Listens as most scripts of pages do, and notes what comes. */
export function listen() {
  window.reached = [];
  for (const type of TYPES) {
    document.addEventListener(type, (event) => {
      const { key } = /** @type {Partial<KeyboardEvent>} */ (event);
      window.reached.push(key ? `${type} ${key}` : type);
    });
  }
}

/** As Safari before 17, which finds no button that is not a child of the dialog. */
export function leaveFocusOut() {
  const { showModal } = HTMLDialogElement.prototype;
  HTMLDialogElement.prototype.showModal = function () {
    showModal.call(this);
    const focused = document.activeElement;
    if (focused instanceof HTMLElement) focused.blur();
  };
}
