"""The pages of the tests' own site, and the middleware that only it has.

Each answer names the process that gave it (``X-Worker``). ``?ms=`` lets a view take its time
after it has read the session; ``?key=name&value=text`` lets it write a key of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, cast

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.auth import SESSION_KEY, alogin, alogout, get_user_model, login, logout
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.decorators import sync_and_async_middleware
from django.views.decorators.csrf import csrf_exempt

from session_security.decorators import passive
from session_security.sessions import times
from session_security.sessions.activity import engine_of
from session_security.utils import set_last_activity

GetResponse = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def signed(get_response: GetResponse) -> Callable[[HttpRequest], Any]:
    """Middleware: each answer says which process gave it."""

    def sign(response: HttpResponse) -> HttpResponse:
        response.headers["X-Worker"] = str(os.getpid())
        return response

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponse:
            return sign(await get_response(request))

        return answer_async

    def answer(request: HttpRequest) -> HttpResponse:
        return sign(get_response(request))

    return answer


@sync_and_async_middleware
def slowly_judged(get_response: GetResponse) -> Callable[[HttpRequest], Any]:
    """Middleware: with ``X-Pause`` it waits so many ms between reading the session and ours."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponse:
            if pause := request.headers.get("X-Pause"):
                await request.session.aget(SESSION_KEY)
                await asyncio.sleep(float(pause) / 1000)
            response: HttpResponse = await get_response(request)
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponse:
        if pause := request.headers.get("X-Pause"):
            request.session.get(SESSION_KEY)
            time.sleep(float(pause) / 1000)
        response: HttpResponse = get_response(request)
        return response

    return answer


class NaiveMiddleware:
    """What the tests have to catch: it writes each act into ``request.session``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the time before the view, as 2.x did."""
        if SESSION_KEY in request.session and "passive" not in request.path:
            idle = float(request.POST.get("idleFor", "0"))
            request.session[times.LAST_ACTIVITY] = _times(idle)[times.LAST_ACTIVITY]
        return self.get_response(request)


def alive(request: HttpRequest) -> HttpResponse:
    """Answer without session, user or store."""
    return HttpResponse("alive")


def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in ``?user=`` (alice), without a password; ``?ago=`` seconds ago, if that is given."""
    name = request.GET.get("user", "alice")
    request.session.get(SESSION_KEY)  # as most sites do before the view, and so does our middleware
    _pause(request)
    login(request, get_user_model().objects.get(username=name))
    if ago := float(request.GET.get("ago", "0")):
        request.session.update(_times(ago))
    return _done(request)


def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    _pause(request)
    logout(request)
    return _done(request)


def rotate(request: HttpRequest) -> HttpResponse:
    """Give the session another key, as a change of the password does."""
    _pause(request)
    request.session.cycle_key()
    return _done(request)


def whoami(request: HttpRequest) -> JsonResponse:
    """Say who is signed in by this cookie, as the whole of the site sees it; null for nobody."""
    return JsonResponse({"user": request.user.get_username() or None})


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show a page to whoever is signed in."""
    _pause(request)
    return _done(request)


@login_required
def form(request: HttpRequest) -> HttpResponse:
    """Take a form from whoever is signed in."""
    return _done(request)


@login_required
def ticks(request: HttpRequest) -> StreamingHttpResponse:
    """Tell whoever is signed in the time, ten times a second, for ever."""

    def tell() -> Iterator[str]:
        while True:
            yield f"data: {time.time()}\n\n"
            time.sleep(0.1)

    return StreamingHttpResponse(tell(), content_type="text/event-stream")


def write(request: HttpRequest) -> HttpResponse:
    """Write ``key`` into the session, after it was read and ``ms`` have passed."""
    request.session.get(SESSION_KEY)
    _pause(request)
    request.session[request.GET["key"]] = request.GET["value"]
    return _done(request)


@passive
def passive_write(request: HttpRequest) -> HttpResponse:
    """Write as :func:`write` does; it is no act."""
    return write(request)


async def asign_in(request: HttpRequest) -> HttpResponse:
    """As :func:`sign_in`, and so on: coroutines, for uvicorn."""
    name = request.GET.get("user", "alice")
    await request.session.aget(SESSION_KEY)
    await _apause(request)
    await alogin(request, await get_user_model().objects.aget(username=name))
    if ago := float(request.GET.get("ago", "0")):
        await request.session.aupdate(_times(ago))
    return _done(request)


async def asign_out(request: HttpRequest) -> HttpResponse:
    await _apause(request)
    await alogout(request)
    return _done(request)


async def arotate(request: HttpRequest) -> HttpResponse:
    await _apause(request)
    await request.session.acycle_key()
    return _done(request)


@login_required
async def apage(request: HttpRequest) -> HttpResponse:
    await _apause(request)
    return _done(request)


@login_required
async def aticks(request: HttpRequest) -> StreamingHttpResponse:
    async def tell() -> AsyncIterator[str]:
        while True:
            yield f"data: {time.time()}\n\n"
            await asyncio.sleep(0.1)

    return StreamingHttpResponse(tell(), content_type="text/event-stream")


async def awrite(request: HttpRequest) -> HttpResponse:
    await request.session.aget(SESSION_KEY)
    await _apause(request)
    await request.session.aset(request.GET["key"], request.GET["value"])
    return _done(request)


@passive
async def apassive_write(request: HttpRequest) -> HttpResponse:
    return await awrite(request)


@csrf_exempt
def store(request: HttpRequest) -> JsonResponse:
    """Look into the session ``?session=`` in the store itself; with POST, change it then.

    It is asked without a cookie. Answers with ``user`` (its name), ``last`` (seconds since 1970)
    and ``keys`` (the site's own), or with nothing but nulls if there is no such session.
    ``ago`` sets the last activity that many seconds back; any other field is written as it is.
    With ``?row``, the engine cached_db is asked for what its table holds.
    """
    engine = "django.contrib.sessions.backends.db" if "row" in request.GET else None
    session = _open(request.GET["session"], engine)
    found = _state(session)
    if request.method == "POST":
        changes = json.loads(request.body)
        if (ago := changes.pop("ago", None)) is not None:
            changes |= _times(ago)
        session.update(changes)
        engine_of(session).save(session)
    return JsonResponse(found)


def fill(request: HttpRequest) -> JsonResponse:
    """Add ``?rows=`` sessions of nobody to the session table; answer with how many it has."""
    blob = _open(None).encode({"filler": "x" * 100})
    end = datetime.fromtimestamp(time.time() + 86_400, UTC)
    for first in range(0, int(request.GET["rows"]), 10_000):
        keys = range(first, min(first + 10_000, int(request.GET["rows"])))
        Session.objects.bulk_create(
            Session(session_key=f"filler{key:026d}", session_data=blob, expire_date=end)
            for key in keys
        )
    return JsonResponse({"rows": Session.objects.count()})


def _pause(request: HttpRequest) -> None:
    if ms := float(request.GET.get("ms", "0")):
        time.sleep(ms / 1000)


async def _apause(request: HttpRequest) -> None:
    if ms := float(request.GET.get("ms", "0")):
        await asyncio.sleep(ms / 1000)


def _times(ago: float) -> dict[str, str]:
    """The times of a session in which nobody has acted since."""
    moment = datetime.fromtimestamp(time.time() - ago, UTC)
    data: dict[str, str] = {}
    set_last_activity(cast(SessionBase, data), moment)
    times.set_started(data, moment)
    return data


def _done(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


def _open(key: str | None, engine: str | None = None) -> SessionBase:
    return cast(SessionBase, import_module(engine or settings.SESSION_ENGINE).SessionStore(key))


def _state(session: SessionBase) -> dict[str, Any]:
    last, user = session.get(times.LAST_ACTIVITY), session.get(SESSION_KEY)
    return {
        "user": user and get_user_model().objects.get(pk=user).get_username(),
        "last": last and datetime.fromisoformat(last).timestamp(),
        "keys": {name: value for name, value in session.items() if not name.startswith("_")},
    }
