// What scripts do that looks like a person's acts.

export function dispatchAll() {
  const init = { bubbles: true, screenX: Math.random() * 500 };
  for (const target of [window, document.body]) {
    for (const event of [
      new KeyboardEvent("keydown", init),
      new PointerEvent("pointerdown", init),
      new PointerEvent("pointermove", init),
      new MouseEvent("mousemove", init),
      new WheelEvent("wheel", init),
      new Event("touchmove", init),
      new Event("input", init),
    ]) {
      target.dispatchEvent(event);
    }
  }
}

/** @param {string} path */
export function openInFrame(path) {
  return new Promise((resolve) => {
    const frame = Object.assign(document.createElement("iframe"), { src: path });
    frame.addEventListener("load", () => resolve(undefined));
    document.querySelector("#main")?.prepend(frame);
  });
}
