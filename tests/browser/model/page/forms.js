// The forms of the example's pages.

/** @param {string} id */
const formOf = (id) => /** @type {HTMLFormElement} */ (document.querySelector(id));

export function signOut() {
  formOf(".who").requestSubmit();
}

/** @param {string} username Which is the password, too. */
export function fillInLogin(username) {
  for (const id of ["id_username", "id_password"]) {
    /** @type {HTMLInputElement} */ (document.getElementById(id)).value = username;
  }
  formOf("#login-form").requestSubmit();
}

/** The site's own script asks before the page is left, whether or not there is work in it. */
export function guard() {
  window.modelIsGuarded = true;
  addEventListener("beforeunload", (event) => event.preventDefault());
}

/** What a late form holds that its page would send again. */
export function keptText() {
  const field = document.querySelector("[type=hidden][name=symptoms]");
  return field instanceof HTMLInputElement ? field.value : null;
}

/** @param {Element} element */
const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });

/**
 * The middle of what stands out in the open dialog, and whether it leads elsewhere: what has the
 * focus, else what looks like the main button, else the only one, else the dialog.
 */
export function standsOut() {
  const dialog = /** @type {Element} */ (document.querySelector("dialog[open]"));
  const all = [...dialog.querySelectorAll("a, button")].filter(isVisible);
  const main = all.find((one) => getComputedStyle(one).backgroundColor !== "rgba(0, 0, 0, 0)");
  const focused = all.find((one) => one === document.activeElement);
  const chosen = focused ?? main ?? all[0] ?? dialog;
  const { left, top, width, height } = chosen.getBoundingClientRect();
  return {
    x: left + width / 2,
    y: top + height / 2,
    name: chosen.textContent?.trim().replace(/\s+/g, " ").slice(0, 40) ?? "",
    leaves: chosen.matches("[name=leave], [name=discard]"),
  };
}
