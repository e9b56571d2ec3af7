// What is in a page beside its form, when the page is locked.

/** Notes that a style or a shadow tree shows, whatever stands above them. */
export function addDefiantNotes() {
  const note = document.createElement("p");
  note.textContent = "Defiant words";
  note.style.visibility = "visible";
  const host = document.createElement("div");
  const inner = host.attachShadow({ mode: "open" });
  inner.append(note.cloneNode(true));
  document.querySelector("main")?.append(note, host);
}

export function showNotice() {
  document.title = "3 results of P-204817";
  const dialog = document.createElement("dialog");
  dialog.textContent = "A private notice";
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {Node} parent
 */
const add = (name, attributes, parent = document.body) => {
  const part = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
  return parent.appendChild(part);
};

/** Put CSRF tokens wherever they may be, and note those that the page is given. */
export function addTokens() {
  add("meta", { name: "csrf-token", content: "old" }, document.head);
  for (const name of ["hx-headers", "hx-vals", "data-hx-headers", "data-hx-vals"]) {
    add("div", { class: "hx", [name]: '{"X-CSRFToken": "old", "X-Other": "kept"}' });
  }
  add("meta", { name: "csrf-param", content: "csrfmiddlewaretoken" }, document.head);
  const frame = /** @type {HTMLIFrameElement} */ (add("iframe", { id: "frame" }));
  const field = document.createElement("input");
  field.name = "csrfmiddlewaretoken";
  frame.contentDocument?.body.append(field);
  const root = add("div", { id: "host" }).attachShadow({ mode: "open" });
  add("input", { name: "csrfmiddlewaretoken", value: "old" }, root);
  window.renewed = [];
  addEventListener("session-security:renew", ({ detail }) => {
    window.renewed.push(detail.csrfToken);
  });
}

export function readTokens() {
  const frame = /** @type {HTMLIFrameElement | null} */ (document.querySelector("#frame"));
  const fields = [
    document.querySelector("#order-form [name=csrfmiddlewaretoken]"),
    document.querySelector("#host")?.shadowRoot?.querySelector("input"),
    frame?.contentDocument?.querySelector("input"),
  ];
  const meta = /** @type {HTMLMetaElement | null} */ (
    document.querySelector("meta[name=csrf-token]")
  );
  return {
    fields: fields.map((field) => /** @type {HTMLInputElement | null} */ (field)?.value),
    meta: meta?.content,
    attributes: [...document.querySelectorAll(".hx")].map((part) => part.attributes[1]?.value),
  };
}
