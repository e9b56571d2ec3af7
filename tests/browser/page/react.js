// Bundled with React for a page of fields.py.

import { createElement, useState } from "react";
import { createRoot } from "react-dom/client";

function Field() {
  const [text, setText] = useState("filled");
  const onChange = (/** @type {{ target: { value: string } }} */ { target }) =>
    setText(target.value);
  return createElement("textarea", { id: "field", value: text, onChange });
}

/** @param {Element} root */
window.renderField = (root) => createRoot(root).render(createElement(Field));
