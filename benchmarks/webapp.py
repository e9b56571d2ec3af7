"""The pages that are measured; they are the same for every variant."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path

from benchmarks.settings import BARE, VARIANT

# Both sides of a race meet here: the page has read the session, the other view has written.
page_has_read = threading.Event()
other_has_written = threading.Event()


ACCOUNTS = [(f"Account {number}", number * 100) for number in range(10)]


def page(request: HttpRequest, user: object, with_client: bool = False) -> HttpResponse:
    """Render a small page, without a query of its own."""
    values = {"user": user, "accounts": ACCOUNTS, "with_client": with_client}
    return render(request, "page.html", values)


@login_required
def private(request: HttpRequest) -> HttpResponse:
    """The page that most is measured by."""
    return page(request, request.user)


@login_required
async def private_async(request: HttpRequest) -> HttpResponse:
    """The same as a coroutine."""
    return page(request, await request.auser())


PARTS = 10_000


@login_required
def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Many small parts."""
    return StreamingHttpResponse(b"data: a small part\n\n" for _ in range(PARTS))


@login_required
async def stream_async(request: HttpRequest) -> StreamingHttpResponse:
    """The same, made by a coroutine."""

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(PARTS):
            yield b"data: a small part\n\n"

    return StreamingHttpResponse(parts())


@login_required
def with_client(request: HttpRequest) -> HttpResponse:
    """The same with the client in it, for browsers."""
    return page(request, request.user, with_client=True)


def public(request: HttpRequest) -> HttpResponse:
    """As little as can be answered, so that all that is added shows; neither session nor user."""
    return HttpResponse("Hello")


@login_required
def overtaken(request: HttpRequest) -> HttpResponse:
    """A page that has read the session, and is still at work while another view writes to it."""
    page_has_read.set()
    other_has_written.wait(10)
    return HttpResponse("done")


def write(request: HttpRequest) -> HttpResponse:
    """A view that keeps something in the session under a key of its own."""
    request.session["draft"] = request.GET["draft"]
    return HttpResponse("written")


urlpatterns: list[URLPattern | URLResolver] = [
    path("private/", private, name="private"),
    path("private-async/", private_async),
    path("stream/", stream),
    path("stream-async/", stream_async),
    path("public/", public, name="public"),
    path("with-client/", with_client),
    path("overtaken/", overtaken),
    path("write/", write),
]
if VARIANT != BARE:
    urlpatterns.append(path("session_security/", include("session_security.urls")))
