"""The sockets of the tests' own site: one application of Channels, and one of nobody's.

Both tell the time ten times a second; that of Channels by way of its layer.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from session_security.asgi import SessionSecurityMiddleware

LOOK_EVERY = 1.0  # seconds


class Ticker(AsyncWebsocketConsumer):  # type: ignore[misc]
    """For whoever is signed in."""

    ticking: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Begin."""
        if not self.scope["user"].is_authenticated:
            await self.close()
            return
        await self.accept()
        self.ticking = asyncio.create_task(self.tick_on())

    async def tick_on(self) -> None:
        """Tick, through the layer."""
        while True:
            await self.channel_layer.send(self.channel_name, {"type": "tick"})
            await asyncio.sleep(0.1)

    async def tick(self, event: object) -> None:
        """Tell the time."""
        await self.send(str(time.time()))

    async def disconnect(self, code: int) -> None:
        """End."""
        if self.ticking:
            self.ticking.cancel()


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The same without any library."""
    await receive()
    if scope["session_security"].reason:
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept"})

    async def tick_on() -> None:
        while True:
            await send({"type": "websocket.send", "text": str(time.time())})
            await asyncio.sleep(0.1)

    ticking = asyncio.create_task(tick_on())
    while (await receive())["type"] != "websocket.disconnect":
        pass
    ticking.cancel()
    with suppress(asyncio.CancelledError, OSError):
        await ticking


def with_sockets(django: Any) -> Any:
    """What serves both, and HTTP."""
    get_channel_layer()  # imported now, rather than when somebody waits
    of_channels = AuthMiddlewareStack(
        SessionSecurityMiddleware(
            URLRouter([path("ws/channels/", Ticker.as_asgi())]), look_every=LOOK_EVERY
        )
    )
    of_nobody = SessionSecurityMiddleware(bare, look_every=LOOK_EVERY)

    async def sockets(scope: Any, receive: Any, send: Any) -> None:
        chosen = of_channels if scope["path"].startswith("/ws/channels/") else of_nobody
        await chosen(scope, receive, send)

    return ProtocolTypeRouter({"http": django, "websocket": sockets})
