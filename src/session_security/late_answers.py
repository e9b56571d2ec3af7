"""Answers to scripts whose request came after the end, each as its library understands it.

What was typed and not sent stays where it is, as far as the library allows: nothing that was sent
to change data is answered by a page that takes the place of the one it came from. (htmx loads the
page again; while something in it is unsaved, the app's script asks first.)
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _

from .conf import conf
from .policy import Reason
from .requests import expects_page, has_own_credentials, is_open_to_anonymous, local_address

_STREAM = "text/vnd.turbo-stream.html"


def explanation(reason: Reason | None) -> str:
    """Why somebody was signed out, in a sentence."""
    if reason is Reason.ABSOLUTE:
        return _("You were signed out because your session had reached its time limit.")
    return _("You were signed out because there was no activity.")


def late_answer(request: HttpRequest, reason: Reason) -> HttpResponse | None:
    """The answer to a request whose session has ended; None if it goes on as anonymous."""
    if expects_page(request) or has_own_credentials(request) or is_open_to_anonymous(request):
        return None
    answer_of = next((answer for name, answer in _LIBRARIES.items() if name in request.META), _data)
    response = answer_of(request, reason)
    response.headers["X-Session-Expired"] = str(reason)
    response.headers["Cache-Control"] = "no-store"
    return response


def late_ping(request: HttpRequest, reason: Reason) -> HttpResponse:
    """The answer to a page that asks when nobody is signed in, in the protocol that it speaks."""
    if request.method == "POST":
        response = expired(reason)
    else:
        response = HttpResponse('"logout"', content_type="application/json")
        response.headers["X-Session-Expired"] = str(reason)
    response.headers["Cache-Control"] = "no-store"
    return response


def expired(reason: Reason, **more: str) -> HttpResponse:
    """What a page hears that has asked by POST.

    In a header as well: there are proxies that put a page of theirs in the place of a 401.
    """
    state = {"state": "expired", "reason": reason, **more}
    return JsonResponse(state, status=401, headers={"X-Session-Expired": str(reason)})


def _data(request: HttpRequest, reason: Reason) -> HttpResponse:
    return JsonResponse({"detail": explanation(reason), "reason": reason}, status=401)


def _htmx(request: HttpRequest, reason: Reason) -> HttpResponse:
    """The page is loaded again (https://htmx.org/reference/#response_headers)."""
    response = _data(request, reason)
    response.headers["HX-Refresh"] = "true"
    return response


def _inertia(request: HttpRequest, reason: Reason) -> HttpResponse:
    """The page is loaded by the browser (https://inertiajs.com/the-protocol), or a dialog opens."""
    address = local_address(request)
    if request.method != "GET" or not address:
        return _page(request, reason)
    return HttpResponse(status=409, headers={"X-Inertia-Location": address})


def _unpoly(request: HttpRequest, reason: Reason) -> HttpResponse:
    """A layer opens above the page (https://unpoly.com/X-Up-Open-Layer)."""
    response = _page(request, reason)
    response.headers["X-Up-Open-Layer"] = '{"history": false}'
    return response


def _turbo_frame(request: HttpRequest, reason: Reason) -> HttpResponse:
    """A line takes the place of the frame's content, or stands above a form that was sent.

    https://turbo.hotwired.dev/handbook/frames, https://turbo.hotwired.dev/handbook/streams
    """
    line = format_html(
        '<p role="alert">{} <a href="{}" target="_blank">{}</a></p>',
        explanation(reason),
        conf.resume_path,
        _("Sign in again"),
    )
    frame = request.META["HTTP_TURBO_FRAME"]
    if request.method == "GET":
        return HttpResponse(
            format_html('<turbo-frame id="{}">{}</turbo-frame>', frame, line), status=401
        )
    if _STREAM not in request.META.get("HTTP_ACCEPT", ""):
        return _data(request, reason)
    body = format_html(
        '<turbo-stream action="before" target="{}"><template>{}</template></turbo-stream>',
        frame,
        line,
    )
    return HttpResponse(body, status=401, content_type=f"{_STREAM}; charset=utf-8")


def _page(request: HttpRequest, reason: Reason) -> HttpResponse:
    # No context processors: under ASGI this runs in the event loop.
    context = {
        "explanation": explanation(reason),
        "request": request,
        "resume_url": conf.resume_path,
    }
    return HttpResponse(render_to_string("session_security/late.html", context), status=401)


_LIBRARIES: dict[str, Callable[[HttpRequest, Reason], HttpResponse]] = {
    "HTTP_X_INERTIA": _inertia,
    "HTTP_X_UP_VERSION": _unpoly,
    "HTTP_TURBO_FRAME": _turbo_frame,
    "HTTP_HX_REQUEST": _htmx,
}
