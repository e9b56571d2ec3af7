// What only few pages need: one near its end or after it, one whose user has signed in again, one in
// a browser without BroadcastChannel. A page may have had session_security.js of an earlier release.

const DAY = 86400; // seconds

const find = (name) => document.getElementById(`session_security_${name}`);

// Since when, or nothing.
const say = (since) => {
  const place = find("since");
  if (!place) return;
  place.textContent = since;
  place.parentElement.hidden = !since;
};

// Above all else.
const raise = (cover) => {
  if (!cover?.open) return;
  cover.close();
  cover.showModal();
};

function* roots(root) {
  yield root;
  for (const { contentDocument, shadowRoot } of root.querySelectorAll("*"))
    for (const inner of [contentDocument, shadowRoot]) if (inner) yield* roots(inner);
}

// What was typed and not sent, also where no event tells: in a form that a script has put in with
// errors, or before the script was there.
const isFull = ({ drafts, options }) =>
  options.answered ||
  drafts.unsaved ||
  [...roots(document)].some((root) =>
    [...root.querySelectorAll("[aria-invalid=true], textarea")].some(
      (field) =>
        !drafts.fields.has(field) &&
        !field.closest("[data-session-security=ignore]") &&
        (field.matches("[aria-invalid=true]") || field.value !== field.defaultValue),
    ),
  );

/** What becomes of the page when the session has ended, or is about to if it `stays`. */
export const end = (element, goes, stays) => {
  const { options, timeline } = element;
  const { language, onExpire, returnToUrl } = options;
  if (goes && (onExpire === "leave" || (onExpire !== "lock" && !stays && !isFull(element)))) {
    if (stays) setTimeout(() => element.ended && element.leave(), 2000);
    else if (returnToUrl) signOut(element);
    else element.leave();
    return;
  }
  const over = Math.max(0, -timeline.remaining);
  // Whoever asks after the end is only told that nobody is signed in.
  if (over) element.ended = timeline.final ? "absolute" : "idle";
  const since = new Date(Date.now() - over * 1000);
  say(since.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" }));
  element.explain();
  raise(find("cover")); // anew: for a screen reader, and for the focus
  guard(element);
  if (goes) element.fire("lock");
};

const submit = async (element) => {
  const form = element.querySelector("form");
  const answer = await element.server.ask({ token: "1" });
  if (!answer && !element.ended) return;
  element.drafts.stop();
  if (!form || !answer) return location.replace(element.options.returnToUrl);
  Object.assign(form.csrfmiddlewaretoken ?? {}, { value: answer.csrfToken });
  form.submit();
  await new Promise((resolve) => setTimeout(resolve, 10000)); // the page is gone by then
};

/** Posts to the logout URL, with a token of this moment, one tab after the other. */
export const signOut = (element) => {
  const { locks } = navigator; // or one ends the session that has the other's token
  return locks ? locks.request(element.tabs.name, () => submit(element)) : submit(element);
};

let release; // ends the guard

/** While the page is covered: keeps the cover above all, and the title; after a day, lets go. */
export const guard = (element) => {
  const cover = find("cover");
  if (!element.covered) release = release?.();
  if (!element.covered || !cover || release) return;
  const changed = document.title;
  document.title = find("cover_title")?.textContent ?? "";
  const { title } = document;
  if (changed !== title) element.titled = changed;
  const look = () => {
    if (document.title !== title) {
      element.titled = document.title;
      document.title = title;
    }
    const { left, top, width, height } = cover.getBoundingClientRect();
    // Beneath another dialog it is inert, and not to be found.
    if (!cover.contains(document.elementFromPoint(left + width / 2, top + height / 2)))
      raise(cover);
    observer.takeRecords(); // of what was done here
  };
  const observer = new MutationObserver(look);
  observer.observe(document, {
    attributeFilter: ["open"],
    characterData: true,
    childList: true,
    subtree: true,
  });
  document.addEventListener("toggle", look, true);
  const start = element.timeline.moment();
  const timer = setInterval(() => {
    if (element.timeline.since(start) > DAY) element.leave(true);
  }, 60000);
  release = () => {
    observer.disconnect();
    document.removeEventListener("toggle", look, true);
    clearInterval(timer);
    say("");
  };
  look();
};

/** Puts a CSRF token in the place of the one of an earlier sign-in. */
export const renew = (element, { csrfToken, signIn }) => {
  for (const link of element.querySelectorAll("a[href*='signIn=']"))
    link.search = `${new URLSearchParams({ signIn })}`;
  for (const root of roots(document)) {
    for (const field of root.querySelectorAll("[name=csrfmiddlewaretoken]"))
      field.value = csrfToken;
    for (const meta of root.querySelectorAll(
      "meta[name*=csrf i]:not([name*=header i], [name*=param i])",
    ))
      meta.content = csrfToken;
    for (const name of ["hx-headers", "hx-vals", "data-hx-headers", "data-hx-vals"])
      for (const part of root.querySelectorAll(`[${name}]`)) {
        const json = part.getAttribute(name);
        part.setAttribute(
          name,
          json.replace(/("[^"]*csrf[^"]*"\s*:\s*")[^"]*/gi, (_, before) => before + csrfToken),
        );
      }
  }
  element.fire("renew", { csrfToken });
};

// Where there is no BroadcastChannel: one entry, which holds the last message.
class StorageChannel {
  onmessage = null;

  constructor(name) {
    this.name = name;
    this.hear = ({ key, newValue }) => {
      if (key === name && newValue) this.onmessage({ data: JSON.parse(newValue) });
    };
    addEventListener("storage", this.hear);
  }

  postMessage(message) {
    try {
      localStorage[this.name] = JSON.stringify(message);
    } catch {} // the server is asked instead
  }

  close() {
    removeEventListener("storage", this.hear);
  }
}

/** Another way to speak to the other tabs. */
export const channel = (element) => {
  if (!element.page.ends) return;
  element.tabs.start(StorageChannel);
  element.tell("hello");
};
