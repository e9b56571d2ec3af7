"""Close WebSockets with the session under which they were opened.

from django.core.asgi import get_asgi_application

django = get_asgi_application()  # before all that uses models

from session_security.asgi import SessionSecurityMiddleware

application = SessionSecurityMiddleware(sockets_and(django))
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from importlib import import_module
from inspect import isclass
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from . import _django
from . import middleware as http
from . import watch as watches
from .conf import SecuredRequest, SessionSecurity, conf
from .policy import Reason, seconds
from .sessions.outage import StoreUnavailable
from .watch import T, Watch

# Of the range that is free for applications, and after the status that a request would get.
SIGNED_OUT, UNAVAILABLE = 4401, 4503

# After a socket was closed the application is told so by a message, and for so long what it sends
# is dropped, so that it can end in its own way; then it gets an error, if it never asks.
LENIENCE = 10.0  # seconds
MARGIN = 0.02  # seconds; a timer may come early by as much

# With these an application ends a socket, or refuses it.
LAST_MESSAGES = ("websocket.close", "websocket.http.response.start")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

logger = logging.getLogger("session_security")


class SocketClosed(OSError):
    """Raised, as servers do, to an application that sends to a socket which this app has closed."""


class SessionSecurityMiddleware:
    """Wraps an ASGI application; whatever is no WebSocket passes through untouched.

    A socket of a signed-in user is closed when the session has ended, at most ``look_every``
    seconds after it was ended otherwise, as by signing out. ``is_act(message)`` says whether a
    message from the browser is a human act; without it none is. The application finds what is known
    of the session in ``scope["session_security"]``, as views do on the request.
    """

    def __init__(
        self,
        application: Application,
        *,
        look_every: float | timedelta = 30,
        is_act: Callable[[Message], bool] | None = None,
    ) -> None:
        self.application, self.is_act = application, is_act
        self.look_every = seconds(look_every)
        self._http = _middleware_of_site()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the handshake, then let the application have the socket for as long as it may."""
        if scope["type"] != "websocket":
            await self.application(scope, receive, send)
            return
        request, watch = _request(scope), None
        if request is not None:
            try:
                watch = await in_thread(self._http.watch)(request)
            except StoreUnavailable as error:
                logger.warning("A session can't be read", exc_info=error)
                await _refuse(scope, receive, send, Reason.UNAVAILABLE)
                return
        if watch is None:
            scope = {**scope, "session_security": SessionSecurity(conf.anonymous)}
            await self.application(scope, receive, send)
            return
        if watch.status.reason and watch.has_store:
            await watch.asettle(in_thread)
        if reason := watch.status.reason:
            await _refuse(scope, receive, send, reason)
            return
        scope = {**scope, "session_security": SessionSecurity(watch.status)}
        await _Socket(self, watch, receive, send).serve(scope)


class _Socket:
    """One socket of a signed-in user."""

    def __init__(
        self, middleware: SessionSecurityMiddleware, watch: Watch, receive: Receive, send: Send
    ) -> None:
        self._application, self._is_act = middleware.application, middleware.is_act
        self._look_every, self._watch = middleware.look_every, watch
        self._receive, self._send = receive, send
        self._looking = asyncio.Lock()
        self._arriving: asyncio.Task[Message] | None = None
        self._is_over = False  # closed by the browser or the application; nothing else can be sent
        self._closed: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._closed_at = 0.0
        self._closing: asyncio.Task[None] | None = None

    async def serve(self, scope: Scope) -> None:
        """Run the application; what it raises goes on to the server."""
        keeper = asyncio.create_task(self._keep_watch())
        try:
            await self._application(scope, self.receive, self.send)
        except SocketClosed:
            pass
        finally:
            helpers = [task for task in (keeper, self._arriving) if task]
            for task in helpers:
                task.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            if self._closing:
                await asyncio.wait([self._closing], timeout=LENIENCE)

    async def receive(self) -> Message:
        """For the application: the next message; one that says that it is over, if it is."""
        if self._arriving is None:
            self._arriving = asyncio.create_task(self._next())
        arriving = self._arriving
        # If this is cancelled, the message is there when the application asks again.
        await asyncio.wait({arriving, self._closed}, return_when=asyncio.FIRST_COMPLETED)
        if self._closed.done():
            return dict(self._closed.result())
        self._arriving = None
        return arriving.result()

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._is_over = True
            return message
        await self._look(if_due=True)
        if message["type"] == "websocket.receive" and self._is_act and self._is_act(message):
            if self._watch.is_act_due() and not self._closed.done():
                await in_thread(self._watch.store_act)()
            await self._look(if_due=True)
        return message

    async def send(self, message: Message) -> None:
        """For the application: nothing is sent while the session could be over."""
        await self._look(if_due=True)
        if self._closed.done():
            if watches.clock() >= self._closed_at + LENIENCE:
                raise SocketClosed("The session has ended, and the socket with it.")
            return
        if message["type"] in LAST_MESSAGES:
            self._is_over = True
        await self._send(message)

    async def _keep_watch(self) -> None:
        try:
            while not self._closed.done():
                await watches.asleep(min(self._look_every, self._watch.due_in + MARGIN))
                await self._look()
        except Exception:
            logger.exception("A socket could not be watched, so it was closed")
            self._close(Reason.UNAVAILABLE)

    async def _look(self, *, if_due: bool = False) -> None:
        """Close the socket if the session is over; return when that is known."""
        if if_due and not self._watch.is_due():
            return
        async with self._looking:
            if self._closed.done() or (if_due and not self._watch.is_due()):
                return
            await self._watch.asettle(in_thread)
            if reason := self._watch.status.reason:
                self._close(reason)

    def _close(self, reason: Reason) -> None:
        self._closed_at = watches.clock()
        last = _close_message(reason)
        self._closed.set_result({**last, "type": "websocket.disconnect"})
        if not self._is_over:
            self._is_over = True
            self._closing = asyncio.create_task(self._send_last(last))

    async def _send_last(self, message: Message) -> None:
        # The browser may be gone already: a server says so in one way or another.
        with suppress(OSError, RuntimeError):
            await self._send(message)


def in_thread(function: Callable[..., T]) -> Callable[..., Awaitable[T]]:
    """Make a coroutine function of it that uses the database as Django does in a request."""

    def run(*args: object) -> T:
        close_old_connections()
        try:
            return function(*args)
        finally:
            close_old_connections()

    return sync_to_async(run)


def _middleware_of_site() -> http.SessionSecurityMiddleware:
    """The site's own middleware, whose hooks count for sockets, too."""
    for path in settings.MIDDLEWARE:
        found = import_string(path)
        if isclass(found) and issubclass(found, http.SessionSecurityMiddleware):
            return found(lambda request: HttpResponse())
    return http.SessionSecurityMiddleware(lambda request: HttpResponse())


def _request(scope: Scope) -> SecuredRequest | None:
    """The handshake as a request; None if there is no session."""
    request: Any = _django.handshake(scope)
    session = _django.unwrapped(scope.get("session"))
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key and (session is None or session.session_key is None):
        return None
    if session is None:
        session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    request.session, request.user = session, SimpleLazyObject(partial(_django.user_of, session))
    return cast("SecuredRequest", request)


async def _refuse(scope: Scope, receive: Receive, send: Send, reason: Reason) -> None:
    """Accept and close: of a handshake that is refused, a browser does not tell the page why."""
    await receive()
    # A browser that has asked for a protocol takes none for an error.
    protocol = next(iter(scope.get("subprotocols", ())), None)
    await send({"type": "websocket.accept", "subprotocol": protocol})
    await send(_close_message(reason))


def _close_message(reason: Reason) -> Message:
    code = UNAVAILABLE if reason is Reason.UNAVAILABLE else SIGNED_OUT
    return {"type": "websocket.close", "code": code, "reason": str(reason)}
