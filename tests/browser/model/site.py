"""The site of the model: the example's, with a view that writes, and a witness of all requests."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import include, path

from example.forms import OrderForm
from session_security.decorators import passive
from tests.browser.model.connections import Stream

PATIENCE = 300.0  # seconds of the real clock; a busy machine takes long for a schedule
gate = threading.Event()  # lets the long form be saved
gate.set()
slow = threading.Event()  # lets the slow request of the schedule end


@passive
def note(request: HttpRequest) -> HttpResponse:
    """Write into the session what belongs to the site, at once or at last."""
    if not request.user.is_authenticated:
        return JsonResponse({"detail": "Nobody is signed in."}, status=401)
    notes = request.session.get("notes", [])
    if "slow" in request.GET:
        slow.wait(PATIENCE)
    request.session["notes"] = [*notes, request.GET["text"]]
    return JsonResponse({})


@login_required
def form(request: HttpRequest) -> HttpResponse:
    """Take the long form of the example, in which all is filled in but the symptoms."""
    order_form = OrderForm(request.POST or None, request.FILES or None, initial=FILLED_IN)
    if request.method == "POST" and order_form.is_valid():
        gate.wait(PATIENCE)
        return redirect("saved", order_form.save().pk)
    return render(request, "example/form.html", {"form": order_form})


@login_required
def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Say what there is to say, as long as the session lives."""
    assert Stream.current
    return StreamingHttpResponse(Stream.current.parts(), content_type="text/event-stream")


FILLED_IN = {
    "patient": "P-204817",
    "ward": "surgery",
    "sample": "blood",
    "collected_on": "2030-01-15",
}

urlpatterns = [
    path("note/", note),
    path("form/", form, name="form"),
    path("stream/", stream),
    path("", include("example.urls")),
]


@dataclass
class Served:
    """One request, as the views saw it."""

    at: datetime
    browser: str
    path: str
    user: str
    session: str | None
    navigation: bool
    body: str
    kept: int
    status: int = 0

    def __str__(self) -> str:
        what = "page" if self.navigation else "request"
        return f"{what} {self.path} by {self.browser} {self.user}: {self.status} {self.body}"


class Witness:
    """A middleware behind all others, which notes who is served."""

    log: ClassVar[list[Served]] = []

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        served = Served(
            at=datetime.now(UTC),
            browser=request.headers.get("X-Browser", "ours"),
            path=request.path,
            user=request.user.get_username(),
            session=request.session.session_key,
            # What is held up on its way loses these headers.
            navigation=request.headers.get("Sec-Fetch-Dest", "document") == "document"
            and "X-Asked" not in request.headers,
            body=request.body.decode(errors="replace"),
            kept=int(request.headers.get("X-Kept", 0)),
        )
        self.log.append(served)
        response = self.get_response(request)
        served.status = response.status_code
        return response
