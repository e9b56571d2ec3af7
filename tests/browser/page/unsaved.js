// All ways in which something comes to be unsaved in the long form, or is sent.

const form = /** @type {HTMLFormElement} */ (document.querySelector("#order-form"));

/** @param {Node} target @param {Event} event */
const dispatch = (target, event) => target.dispatchEvent(event);

/** Types where the focus is, as a person does. */
const type = (where = document) => where.execCommand("insertText", false, "typed");

/**
 * @template {Element} E
 * @param {E} part
 * @param {Element} parent
 * @returns {E}
 */
const add = (part, parent = form) => parent.appendChild(part);

const longField = () => /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));

export function typeIntoContentEditable() {
  const box = add(document.createElement("div"));
  box.contentEditable = "true";
  box.focus();
  type();
}

export function typeIntoFieldElsewhere() {
  const field = document.createElement("input");
  field.setAttribute("form", form.id);
  add(field, document.body).value = "typed";
  dispatch(field, new InputEvent("input", { bubbles: true }));
}

export function typeIntoShadowTree() {
  const host = add(document.createElement("div"));
  const field = document.createElement("input");
  host.attachShadow({ mode: "open" }).append(field);
  field.focus();
  type();
}

export function typeIntoCustomElement() {
  class Field extends HTMLElement {
    static formAssociated = true;

    constructor() {
      super();
      const internals = this.attachInternals();
      const field = document.createElement("input");
      this.attachShadow({ mode: "closed" }).append(field);
      field.addEventListener("input", () => internals.setFormValue(field.value));
      this.focus = () => field.focus();
    }
  }
  if (!customElements.get("x-field")) customElements.define("x-field", Field);
  add(document.createElement("x-field")).focus();
  type();
}

export function typeIntoFrame() {
  const frame = add(document.createElement("iframe"));
  const { contentDocument } = frame;
  if (!contentDocument) throw new Error("The frame is another origin's.");
  contentDocument.body.contentEditable = "true";
  contentDocument.body.focus();
  type(contentDocument);
}

export function setByScript() {
  longField().value += "typed";
  dispatch(longField(), new Event("change", { bubbles: true }));
}

/** The answer to a form, put in by a script. */
export function showErrors() {
  longField().defaultValue = "typed";
  longField().setAttribute("aria-invalid", "true");
}

export function typeIntoIgnoredForm() {
  form.dataset.sessionSecurity = "ignore";
  longField().value = "typed";
}

export function doNothing() {}

export function changeNoField() {
  const tabs = add(document.createElement("div"));
  dispatch(tabs, new Event("change", { bubbles: true }));
}

export function addIgnoredField() {
  const search = document.createElement("div");
  search.dataset.sessionSecurity = "ignore";
  add(document.createElement("input"), search).id = "search";
  document.querySelector("main")?.append(search);
}

export function submitInVain() {
  form.noValidate = true;
  form.addEventListener("submit", (event) => event.preventDefault(), { once: true });
  form.requestSubmit();
}

export function resetInVain() {
  form.addEventListener("reset", (event) => event.preventDefault(), { once: true });
  form.reset();
}

/** The next entry of this kind of request in the timeline. @param {string} path */
const measured = (path) =>
  new Promise((resolve) => {
    new PerformanceObserver((list) => {
      if (list.getEntries().some(({ name }) => name.includes(path))) resolve(undefined);
    }).observe({ type: "resource" });
  });

/** @param {number} number */
export async function poll(number) {
  const path = `/poll/?n=${number}`;
  const seen = measured(path);
  await (await fetch(path)).text();
  await seen;
}

/** Resolves when the browser has noted what became of it. */
export async function submitByScript() {
  const seen = measured("/api/");
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fetch("/api/", { method: "POST", body: new FormData(form) }).catch(() => 0);
  });
  form.requestSubmit();
  await seen;
}

/** Empties a field when the focus leaves it, as some editors do. */
export function emptyOnBlur() {
  longField().addEventListener("blur", () => {
    longField().value = "";
  });
}

/** As in WebKit. */
export function hideStatus() {
  Reflect.deleteProperty(PerformanceResourceTiming.prototype, "responseStatus");
}

/** Sends the form as a preview for a new tab. */
export function preview() {
  form.noValidate = true;
  form.target = "preview";
  form.requestSubmit();
}

export function fillBeforeAnybodyCame() {
  longField().value = "filled";
  dispatch(longField(), new Event("change", { bubbles: true }));
}

export function addFields() {
  const row = add(document.createElement("p"));
  row.innerHTML = "<input name=new-1><select name=new-2><option value=''>-</select>";
}

export function fillNewField() {
  /** @type {HTMLInputElement} */ (form.querySelector("[name=new-1]")).value = "filled";
}

/** Puts very many fields into the form. */
export function addManyFields() {
  const kinds = [
    (/** @type {number} */ i) => `<select name=s${i}><option>a<option selected>b</select>`,
    (/** @type {number} */ i) => `<input type=checkbox name=c${i}>`,
    (/** @type {number} */ i) => `<textarea name=t${i}>some text</textarea>`,
    (/** @type {number} */ i) => `<input name=i${i} value=v${i}>`,
  ];
  const row = (/** @type {number} */ i) =>
    `<tr><th><label>Label ${i}</label><td><div>${kinds[i % 4]?.(i)}</div><td>Help`;
  const rows = document.createElement("table");
  rows.innerHTML = Array.from({ length: 5000 }, (_, i) => row(i)).join("");
  add(rows);
}

/** Counts how often all fields of the page are looked for. */
export function countLooks() {
  window.looks = 0;
  const find = Document.prototype.querySelectorAll;
  /** @param {string} selector */
  document.querySelectorAll = (selector) => {
    if (selector.includes("textarea")) window.looks += 1;
    return find.call(document, selector);
  };
}

/** A place for files, which a script puts into a field; its middle. */
export function addDropPlace() {
  const place = add(document.createElement("div"), document.body);
  const field = Object.assign(document.createElement("input"), { type: "file", name: "files" });
  add(field).hidden = true;
  place.style.height = "50px";
  place.addEventListener("dragover", (event) => event.preventDefault());
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    field.files = event.dataTransfer?.files ?? null;
  });
  place.scrollIntoView();
  const { left, top } = place.getBoundingClientRect();
  return { x: left + 25, y: top + 25 };
}
