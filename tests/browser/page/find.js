// Finds elements as a person names them, and says how they look; see webkit/locator.py.

/** Implicit roles, as far as the tests name them. @type {Record<string, string>} */
const ROLES = {
  button: "button, input[type=submit]",
  heading: "h1, h2, h3",
  link: "a[href]",
  listitem: "li",
};

/** @param {string | null | undefined} text */
const normal = (text) => (text ?? "").replace(/\s+/g, " ").trim();

/** @param {Element} element */
const isVisible = (element) => {
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && element.checkVisibility({ visibilityProperty: true });
};

/** @param {{ name?: string, source?: string, flags?: string }} pattern @param {string} text */
const matches = ({ name, source, flags }, text) =>
  source === undefined
    ? normal(text).toLowerCase().includes(normal(name).toLowerCase())
    : new RegExp(source, flags).test(normal(text));

/** @param {HTMLElement} element */
// biome-ignore lint/performance/useDomNodeTextContent: what is hidden is not read
const textShown = (element) => element.innerText;

/** @type {Record<string, (root: ParentNode, step: Step) => Iterable<Element | null | undefined>>} */
const STEPS = {
  css: (root, { css = "" }) => root.querySelectorAll(css),
  frame: (root, { css = "" }) => {
    const frame = /** @type {HTMLIFrameElement | null} */ (root.querySelector(css));
    return [frame?.contentDocument?.documentElement];
  },
  role: (root, step) =>
    /** @type {HTMLElement[]} */ ([...root.querySelectorAll(ROLES[step.role ?? ""] ?? "")]).filter(
      (element) => isVisible(element) && matches(step, element.ariaLabel ?? textShown(element)),
    ),
  label: (root, step) =>
    [...root.querySelectorAll("label")]
      .filter((label) => matches(step, label.textContent ?? ""))
      .map((label) => label.control),
  text: (root, step) =>
    [...root.querySelectorAll("*")].filter(
      (element) => !element.childElementCount && matches(step, element.textContent ?? ""),
    ),
};

/**
 * All elements that the steps lead to.
 *
 * @param {Step[]} steps
 */
const find = (steps) => {
  /** @type {Element[]} */
  let found = [document.documentElement];
  for (const step of steps) {
    if (step.kind === "nth") {
      found = found.slice(step.index, (step.index ?? 0) + 1);
      continue;
    }
    const inner = found.flatMap((root) => [...(STEPS[step.kind]?.(root, step) ?? [])]);
    found = [...new Set(inner)].filter((element) => element !== null && element !== undefined);
  }
  return found;
};

/**
 * How each of the elements looks.
 *
 * @param {Step[]} steps
 */
export function look(steps) {
  return find(steps).map((element) => ({
    visible: isVisible(element),
    text: normal(element.textContent),
    value: "value" in element ? element.value : null,
    focused: element.ownerDocument.activeElement === element,
    attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
  }));
}

/** In the window, whatever frame it is in. @param {Element} element */
const place = (element) => {
  let { x, y, width, height } = element.getBoundingClientRect();
  let view = element.ownerDocument.defaultView;
  while (view?.frameElement) {
    const { left, top } = view.frameElement.getBoundingClientRect();
    [x, y] = [x + left, y + top];
    view = view.frameElement.ownerDocument.defaultView;
  }
  return { x, y, width, height };
};

/** @type {Record<string, (element: any, value: any) => unknown>} */
const ACTS = {
  box: place,
  /** Where to press it; nothing, if something lies over it. */
  aim: (element) => {
    element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    const { x, y, width, height } = element.getBoundingClientRect();
    const hit = element.ownerDocument.elementFromPoint(x + width / 2, y + height / 2);
    const isHit = hit && (element.contains(hit) || hit.closest("label")?.control === element);
    const { x: left, y: top } = place(element);
    return isHit ? [Math.round(left + width / 2), Math.round(top + height / 2)] : null;
  },
  focus: (element) => element.focus(),
  /** As if typed: the browser itself dispatches the events. */
  fill: (element, text) => {
    element.focus();
    if (element.tagName === "INPUT" && !/^(text|search|password|email|url)$/.test(element.type)) {
      element.value = text;
      element.dispatchEvent(new Event("input", { bubbles: true }));
      element.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    element.select();
    element.ownerDocument.execCommand(text ? "insertText" : "delete", false, text);
  },
  select: (element, value) => {
    element.value = value;
    element.dispatchEvent(new Event("input", { bubbles: true }));
    element.dispatchEvent(new Event("change", { bubbles: true }));
  },
  attach: (element, { name, mimeType, content }) => {
    const files = new DataTransfer();
    files.items.add(new File([content], name, { type: mimeType }));
    element.files = files.files;
    element.dispatchEvent(new Event("input", { bubbles: true }));
    element.dispatchEvent(new Event("change", { bubbles: true }));
  },
  text: textShown,
};

/**
 * Do something with the only element that the steps lead to; `undefined` when there is none.
 *
 * @param {{ steps: Step[], act: string, value: unknown, call: (element: Element) => unknown }} what
 */
export function act({ steps, act: name, value, call }) {
  const [element, ...others] = find(steps);
  if (others.length) throw new Error(`${others.length + 1} elements: ${JSON.stringify(steps)}`);
  if (!element) return undefined;
  return { result: (name === "call" ? call(element) : ACTS[name]?.(element, value)) ?? null };
}
