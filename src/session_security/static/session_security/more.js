// What only few pages need: a locked one, and one whose user has signed in again.

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

/** What becomes of the page when the session has ended. */
export const end = (element, goes, stays) => {
  const { drafts, options, timeline } = element;
  const { answered, language, onExpire, returnToUrl } = options;
  const kept = onExpire !== "leave" && (answered || drafts.unsaved);
  if (goes && !stays && !kept && onExpire !== "lock")
    return returnToUrl ? signOut(element) : element.leave();
  const over = Math.max(0, -timeline.remaining);
  // Whoever asks after the end is only told that nobody is signed in.
  if (over) element.ended = timeline.final ? "absolute" : "idle";
  const since = new Date(Date.now() - over * 1000);
  say(since.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" }));
  element.explain();
  raise(find("cover")); // anew: for a screen reader, and for the focus
  lock(element);
  if (goes) element.fire("lock");
};

/** Posts to the logout URL, with a token of this moment. */
export const signOut = async (element) => {
  const form = element.querySelector("form");
  const answer = await element.server.ask({ token: "1" });
  if (!answer && !element.ended) return;
  element.drafts.stop();
  if (!form || !answer) return location.replace(element.options.returnToUrl);
  Object.assign(form.csrfmiddlewaretoken ?? {}, { value: answer.csrfToken });
  form.submit();
};

/** Keeps the cover above all, and the title to itself; lets go of the page after a day. */
const lock = (element) => {
  const cover = find("cover");
  if (!cover) return;
  const { title } = document;
  const start = element.timeline.moment();
  const ends = new AbortController();
  const guard = () => {
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
  const observer = new MutationObserver(guard);
  observer.observe(document, {
    attributeFilter: ["open"],
    characterData: true,
    childList: true,
    subtree: true,
  });
  document.addEventListener("toggle", guard, { capture: true, signal: ends.signal });
  const timer = setInterval(() => {
    if (element.timeline.since(start) > DAY) element.leave(true);
  }, 60000);
  element.addEventListener(
    "session-security:unlock",
    () => {
      ends.abort();
      observer.disconnect();
      clearInterval(timer);
      say("");
    },
    { once: true },
  );
  guard();
};

function* roots(root) {
  yield root;
  for (const { contentDocument, shadowRoot } of root.querySelectorAll("*"))
    for (const inner of [contentDocument, shadowRoot]) if (inner) yield* roots(inner);
}

/** Puts a CSRF token in the place of the one of an earlier sign-in. */
export const renew = (element, { csrfToken, signIn }) => {
  for (const link of element.querySelectorAll("a"))
    link.search = `${new URLSearchParams({ signIn })}`;
  for (const root of roots(document)) {
    for (const field of root.querySelectorAll("[name=csrfmiddlewaretoken]"))
      field.value = csrfToken;
    for (const meta of root.querySelectorAll("meta[name*=csrf i]:not([name*=header i])"))
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
