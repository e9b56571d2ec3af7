import { rootsIn } from "./roots";

const FIELDS = "[name=csrfmiddlewaretoken]";
// Many packages keep the token for scripts in one, beside the name of the header that takes it.
const METAS = "meta[name*=csrf i]:not([name*=header i], [name*=param i])";
const HTMX_ATTRIBUTES = ["hx-headers", "hx-vals", "data-hx-headers", "data-hx-vals"];
const TOKEN_IN_JSON = /("[^"]*csrf[^"]*"\s*:\s*")[^"]*/gi;

/** Puts a CSRF token into the place of the one of an earlier sign-in, wherever it is known to be. */
export function renewTokens(csrfToken: string): void {
  for (const root of rootsIn(document)) {
    for (const field of root.querySelectorAll<HTMLInputElement>(FIELDS)) field.value = csrfToken;
    for (const meta of root.querySelectorAll<HTMLMetaElement>(METAS)) meta.content = csrfToken;
    for (const name of HTMX_ATTRIBUTES) {
      for (const element of root.querySelectorAll(`[${name}]`)) {
        const json = element.getAttribute(name) ?? "";
        const renewed = json.replace(TOKEN_IN_JSON, (_, before: string) => before + csrfToken);
        element.setAttribute(name, renewed);
      }
    }
  }
}

/** Puts a token into one form. */
export function setToken(form: HTMLFormElement, csrfToken: string): void {
  const field = form.elements.namedItem("csrfmiddlewaretoken");
  if (field instanceof HTMLInputElement) field.value = csrfToken;
}
