"""Views that stream, and what stands still while they do."""

from collections.abc import AsyncIterator, Callable, Iterator
from io import BytesIO
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth import get_user_model, login
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.urls import path

from session_security.decorators import passive, uninterrupted

from .urls import urlpatterns as plain

Source = Callable[[], Iterator[str]]


class Script:
    """What the views below stream; the code between the parts is the test's."""

    def __init__(self) -> None:
        self.source: Source = lambda: iter(())
        self.is_closed = False
        self.awaits = True  # whether the iterator is of the kind that the server expects


script = Script()


def parts() -> Iterator[str]:
    """A generator that tells when it is closed."""
    try:
        yield from script.source()
    finally:
        script.is_closed = True


async def aparts() -> AsyncIterator[str]:
    """The same; the code of the test runs where it may use the database and another client."""
    iterator = script.source()

    def read() -> str | None:
        return next(iterator, None)

    try:
        while (part := await sync_to_async(read)()) is not None:
            yield part
    finally:
        script.is_closed = True


def stream(request: HttpRequest) -> StreamingHttpResponse:
    is_async = isinstance(request, ASGIRequest) is script.awaits
    return StreamingHttpResponse(
        aparts() if is_async else parts(), content_type="text/event-stream"
    )


def sign_in_and_stream(request: HttpRequest) -> StreamingHttpResponse:
    login(request, get_user_model().objects.get(username="alice"))
    return stream(request)


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(BytesIO(b"x" * 200_000), filename="report.txt")


@passive
def stream_passively(request: HttpRequest) -> StreamingHttpResponse:
    return stream(request)


@uninterrupted
def stream_to_the_end(request: HttpRequest) -> StreamingHttpResponse:
    return stream(request)


@uninterrupted
def file_to_the_end(request: HttpRequest) -> FileResponse:
    return file(request)


urlpatterns = [
    *plain,
    path("stream/", stream),
    path("passive/stream/", stream_passively),
    path("uninterrupted/stream/", stream_to_the_end),
    path("login/stream/", sign_in_and_stream),
    path("file/", file),
    path("uninterrupted/file/", file_to_the_end),
]


def received(response: Any) -> list[str]:
    """Read a streamed response to its end."""

    async def collect() -> list[str]:
        return [part.decode() async for part in response.streaming_content]

    if response.is_async:
        return async_to_sync(collect)()
    return [part.decode() for part in response.streaming_content]
