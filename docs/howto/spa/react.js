import { mount, unmount } from "django-session-security";
import { useEffect } from "react";
import { SITE } from "./api.js";

/** Watches over the session of `user`; `onEnd(reason)`, the same at each call, when it is over. */
export function useSessionSecurity(user, onEnd) {
  useEffect(() => {
    if (!user) return;
    const end = (event) => {
      event.preventDefault(); // or the page is loaded again
      onEnd(event.detail.reason);
    };
    document.addEventListener("session-security:expire", end);
    mount({ url: `${SITE}/session_security/element/` });
    return () => {
      document.removeEventListener("session-security:expire", end);
      unmount();
    };
  }, [user, onEnd]);
}
