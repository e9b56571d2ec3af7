"""A browser's side of WebSockets in this process, and the time that passes for them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

from time_machine import Traveller

PATIENCE = 10.0  # seconds of the real clock for what happens at once


async def until(condition: Callable[[], object]) -> None:
    """Let everything else go on until the condition holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  (of others, who know of no event)
            await asyncio.sleep(0.001)


def now() -> float:
    return datetime.now(UTC).timestamp()


class Time:
    """A clock that is moved by hand, and whoever sleeps by it."""

    def __init__(self, clock: Traveller) -> None:
        self.clock = clock
        self.behind = 0.0  # how far it was set back
        self.sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self.slept: list[float] = []

    def elapsed(self) -> float:
        """A clock that nobody sets."""
        return now() + self.behind

    def set_back(self, seconds: float) -> None:
        self.clock.shift(-seconds)
        self.behind += seconds

    async def asleep(self, seconds: float) -> None:
        """Stands for ``asyncio.sleep``."""
        sleeper = (self.elapsed() + seconds, asyncio.get_running_loop().create_future())
        self.sleepers.append(sleeper)
        self.slept.append(seconds)
        try:
            await sleeper[1]
        finally:
            if sleeper in self.sleepers:
                self.sleepers.remove(sleeper)

    async def go_by(self, seconds: float, *sockets: "Socket") -> None:
        """Let time pass; each of the sockets has done its work then, and sleeps or is over."""
        end = self.elapsed() + seconds
        while due := [sleeper for sleeper in self.sleepers if sleeper[0] <= end]:
            first = min(due, key=lambda sleeper: sleeper[0])
            self.clock.shift(max(0.0, first[0] - self.elapsed()))
            self.sleepers.remove(first)
            first[1].set_result(None)
            await self.settle(*sockets)
        self.clock.shift(end - self.elapsed())

    async def settle(self, *sockets: "Socket") -> None:
        await until(lambda: len(self.sleepers) >= sum(not socket.is_over for socket in sockets))


class Socket:
    """One socket that a page has opened; ``sent`` is what came of it."""

    def __init__(self, application: Any, key: str = "", **scope: Any) -> None:
        self.application = application
        cookie = [(b"cookie", f"sessionid={key}".encode())] if key else []
        self.scope: dict[str, Any] = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": "/ws/",
            "query_string": b"",
            "headers": [(b"host", b"testserver"), *cookie],
            "server": ("testserver", 80),
            "subprotocols": [],
            **scope,
        }
        self.arriving: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.task: asyncio.Task[None] | None = None

    async def _send(self, message: Any) -> None:
        self.sent.append(dict(message))

    def start(self) -> Self:
        """Send the handshake."""
        self.arriving.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(self.application(self.scope, self.arriving.get, self._send))
        return self

    async def open(self) -> Self:
        """Send the handshake, and wait for the answer."""
        self.start()
        await until(lambda: self.sent or (self.task and self.task.done()))
        return self

    def say(self, text: str) -> None:
        self.arriving.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self.arriving.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def echo(self, text: str) -> None:
        """Say something, and hear it."""
        self.say(text)
        await until(lambda: text in self.heard)

    async def end(self) -> None:
        """Wait until the application has ended; raises what it raises."""
        assert self.task
        async with asyncio.timeout(PATIENCE):
            await self.task

    @property
    def heard(self) -> list[str]:
        """The messages that came."""
        return [message["text"] for message in self.sent if message["type"] == "websocket.send"]

    @property
    def closed(self) -> tuple[int, str] | None:
        """With what the socket was closed."""
        closes = [message for message in self.sent if message["type"] == "websocket.close"]
        assert len(closes) < 2
        return (closes[0].get("code", 1000), closes[0].get("reason", "")) if closes else None

    @property
    def is_over(self) -> bool:
        """Whether anything can still happen."""
        return self.closed is not None or (self.task is not None and self.task.done())


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """An application that says what it hears, and then what it was told last."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})
    scope["last"].append(message)
