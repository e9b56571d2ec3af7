"""The site of the model: the example's, with a view that writes, and a witness of all requests."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from session_security.decorators import passive

slow = threading.Event()  # lets the slow request of the schedule end


@passive
def note(request: HttpRequest) -> HttpResponse:
    """Write into the session what belongs to the site, at once or at last."""
    if not request.user.is_authenticated:
        return JsonResponse({"detail": "Nobody is signed in."}, status=401)
    notes = request.session.get("notes", [])
    if "slow" in request.GET:
        slow.wait(30)
    request.session["notes"] = [*notes, request.GET["text"]]
    return JsonResponse({})


urlpatterns = [path("note/", note), path("", include("example.urls"))]


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
