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

/** @param {string} path @param {ParentNode | null} place */
const openIn = (path, place) =>
  new Promise((resolve) => {
    const frame = Object.assign(document.createElement("iframe"), { src: path });
    frame.addEventListener("load", () => resolve(undefined));
    place?.prepend(frame);
  });

/** @param {string} path */
export function openInFrame(path) {
  return openIn(path, document.querySelector("#main"));
}

/** As web components do that are editors. @param {string} path */
export function openInFrameInShadowTree(path) {
  const host = document.createElement("div");
  document.querySelector("#main")?.prepend(host);
  return openIn(path, host.attachShadow({ mode: "open" }));
}

/** As a carousel does that is made of boxes. */
export function clickBox() {
  const box = Object.assign(document.createElement("input"), { type: "checkbox" });
  document.querySelector("#main")?.append(box);
  box.click();
}

/** Of the script's own, in a shadow tree. */
export function clickRadioInShadowTree() {
  const host = document.createElement("div");
  const radio = Object.assign(document.createElement("input"), { type: "radio" });
  host.attachShadow({ mode: "open" }).append(radio);
  document.querySelector("#main")?.append(host);
  radio.click();
}
