"""The site for uvicorn, with answers that are ``SITE_DELAY`` seconds on their way.

All answers to pings, and those to every fourth page. The request is over before the answer sets
out, so that it holds no thread and no connection meanwhile; ``X-Made`` says when it was made.
"""

import asyncio
import os
import time
from itertools import count
from typing import Any

from . import application

site: Any = application.asgi
DELAY = float(os.environ["SITE_DELAY"])
pages = count(1)


async def asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer late."""
    path = scope["path"]
    if "/ping/" not in path and (path != "/page/" or next(pages) % 4):
        await site(scope, receive, send)
        return
    messages: list[dict[str, Any]] = []

    async def keep(message: dict[str, Any]) -> None:
        messages.append(message)

    await site(scope, receive, keep)
    messages[0]["headers"] = [*messages[0]["headers"], (b"x-made", str(time.time()).encode())]
    await asyncio.sleep(DELAY)
    for message in messages:
        await send(message)
