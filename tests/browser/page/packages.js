// What other people's packages do in their own pages.

/** Hear how Wagtail's saving of a page by itself ends, the next time. */
export function hearAutosave() {
  window.autosaved = new Promise((resolve) => {
    for (const name of ["w-autosave:success", "w-autosave:error"]) {
      document.addEventListener(name, () => resolve(name), { once: true });
    }
  });
}
