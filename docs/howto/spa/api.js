// What the front end asks the Django site for.

/** Where that is: "" for the same origin, or an address such as "https://api.example.org". */
export const SITE = import.meta.env.VITE_SITE ?? "";

/** A CSRF token of this moment, whether or not somebody is signed in. */
async function fetchToken() {
  const response = await fetch(`${SITE}/session_security/ping/`, {
    method: "POST",
    credentials: "include",
    headers: { "X-Session-Security": "1" },
    body: new URLSearchParams({ token: "1" }),
  });
  return (await response.json()).csrfToken;
}

export async function post(path, values = {}) {
  return fetch(SITE + path, {
    method: "POST",
    credentials: "include",
    headers: { "X-CSRFToken": await fetchToken() },
    body: new URLSearchParams(values),
  });
}

/** Their name, or null. */
export async function whoIsSignedIn() {
  const response = await fetch(`${SITE}/api/user/`, { credentials: "include" });
  return response.ok ? (await response.json()).user : null;
}
