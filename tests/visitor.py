"""A browser without JavaScript, which speaks to the site by WSGI or by ASGI."""

import time
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.test import AsyncClient, Client

PING = "/session_security/ping/"
FORM = "application/x-www-form-urlencoded"
NAVIGATION = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
}
FETCH = {
    "Accept": "*/*",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "same-origin",
}


class Visitor:
    """One tab of a browser. Cookies live as long as they were set to live.

    CSRF checks are on. What a view raises becomes a 500, as on a real server.
    """

    def __init__(self, interface: str, like: "Visitor | None" = None) -> None:
        self.interface = interface
        self.middleware = settings.MIDDLEWARE
        self.lives: dict[str, float] = {} if like is None else like.lives
        client = Client if interface == "wsgi" else AsyncClient
        self.client: Any = client(enforce_csrf_checks=True, raise_request_exception=False)
        if like is not None:
            self.client.cookies = like.client.cookies

    def tab(self) -> "Visitor":
        """Another tab of the same browser."""
        return Visitor(self.interface, like=self)

    def send(
        self,
        method: str,
        path: str,
        body: str | bytes = "",
        *,
        content_type: str = FORM,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """The response to a request that bears ``headers`` alone."""
        for name, end in list(self.lives.items()):
            if end <= time.time():
                del self.lives[name]
                self.client.cookies.pop(name, None)
        if self.middleware != settings.MIDDLEWARE:  # Django's client builds the stack but once
            self.middleware, self.client.handler._middleware_chain = settings.MIDDLEWARE, None
        send = self.client.generic if self.interface == "wsgi" else async_to_sync(self._asend)
        response = send(method, path, body, content_type, headers=headers)
        for name, morsel in response.cookies.items():
            self.lives.pop(name, None)
            if morsel["max-age"] != "":
                self.lives[name] = time.time() + int(morsel["max-age"])
        return response

    async def _asend(self, *args: Any, **kwargs: Any) -> Any:
        return await self.client.generic(*args, **kwargs)

    def get(self, path: str, **headers: str) -> Any:
        """A page, with headers as keywords: ``Sec_Purpose="prefetch"``."""
        return self.send("GET", path, headers=_dashed(headers))

    def navigate(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, headers=NAVIGATION | _dashed(headers))

    def fetch(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, headers=FETCH | _dashed(headers))

    def post(self, path: str, values: dict[str, object] | None = None, **headers: str) -> Any:
        return self.send("POST", path, urlencode(values or {}), headers=_dashed(headers))

    def ping(self, **values: object) -> Any:
        """A ping as session_security.js makes it."""
        body = urlencode(values, doseq=True)
        return self.send("POST", PING, body, headers=FETCH | {"X-Session-Security": "1"})

    def sign_in(self, username: str) -> Any:
        return self.post("/login/", {"username": username})

    @property
    def signed_in(self) -> str:
        """Who the server says this is; asked by a request that extends nothing."""
        answer: str = self.fetch("/name/").content.decode()
        return answer if '"reason"' not in answer else ""

    @property
    def key(self) -> str:
        """What the session's cookie holds; empty if there is none."""
        morsel = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        return morsel.value if morsel else ""

    def present(self, key: str) -> None:
        """Send this key from now on, whatever became of it."""
        self.lives.pop(settings.SESSION_COOKIE_NAME, None)
        self.client.cookies[settings.SESSION_COOKIE_NAME] = key

    @property
    def session(self) -> SessionBase:
        """The stored session, opened afresh."""
        store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(self.key)
        return store

    def alter(self, **values: object) -> None:
        """Change the stored session behind the site's back; ``...`` removes a value."""
        session = self.session
        for name, value in values.items():
            if value is ...:
                session.pop(name, None)
            else:
                session[name] = value
        session.save()
        self.client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
