import { mount, unmount } from "django-session-security";
import { onScopeDispose, watch } from "vue";
import { SITE } from "./api.js";

/** Watches over the session of `user`, a ref; `onEnd(reason)` when it is over. */
export function useSessionSecurity(user, onEnd) {
  const end = (event) => {
    event.preventDefault(); // or the page is loaded again
    onEnd(event.detail.reason);
  };
  document.addEventListener("session-security:expire", end);
  const follow = (name) => {
    if (name) mount({ url: `${SITE}/session_security/element/` });
    else unmount();
  };
  // "post": what only that user may see is gone before the page is uncovered.
  watch(user, follow, { flush: "post", immediate: true });
  onScopeDispose(() => {
    document.removeEventListener("session-security:expire", end);
    unmount();
  });
}
