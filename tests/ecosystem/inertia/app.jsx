// The one page of the site.

import { createInertiaApp, Link, useForm } from "@inertiajs/react";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

function Groups({ names }) {
  const form = useForm({ name: "" });
  const send = (event) => {
    event.preventDefault();
    form.post("/form/");
  };
  return (
    <main>
      <h1>Groups</h1>
      <p>
        <Link id="link" href="/form/?link">
          Here again
        </Link>
      </p>
      <form onSubmit={send}>
        <input
          name="name"
          value={form.data.name}
          onChange={(event) => form.setData("name", event.target.value)}
        />
        <button type="submit">Save</button>
      </form>
      <ul>
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </main>
  );
}

createInertiaApp({
  resolve: () => Groups,
  setup: ({ el, App, props }) => createRoot(el).render(createElement(App, props)),
});
