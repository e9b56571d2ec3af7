"""A session under which something goes on being sent, such as a stream or a WebSocket.

It costs nothing until the session could be over; then the store is asked, since what the browser
has reported meanwhile counts.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Generator
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase

from . import _django
from .conf import SecuredRequest, SessionSecurity, conf
from .policy import Reason, SessionStatus
from .reports import has_lost_its_user, status_of
from .sessions import outage, times
from .sessions.activity import engine_of, store_activity
from .sessions.outage import StoreUnavailable, raising_unavailable

# What is over is ended this much later: a request of the page that comes first is answered with
# the reason, and its form can be kept. Nothing is sent meanwhile.
GRACE = 3.0  # seconds
# How often a store that can't be read is asked again, and for how long; nothing is sent meanwhile.
RETRY, PATIENCE = 1.0, 30.0  # seconds

ENDED = (Reason.IDLE, Reason.ABSOLUTE)

logger = logging.getLogger("session_security")

# Nobody sets this clock, and where there is one that goes on while the machine sleeps, it is that.
clock: Callable[[], float] = time.monotonic
if hasattr(time, "CLOCK_BOOTTIME"):
    clock = partial(time.clock_gettime, time.CLOCK_BOOTTIME)
sleep, asleep = time.sleep, asyncio.sleep

T = TypeVar("T")


class InThread(Protocol):
    """Makes a coroutine function of a function that uses the store."""

    def __call__(self, function: Callable[..., T], /) -> Callable[..., Any]: ...


class Watch:
    """What is known of such a session, and until when that holds.

    The function ``end_session`` ends that of a request if the store says, too, that it is over.
    ``status`` is what was known last; its ``reason`` is ANONYMOUS where somebody has signed out, or
    somebody else has signed in, and UNAVAILABLE where nobody can say. It holds until ``end``, by
    ``clock()``.
    """

    def __init__(
        self, request: SecuredRequest, end_session: Callable[[SecuredRequest], object]
    ) -> None:
        self._request, self._end_session = request, end_session
        self._key = str(request.session.session_key)
        self._user = request.session.get(SESSION_KEY)
        self._timeouts = request.session_security.timeouts
        self._act_tried: datetime | None = None
        self.know(status_of(request.session, self._timeouts))

    def know(self, status: SessionStatus) -> None:
        """Go by this from now on."""
        self.status = status
        self.end = clock() + status.remaining

    def is_due(self) -> bool:
        """Whether the session could be over, as far as is known."""
        return clock() >= self.end

    @property
    def due_in(self) -> float:
        """The seconds until then."""
        return max(0.0, self.end - clock())

    @property
    def has_store(self) -> bool:
        """Whether there is anything to look at again."""
        return engine_of(self._request.session).has_store

    def settle(self) -> None:
        """Look, and if need be wait, until it is known whether the session goes on."""
        for pause in self._looks():
            sleep(pause)

    async def asettle(self, in_thread: InThread = sync_to_async) -> None:
        """As :meth:`settle`."""
        looks = self._looks()
        while (pause := await in_thread(next)(looks, None)) is not None:
            await asleep(pause)

    def _looks(self) -> Generator[float, None, None]:
        """Look at the store; yields the seconds to wait before the next look."""
        give_up, is_last, is_logged = clock() + PATIENCE, False, False
        while True:
            try:
                self.look(ends=is_last)
            except StoreUnavailable as error:
                if not is_logged:
                    logger.warning("A session can't be read", exc_info=error)
                    is_logged = True
                if not self.is_due():
                    return  # what was known last counts until then
                _django.close_broken_connections()
                if clock() >= give_up:
                    self.status = conf.unavailable
                    return
                yield RETRY
                continue
            if is_last or self.status.reason not in ENDED:
                return
            is_last = True
            yield GRACE

    def look(self, *, ends: bool = False) -> SessionBase:
        """Read the session and judge it; if it ``ends`` what is over, that is confirmed before.

        Raises :exc:`StoreUnavailable`.
        """
        request: SecuredRequest = _django.asked_again(self._request, self._key)
        outage.load(request.session, self._key)
        with raising_unavailable():
            self.know(self._status(request, ends))
        return request.session

    def _status(self, request: SecuredRequest, ends: bool) -> SessionStatus:
        session = request.session
        if session.session_key is None or session.get(SESSION_KEY) != self._user:
            return conf.anonymous
        status = status_of(session, self._timeouts)
        if status.reason is None:
            # Nobody else need come by who would put a time in the future right.
            if at := times.due(session, None, times.now(), self._timeouts.resolution):
                store_activity(session, at)
            return conf.anonymous if has_lost_its_user(request) else status
        if not self.has_store:
            return conf.unavailable  # the browser has the later copy, if there is one
        if ends:
            request.session_security = SessionSecurity(status)
            self._end_session(request)
            return request.session_security.status
        return status

    def is_act_due(self) -> bool:
        """Whether an act of this moment is to be stored; so it is at most once per resolution."""
        before = self._act_tried or self.status.last_activity
        resolution = self._timeouts.resolution
        return before is None or (times.now() - before).total_seconds() >= resolution

    def store_act(self) -> None:
        """Store that the user acts at this moment, if the session is alive."""
        self._act_tried = now = times.now()
        try:
            session = self.look()
        except StoreUnavailable as error:
            logger.warning("A session can't be read", exc_info=error)
            return
        if self.status.reason is None:
            store_activity(session, now)
            self.know(status_of(session, self._timeouts))
