"""Streamed answers to a signed-in user: nothing of them is sent after the end of the session."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.http import FileResponse, HttpRequest, StreamingHttpResponse

from . import _django
from . import watch as watches
from .requests import UNINTERRUPTED
from .watch import Watch

# Django's block under WSGI (4 KiB) is made for servers that send the file by themselves.
BLOCK = 65_536  # bytes


def guard(
    request: HttpRequest, response: StreamingHttpResponse, watch: Watch, is_async: bool
) -> None:
    """Let the response be sent only as long as its session lives, unless its view is marked.

    A file is read by Django then: what a server sends by itself, nobody can stop.
    """
    if getattr(request.resolver_match and request.resolver_match.func, UNINTERRUPTED, False):
        return
    parts: Any = _django.streamed_parts(response)
    if isinstance(response, FileResponse):
        response.block_size = max(response.block_size, BLOCK)
    if is_async:
        # Django reads what does not suit the server at once, and warns.
        parts = parts if response.is_async else aiter(StreamingHttpResponse(parts))
        response.streaming_content = _achecked(parts, watch)
    else:
        parts = _as_django_reads(parts) if response.is_async else parts
        response.streaming_content = _checked(parts, watch)


def _checked(parts: Iterator[Any], watch: Watch) -> Iterator[Any]:
    clock, end = watches.clock, watch.end  # looked up once: there can be many small parts
    for part in parts:
        if clock() >= end:
            watch.settle()
            if watch.status.reason:
                _close(parts)
                return
            end = watch.end
        yield part


async def _achecked(parts: AsyncIterator[Any], watch: Watch) -> AsyncIterator[Any]:
    clock, end = watches.clock, watch.end
    try:
        async for part in parts:
            if clock() >= end:
                await watch.asettle()
                if watch.status.reason:
                    return
                end = watch.end
            yield part
    finally:  # Django leaves it to the garbage collector
        if close := getattr(parts, "aclose", None):
            await close()


def _as_django_reads(parts: AsyncIterator[Any]) -> Iterator[Any]:
    yield from StreamingHttpResponse(parts)


def _close(parts: Iterator[Any]) -> None:
    """What is no generator need not have such a method."""
    if close := getattr(parts, "close", None):
        close()
