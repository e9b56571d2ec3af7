// What a script of a page asks, and what a page looks like.

/**
 * Asks for a path, as a script that polls.
 *
 * @param {string} path
 */
export async function poll(path) {
  const response = await fetch(path);
  await response.text();
  const { status, redirected, headers } = response;
  return { status, redirected, expired: headers.get("X-Session-Expired") };
}

/**
 * Whether what a person sees behind the text of an element is dark.
 *
 * @param {string} selector
 */
export function isDark(selector) {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const page = document.createElement("div"); // what is behind everything
  page.style.background = "Canvas";
  document.body.append(page);
  const parts = [page];
  for (let part = document.querySelector(selector); part; part = part.parentElement) {
    parts.splice(-1, 0, /** @type {HTMLDivElement} */ (part));
  }
  const isLight = parts.map((part) => {
    canvas?.clearRect(0, 0, 1, 1);
    if (canvas) canvas.fillStyle = getComputedStyle(part).backgroundColor;
    canvas?.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha] = canvas?.getImageData(0, 0, 1, 1).data ?? [];
    return alpha === 255 ? red + green + blue > 384 : undefined;
  });
  page.remove();
  return isLight.find((light) => light !== undefined) === false;
}

/**
 * Shows a copy of a dialog, which nobody else closes.
 *
 * @param {string} id
 */
export function show(id) {
  const copy = /** @type {HTMLDialogElement} */ (document.getElementById(id)?.cloneNode(true));
  copy.id = "shown";
  document.body.append(copy);
  copy.showModal();
}
