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
