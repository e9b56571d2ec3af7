"""One variant of the site in a process of its own, as `benchmarks.settings` describes it.

Commands come in as lines of JSON, ``[name, keyword arguments]``; each is a method of `Worker`,
and what it returns goes out as one line.
"""

from __future__ import annotations

import asyncio
import gc
import http.client
import io
import json
import socket
import sys
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.asgi import get_asgi_application
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.settings import OURS, PEER, VARIANT

COOKIE = "sessionid"
PING = "/session_security/ping/"
# The age of the stored activity when it is due to be stored anew; 15 s may pass by default.
DUE = timedelta(seconds=30)
# What Chromium sends along with a page, and what is different for a request by script.
HEADERS = {
    "Host": "localhost",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-GB,en;q=0.9",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-User": "?1",
    "Upgrade-Insecure-Requests": "1",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0",
}
BY_SCRIPT = {
    "Accept": "*/*",
    "Content-Type": "application/x-www-form-urlencoded",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "X-Session-Security": "1",
}


class Worker:
    """The commands."""

    def __init__(self) -> None:
        self.wsgi: Any = get_wsgi_application()
        self.asgi: Any = get_asgi_application()
        self.loop = asyncio.new_event_loop()
        self.hops = self.pings = self.merges = self.port = 0
        self.clock: Any = None
        self.browser = socket.socketpair()
        self._count_hops()
        call_command("migrate", verbosity=0)
        self.sign_in()

    # What one request causes, and what it costs

    def facts(self, page: str, signed_in: bool = True, due: bool = False) -> dict[str, Any]:
        """Return what one request answers and causes: status, queries, Set-Cookie, Vary."""
        self._answer(page, self._visitor(signed_in, due))
        visitor = self._visitor(signed_in, due)
        with CaptureQueriesContext(connection) as queries:  # BEGIN and COMMIT are in it
            status, headers = self._answer(page, visitor)
        cookies = [value.split("=")[0] for name, value in headers if name == "Set-Cookie"]
        return {
            "status": status,
            "queries": str(len(queries)),
            "Set-Cookie": ", ".join(cookies) or "none",
            "Vary": dict(headers).get("Vary", "none"),
        }

    def facts_async(self, page: str) -> dict[str, Any]:
        """Return the status of one request under ASGI, and how often it hops to a thread."""
        self.loop.run_until_complete(self._answer_async(page, self._visitor()))
        visitor = self._visitor()
        self.hops = 0
        status = self.loop.run_until_complete(self._answer_async(page, visitor))
        return {"status": status, "thread hops": str(self.hops)}

    def timed(
        self, page: str, count: int, signed_in: bool = True, due: bool = False
    ) -> list[float]:
        """Return the seconds of `count` requests, each with a store of activity `due` or none."""
        result = []
        visitor = self._visitor(signed_in, due)
        for number in range(count):
            if due and number:
                self._visitor(signed_in, due)
            start = time.perf_counter()
            self._answer(page, visitor)
            result.append(time.perf_counter() - start)
        return result

    def timed_async(self, page: str, count: int) -> list[float]:
        """Return the seconds of `count` requests under ASGI, with no store due."""

        async def run() -> list[float]:
            result = []
            for _ in range(count):
                start = time.perf_counter()
                await self._answer_async(page, visitor)
                result.append(time.perf_counter() - start)
            return result

        visitor = self._visitor()
        return self.loop.run_until_complete(run())

    # Over HTTP

    def serve(self) -> int:
        """Start an HTTP server with a thread for each request; return its port."""

        def application(environ: dict[str, Any], start_response: Any) -> Any:
            self.pings += environ["PATH_INFO"] == PING
            return handler(environ, start_response)

        handler = StaticFilesHandler(self.wsgi)
        server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
        server.set_app(application)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.port = int(server.server_port)
        return self.port

    def pinged(self) -> int:
        """Return how many requests for the ping's URL have come."""
        return self.pings

    def watch_merges(self) -> None:
        """Count from now on how often this app stores an act."""
        from session_security.sessions.engines import Engine
        from session_security.sessions.rows import RowEngine

        def count(engine: type[Engine]) -> None:
            store_activity = engine.store_activity

            def counted(*arguments: Any) -> Any:
                self.merges += 1
                return store_activity(*arguments)

            engine.store_activity = counted  # type: ignore[assignment,method-assign]

        for engine in (Engine, RowEngine):
            count(engine)

    def merged(self) -> int:
        """Return how many acts have been stored since."""
        return self.merges

    def travel(self, seconds: float) -> None:
        """Stop this process's clock, if it still goes, and put it forward."""
        import time_machine

        if self.clock is None:
            self.clock = time_machine.travel(datetime.now(UTC), tick=False).start()
        self.clock.shift(seconds)

    def race(self, pairs: int, in_step: bool) -> dict[str, int]:
        """Let a page view and a view that writes to the same session overtake each other.

        In step: the writer runs, start to end, while the page view is between reading the session
        and answering. Else both start at the same moment and take their chance. Each page view is
        due to store activity. Returns how many writes are gone afterwards, and how many requests
        were not answered 200.
        """
        from benchmarks import webapp  # has to wait for django.setup()

        lost = failed = 0
        page = "overtaken" if in_step else "private"
        with ThreadPoolExecutor(2) as threads:
            for number in range(pairs):
                self._visitor(due=True)
                webapp.page_has_read.clear()
                webapp.other_has_written.clear()
                viewing = threads.submit(self._get, f"/{page}/")
                if in_step and not webapp.page_has_read.wait(10):
                    raise RuntimeError("the page view has not come as far as the view")
                writing = threads.submit(self._get, f"/write/?draft={number}")
                statuses = [writing.result()]
                webapp.other_has_written.set()
                statuses.append(viewing.result())
                failed += statuses != [200, 200]
                lost += SessionStore(self.key).get("draft") != str(number)
        return {"lost": lost, "failed": failed}

    def _get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Cookie": f"{COOKIE}={self.key}"})
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    # Sockets

    def socket_memory(self, count: int) -> float:
        """Return the bytes that an open socket takes, of `count` of this user's."""

        async def run() -> float:
            # What the first one makes is there for all.
            async with opened_sockets(self.key, 10):
                pass
            gc.collect()
            before, _ = tracemalloc.get_traced_memory()
            async with opened_sockets(self.key, count):
                gc.collect()
                after, _ = tracemalloc.get_traced_memory()
            return (after - before) / count

        tracemalloc.start()
        try:
            return self.loop.run_until_complete(run())
        finally:
            tracemalloc.stop()

    def socket_queries(self, seconds: int, count: int) -> dict[str, float]:
        """Return the queries of each of `count` sockets: to open it, and then in so many seconds.

        Nobody waits: the clock is put forward to the next look, again and again.
        """
        found = {"open": 0.0, "then": 0.0}

        async def run() -> None:
            await sync_to_async(count_queries)()
            async with opened_sockets(self.key, count):
                found["open"] = await sync_to_async(count_queries)() / count
                await let_pass(seconds)
                found["then"] = await sync_to_async(count_queries)() / count

        with passing_time() as let_pass:
            self.loop.run_until_complete(run())
        return found

    # The visitor

    def session_key(self) -> str:
        """Return the session key of the visitor who is signed in."""
        return self.key

    def sign_in(self) -> str:
        """Sign the visitor in, anew; return the session key."""
        client = Client()
        client.force_login(get_user_model().objects.get_or_create(username="alice")[0])
        self.key = client.cookies[COOKIE].value
        return self.key

    def _visitor(self, signed_in: bool = True, due: bool = False) -> str | None:
        """Return the visitor's session key; put the activity in the session back, or to now."""
        if not signed_in:
            return None
        last = datetime.now(UTC) - (DUE if due else timedelta(0))
        if VARIANT == PEER:  # keeps naive local time
            last = last.astimezone().replace(tzinfo=None)
        store = SessionStore(self.key)
        store["_session_security"] = last.isoformat()
        store.save()
        return self.key

    # The two protocols

    def _request(
        self, page: str, key: str | None
    ) -> tuple[str, str, str, bytes, list[tuple[str, str]]]:
        """Return method, path, query, body and headers of the request for `page`."""
        method, path, query, body, headers = "GET", f"/{page}/", "", b"", HEADERS
        if page == "ping":
            path, headers = PING, HEADERS | BY_SCRIPT
            if VARIANT == PEER:
                query = "idleFor=5"
            else:
                method, body = "POST", b"idleFor=5"
        cookie = {"Cookie": f"{COOKIE}={key}"} if key else {}
        return method, path, query, body, list((headers | cookie).items())

    def _answer(self, page: str, key: str | None) -> tuple[int, list[tuple[str, str]]]:
        """Answer one request as a WSGI server does; return status and headers."""
        method, path, query, body, headers = self._request(page, key)
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": dict(headers).get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
        }
        environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers}
        seen: list[Any] = []
        response = self.wsgi(environ, lambda status, headers: seen.extend((status, headers)))
        if page.startswith("stream"):
            for part in response:
                self._write(part)
        else:
            b"".join(response)
        response.close()
        return int(seen[0].split()[0]), seen[1]

    async def _answer_async(self, page: str, key: str | None) -> int:
        """Answer one request as an ASGI server does; return the status."""
        method, path, query, body, headers = self._request(page, key)
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
            "server": ("localhost", 80),
        }
        messages = [{"type": "http.request", "body": body}]
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            if not messages:
                await asyncio.Event().wait()  # the client stays connected
            return messages.pop()

        async def send(message: Any) -> None:
            if page.startswith("stream") and message.get("body"):
                self._write(message["body"])
            else:
                sent.append(message)

        await self.asgi(scope, receive, send)
        return int(sent[0]["status"])

    def _write(self, part: bytes) -> None:
        """Write a part of a stream as a server does: as a chunk of HTTP, to a socket."""
        self.browser[0].sendall(b"%x\r\n%b\r\n" % (len(part), part))
        self.browser[1].recv(65_536)

    def _count_hops(self) -> None:
        """Count all that the event loop hands to any thread."""
        inner = self.loop.run_in_executor

        def run_in_executor(*args: Any) -> Any:
            self.hops += 1
            return inner(*args)

        self.loop.run_in_executor = run_in_executor  # type: ignore[assignment,method-assign]


async def silent(scope: Any, receive: Any, send: Any) -> None:
    """Accept a socket, and wait until it is closed."""
    await receive()
    await send({"type": "websocket.accept"})
    await receive()


@asynccontextmanager
async def opened_sockets(key: str, count: int) -> AsyncIterator[None]:
    """Hold so many sockets open, as an ASGI server does."""
    application: Any = silent
    if VARIANT == OURS:
        from session_security.asgi import SessionSecurityMiddleware

        application = SessionSecurityMiddleware(silent)
    headers = [(b"host", b"localhost"), (b"cookie", f"{COOKIE}={key}".encode())]
    accepted = 0

    async def send(message: Any) -> None:
        nonlocal accepted
        accepted += message["type"] == "websocket.accept"

    def started() -> tuple[asyncio.Task[None], asyncio.Queue[Any]]:
        arriving: asyncio.Queue[Any] = asyncio.Queue()
        arriving.put_nowait({"type": "websocket.connect"})
        scope = {"type": "websocket", "path": "/ws/", "headers": list(headers)}
        return asyncio.create_task(application(scope, arriving.get, send)), arriving

    sockets = [started() for _ in range(count)]
    while accepted < count:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield
    for _, arriving in sockets:
        arriving.put_nowait({"type": "websocket.disconnect", "code": 1001})
    await asyncio.gather(*(task for task, _ in sockets))


def count_queries() -> int:
    """Return the queries of this thread since it was asked last."""
    found = len(connection.queries_log)
    connection.queries_log.clear()
    connection.force_debug_cursor = True
    return found


@contextmanager
def passing_time() -> Iterator[Callable[[int], Awaitable[None]]]:
    """Give the clock by which sockets sleep to the caller, who can let seconds pass."""
    if VARIANT != OURS:

        async def nothing(seconds: int) -> None: ...

        yield nothing
        return
    import time_machine

    from session_security import watch

    sleepers: list[tuple[float, asyncio.Future[None]]] = []
    clock, asleep = watch.clock, watch.asleep

    async def fall_asleep(seconds: float) -> None:
        sleepers.append((time.time() + seconds, asyncio.get_running_loop().create_future()))
        await sleepers[-1][1]

    async def let_pass(seconds: int) -> None:
        count, end = len(sleepers), time.time() + seconds
        while due := min(sleepers, key=lambda sleeper: sleeper[0]):
            if due[0] > end:
                return
            traveller.move_to(max(due[0], time.time()), tick=False)
            sleepers.remove(due)
            due[1].set_result(None)
            while len(sleepers) < count:  # noqa: ASYNC110
                await asyncio.sleep(0)

    with time_machine.travel(datetime.now(UTC), tick=False) as traveller:
        watch.clock, watch.asleep = time.time, fall_asleep  # type: ignore[assignment]
        try:
            yield let_pass
        finally:
            watch.clock, watch.asleep = clock, asleep


def main() -> None:
    """Obey the commands on standard input until it ends."""
    django.setup()
    worker = Worker()
    for line in sys.stdin:
        command, arguments = json.loads(line)
        print(json.dumps(getattr(worker, command)(**arguments)), flush=True)


if __name__ == "__main__":
    main()
