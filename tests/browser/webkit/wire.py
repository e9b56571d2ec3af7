"""The way from WebKit to the server, on which a test may look, wait, answer and cut.

WebKit's driver can neither do that nor put a script into a page before its own. So the WSGI
application of the test's server is wrapped: what the browser asks passes through here.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from wsgiref.util import request_uri

if TYPE_CHECKING:
    from tests.browser.webkit.context import Context

FIRST, CONSOLE, BLANK = "/__first__.js", "/__console__", "/__blank__"
NOTHING = b'<!doctype html><link rel="icon" href="data:,">'
HEAD = re.compile(rb"<head[^>]*>|<!doctype[^>]*>", re.IGNORECASE)
PATIENCE = 60  # seconds until a request that nobody answers is given up

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Pattern = str | re.Pattern[str]


class Request:
    """A request, as the server sees it."""

    def __init__(self, environ: dict[str, Any], context: Context) -> None:
        self.environ = environ
        self.method = str(environ["REQUEST_METHOD"])
        self.url = request_uri(environ)
        self._body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.post_data = self._body.decode(errors="replace") or None
        self.page = context.page_named(environ.get("HTTP_X_PAGE", ""))
        self.frame = self

    def is_navigation_request(self) -> bool:
        return self.environ.get("HTTP_SEC_FETCH_MODE") == "navigate"

    def ask(self, app: App) -> Response:
        """What the server answers."""
        self.environ["wsgi.input"] = BytesIO(self._body)
        started: list[tuple[str, list[tuple[str, str]]]] = []
        parts = app(self.environ, lambda status, headers, *_: started.append((status, headers)))
        try:
            body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        status, headers = started[0]
        return Response(self.url, int(status[:3]), headers, body)


class Response:
    """An answer, whoever gave it."""

    from_service_worker = False

    def __init__(
        self, url: str, status: int, headers: Iterable[tuple[str, str]], body: bytes
    ) -> None:
        self.url, self.status, self.body = url, status, body
        self.all_headers = [(name, value) for name, value in headers if name != "Content-Length"]

    @property
    def headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.all_headers}

    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    def with_script(self) -> Response:
        """The same, with the test's scripts before all others, if it is a page."""
        if FIRST.encode() not in self.body and "text/html" in self.headers.get("content-type", ""):
            script = f'<script src="{FIRST}"></script>'.encode()
            self.body = HEAD.sub(lambda head: head[0] + script, self.body, count=1)
        return self


class Route:
    """A request on its way: whoever has it says what becomes of it."""

    def __init__(self, request: Request, app: App) -> None:
        self.request = request
        self._app = app
        self.end: Future[Response | None] = Future()  # without a response: cut off

    def abort(self) -> None:
        self.end.set_result(None)

    def continue_(self) -> None:
        self.end.set_result(self.fetch())

    def fetch(self, max_redirects: int = 0) -> Response:
        return self.request.ask(self._app)

    def fulfill(
        self,
        *,
        response: Response | None = None,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        body: str | None = None,
        content_type: str | None = None,
        path: Path | None = None,
    ) -> None:
        given = response or Response(self.request.url, 200, [("Content-Type", "text/plain")], b"")
        fields = given.all_headers if headers is None else list(headers.items())
        if content_type:
            fields = [("Content-Type", content_type)]
        content = given.body if body is None else body.encode()
        if path:
            fields, content = [("Content-Type", "text/javascript")], path.read_bytes()
        status = status or given.status
        self.end.set_result(Response(self.request.url, status, fields, content))


class Wire:
    """The wrapped application."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.context: Context | None = None

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if self.context is None:
            return self._app(environ, start_response)
        response = self._respond(Request(environ, self.context), self.context)
        if response is None:
            # The browser's connection ends here, without an answer.
            start_response.__self__.request_handler.close_connection = True  # type: ignore[attr-defined]
            raise ConnectionAbortedError
        start_response(f"{response.status} {response.status}", response.all_headers)
        return [response.body]

    def _respond(self, request: Request, context: Context) -> Response | None:
        path = request.environ["PATH_INFO"]
        if path == FIRST:
            return script(request, context.script())
        if path == CONSOLE:
            context.hear(request.post_data or "")
            return Response(request.url, 204, [], b"")
        if path == BLANK:
            return Response(request.url, 200, [("Content-Type", "text/html")], NOTHING)
        if context.offline:
            return None
        context.emit("request", request)
        response = None
        try:
            response = self._route(request, context)
            if response:
                context.emit("response", response)
                return response.with_script()
        finally:
            context.emit("requestfinished" if response else "requestfailed", request)
        return None

    def _route(self, request: Request, context: Context) -> Response | None:
        handler = context.handler_for(request)
        if handler is None:
            return request.ask(self._app)
        route = Route(request, self._app)
        context.routed.append(route)
        handler(route)
        return route.end.result(PATIENCE)


def script(request: Request, text: str) -> Response:
    headers = [("Content-Type", "text/javascript"), ("Cache-Control", "no-store")]
    return Response(request.url, 200, headers, text.encode())


def fits(pattern: Pattern, url: str) -> bool:
    """Whether the address is meant: by a pattern of Playwright's, with ** for anything."""
    if isinstance(pattern, str):
        return fnmatch.fnmatch(unquote(url), pattern.replace("**", "*"))
    return bool(pattern.search(url))
