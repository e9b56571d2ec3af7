"""A browser's side of HTTP, without a browser: each request on a connection of its own.

So requests at the same moment go to any of the server's processes. Cookies are kept by hand.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

COOKIE = "sessionid"
PING = "/session_security/ping/"
# What a browser adds for a page, and for a request made by script.
NAVIGATION = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
SCRIPT = {
    "Accept": "*/*",
    "Content-Type": "application/x-www-form-urlencoded",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
    "X-Session-Security": "1",
}


@dataclass(frozen=True)
class Answer:
    """What came back; ``cookie`` is the session's new one, "" if it was deleted, or None."""

    status: int
    body: bytes
    cookie: str | None
    worker: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


def send(
    port: int,
    path: str,
    cookie: str | None = None,
    *,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    timeout: float = 30,
) -> Answer:
    """Send one request: a GET, or a POST if there is a body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    own = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
    try:
        method = "GET" if body is None else "POST"
        connection.request(method, path, body, {**NAVIGATION, **(headers or {}), **own})
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    new: str | None = None
    for header in response.headers.get_all("Set-Cookie", []):
        if COOKIE in (morsels := SimpleCookie(header)):
            new = morsels[COOKIE].value
    worker = response.headers.get("X-Worker", "")
    return Answer(response.status, content, new, worker, dict(response.headers))


def ping(port: int, cookie: str | None, idle_for: float, user: str = "") -> Answer:
    """Report that the browser, whose page is ``user``'s (a tag), has been idle for so long."""
    body = urlencode({"idleFor": idle_for, "user": user}).encode()
    return send(port, PING, cookie, body=body, headers=SCRIPT)


def post(port: int, path: str, cookie: str, values: dict[str, str]) -> Answer:
    """Send a form, with a token that Django's protection accepts."""
    token = 32 * "t"
    body = urlencode({"csrfmiddlewaretoken": token, **values}).encode()
    headers = {"Content-Type": SCRIPT["Content-Type"]}
    return send(port, path, f"{cookie}; csrftoken={token}", body=body, headers=headers)


def sign_in(port: int, user: str = "alice", ago: float = 0) -> str:
    """Sign somebody in, so many seconds ago; return the session's cookie."""
    answer = send(port, f"/sign-in/?user={user}&ago={ago}")
    assert answer.status == 200, answer
    assert answer.cookie
    return answer.cookie


def who(port: int, cookie: str | None) -> str | None:
    """Who is signed in with this cookie."""
    answer = send(port, "/", cookie, headers=SCRIPT)  # by script: that is no act
    return str(answer.json["user"]) if answer.status == 200 and answer.json["user"] else None


def look(port: int, cookie: str, row: bool = False) -> dict[str, Any]:
    """What the store holds for this cookie: ``user``, ``last`` (epoch seconds) and ``keys``.

    ``row``: what the table holds, where there is a cache before it.
    """
    query = urlencode({"session": cookie} | ({"row": ""} if row else {}))
    state: dict[str, Any] = send(port, f"/store/?{query}").json
    return state


def change(port: int, cookie: str, **values: Any) -> dict[str, Any]:
    """Change what the store holds, and return what it held (as :func:`look`).

    ``ago=20`` sets the last activity 20 s back.
    """
    body = json.dumps(values).encode()
    answer = send(
        port, f"/store/?session={cookie}", body=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 200, answer
    state: dict[str, Any] = answer.json
    return state
