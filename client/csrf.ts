import { rootsIn } from "./roots";

const FIELDS = "[name=csrfmiddlewaretoken]";
// Many packages keep the token for scripts in one, beside the name of the header that takes it.
const METAS = "meta[name*=csrf i]:not([name*=header i], [name*=param i])";
const HTMX_ATTRIBUTES = ["hx-headers", "hx-vals", "data-hx-headers", "data-hx-vals"];
// Without looking behind: Safari before 16.4 would not read the whole script.
const TOKEN_IN_JSON = /("[^"]*csrf[^"]*"\s*:\s*")[^"]*/gi;

/** Puts a CSRF token into the place of an older one, wherever one is known to be. */
export function renewTokens(csrfToken: string, within: Document | Element = document): void {
  for (const root of rootsIn(within)) {
    for (const field of root.querySelectorAll<HTMLInputElement>(FIELDS)) field.value = csrfToken;
    for (const meta of root.querySelectorAll<HTMLMetaElement>(METAS)) meta.content = csrfToken;
    for (const name of HTMX_ATTRIBUTES) {
      for (const element of root.querySelectorAll(`[${name}]`)) {
        const json = element.getAttribute(name) ?? "";
        element.setAttribute(name, json.replace(TOKEN_IN_JSON, `$01${csrfToken}`));
      }
    }
  }
}
