"""A stream and a WebSocket that scripts of the page have opened, and the time that passes for them.

The stream is read over HTTP; the socket is one of this process, as an ASGI server would hold it. At
each moment both have something to say, and nobody looks before all that follows has happened.
"""

from __future__ import annotations

import asyncio
import threading
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

from session_security import asgi, watch
from tests.browser.model.limits import EXPIRE_AFTER, ROUNDING
from tests.browser.model.truth import Broken, State, Truth

PATIENCE = 300.0  # seconds of the real clock, for what happens at once
LOOK_EVERY = 30.0  # after which a socket must know of a sign-out
TURNS = 5  # of the event loop, after which nothing follows by itself


class Time:
    """The clock of the server, and who sleeps by it until somebody lets them go on."""

    def __init__(self) -> None:
        self.now = 0.0


time = Time()


class Connection:
    """What was received, and what the truth says of the session under which that is."""

    name = ""
    bound = 0.0  # seconds after an end before the deadline, in which it may go on

    def __init__(self, ours: Truth) -> None:
        self.signed_in = ours.signed_in
        self.deadline, self.ended = ours.latest + EXPIRE_AFTER, float("inf")
        self.received = 0

    @property
    def is_over(self) -> bool:
        raise NotImplementedError

    def say(self) -> None:
        """Have the server say something; return when it has come, was held back, or never will."""
        raise NotImplementedError

    def stop(self) -> None:
        """The page closes it."""
        raise NotImplementedError

    def look(self, ours: Truth, now: float) -> None:
        """``Broken`` if it went on too long, or not long enough."""
        is_same = ours.signed_in == self.signed_in and ours.state is not State.OUT
        if is_same:
            self.deadline = ours.latest + EXPIRE_AFTER
        else:
            self.ended = min(self.ended, now)
        before = self.received
        self.say()
        has_come = self.received > before
        if has_come and now > min(self.deadline, self.ended + self.bound) + ROUNDING:
            raise Broken(f"The {self.name} went on {now - self.deadline:g} s after its deadline.")
        if is_same and ours.state is State.IN and not has_come:
            raise Broken(f"The {self.name} was closed or held, though {ours.user} is signed in.")


class Stream(Connection):
    """A response that goes on and on; one at a time."""

    name = "stream"
    bound = EXPIRE_AFTER  # it is looked at when the deadline comes that was known last

    current: Stream | None = None  # for the view

    def __init__(self, ours: Truth, url: str, session: str | None) -> None:
        super().__init__(ours)
        self.request = urllib.request.Request(f"{url}/stream/")
        self.request.add_header("Cookie", f"sessionid={session}")
        self.request.add_header("Sec-Fetch-Dest", "empty")
        self.changed = threading.Condition()
        self.released = 0  # parts that may be sent
        self.is_waiting = self.is_closed = self.is_stopped = self.is_read = False
        self.wakes: float | None = None  # held back until then
        Stream.current = self
        self.thread = threading.Thread(target=self._read)
        self.thread.start()
        self._await(lambda: self.is_waiting)

    def _await(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            if not self.changed.wait_for(condition, PATIENCE):
                raise TimeoutError(f"Nothing happens to the {self.name}.")

    def _change(self, **values: object) -> None:
        with self.changed:
            vars(self).update(values)
            self.changed.notify_all()

    def _read(self) -> None:
        with (
            suppress(OSError),
            urllib.request.urlopen(self.request, timeout=PATIENCE * 10) as lines,
        ):
            for _ in lines:
                self._change(received=self.received + 1)
        self._change(is_read=True)

    def parts(self) -> Iterator[str]:
        """For the view."""
        try:
            for number in range(1, 1_000_000):
                self._change(is_waiting=True)
                with self.changed:
                    self.changed.wait_for(lambda: self.is_stopped or self.released >= number)  # noqa: B023
                if self.is_stopped:
                    return
                self._change(is_waiting=False)
                yield f"{number}\n"
        finally:
            self._change(is_closed=True)

    def sleep(self, seconds: float) -> None:
        """Stands for ``time.sleep`` in the thread of the server."""
        self._change(wakes=time.now + seconds)
        with self.changed:
            self.changed.wait_for(lambda: self.is_stopped or self.wakes is None)

    @property
    def is_over(self) -> bool:
        return self.is_closed

    def say(self) -> None:
        if self.wakes is not None:
            if time.now < self.wakes:
                return
            self._change(wakes=None)
        elif not self.is_over:
            self._change(released=self.released + 1, is_waiting=False)
        self._await(lambda: self.is_waiting or self.is_closed or self.wakes is not None)
        if self.is_waiting and not self.is_closed:
            self._await(lambda: self.received == self.released or self.is_read)

    def stop(self) -> None:
        self._change(is_stopped=True, wakes=None)
        self.thread.join(PATIENCE)


class Socket(Connection):
    """A WebSocket under the app's middleware, in an event loop of its own."""

    name = "socket"
    bound = LOOK_EVERY

    current: Socket | None = None

    def __init__(self, ours: Truth, session: str | None) -> None:
        super().__init__(ours)
        self.busy = 0  # in threads
        self.sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self.is_accepted = self.is_closed = False
        self.headers = [(b"host", b"localhost"), (b"cookie", f"sessionid={session}".encode())]
        Socket.current = self
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self._run(self._open())
        if not self.is_accepted or self.is_closed:
            raise Broken(f"{ours.user} can't open a socket.")

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    async def _open(self) -> None:
        self.arriving: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.ticks: asyncio.Queue[str] = asyncio.Queue()
        self.arriving.put_nowait({"type": "websocket.connect"})
        scope = {"type": "websocket", "path": "/ws/", "headers": self.headers}
        application = asgi.SessionSecurityMiddleware(self._serve, look_every=LOOK_EVERY)
        self.task = asyncio.create_task(application(scope, self.arriving.get, self._sent))
        await self._settle()

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        """The site's own application."""
        await receive()
        await send({"type": "websocket.accept"})
        telling = asyncio.create_task(self._tell(send))
        while (await receive())["type"] != "websocket.disconnect":
            pass
        telling.cancel()

    async def _tell(self, send: Any) -> None:
        while True:
            await send({"type": "websocket.send", "text": await self.ticks.get()})

    async def _sent(self, message: Any) -> None:
        self.is_accepted |= message["type"] == "websocket.accept"
        self.is_closed |= message["type"] == "websocket.close"
        self.received += message["type"] == "websocket.send"

    async def _settle(self) -> None:
        """Nothing goes on but by time."""
        calm = 0
        while calm < TURNS:
            await asyncio.sleep(0.001 if self.busy else 0)
            calm = 0 if self.busy else calm + 1

    async def asleep(self, seconds: float) -> None:
        """Stands for ``asyncio.sleep``."""
        sleeper = (time.now + seconds, asyncio.get_running_loop().create_future())
        self.sleepers.append(sleeper)
        try:
            await sleeper[1]
        finally:
            self.sleepers.remove(sleeper)

    async def _say(self) -> None:
        for _ in range(10):  # a look may be followed by a pause that is over, too
            due = [future for at, future in self.sleepers if at <= time.now]
            for future in due:
                future.set_result(None)
            await self._settle()
            if not due:
                break
        if not self.is_closed and self.ticks.empty():
            self.ticks.put_nowait("tick")
            await self._settle()

    @property
    def is_over(self) -> bool:
        return self.is_closed

    def say(self) -> None:
        self._run(self._say())

    def stop(self) -> None:
        async def leave() -> None:
            self.arriving.put_nowait({"type": "websocket.disconnect", "code": 1001})
            await self._settle()
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

        self._run(leave())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        self.loop.close()


def sleep(seconds: float) -> None:
    assert Stream.current
    Stream.current.sleep(seconds)


async def asleep(seconds: float) -> None:
    assert Socket.current
    await Socket.current.asleep(seconds)


def in_thread(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """As that of the app, and the socket knows of it."""
    inner = _in_thread(function)

    async def run(*args: object) -> Any:
        assert Socket.current
        Socket.current.busy += 1
        try:
            return await inner(*args)
        finally:
            Socket.current.busy -= 1

    return run


_in_thread = asgi.in_thread


def follow_the_model(patch: Any) -> None:
    """From now on, streams and sockets go by the model's clock."""
    patch.setattr(watch, "clock", lambda: time.now)
    patch.setattr(watch, "sleep", sleep)
    patch.setattr(watch, "asleep", asleep)
    patch.setattr(asgi, "in_thread", in_thread)
