"""The pages that are measured; they are the same for every variant."""

from __future__ import annotations

import threading

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path

from benchmarks.settings import BARE

# Both sides of a race meet here: the page has read the session, the other view has written.
page_has_read = threading.Event()
other_has_written = threading.Event()


@login_required
def private(request: HttpRequest) -> HttpResponse:
    """The page that is measured: as little work as a page for one user can do."""
    return HttpResponse(f"Hello {request.user}")


@login_required
async def private_async(request: HttpRequest) -> HttpResponse:
    """The same as a coroutine."""
    return HttpResponse(f"Hello {await request.auser()}")


def public(request: HttpRequest) -> HttpResponse:
    """A page that touches neither the session nor the user."""
    return HttpResponse("Hello")


@login_required
def with_client(request: HttpRequest) -> HttpResponse:
    """A page with the client in it, as browsers get it."""
    return render(request, "page.html")


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
    path("private/", private),
    path("private-async/", private_async),
    path("public/", public),
    path("with-client/", with_client),
    path("overtaken/", overtaken),
    path("write/", write),
]
if settings.VARIANT != BARE:
    urlpatterns.append(path("session_security/", include("session_security.urls")))
