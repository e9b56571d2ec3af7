"""The session's cookie: that it lives on while its user acts, and that no late answer takes it."""

from datetime import datetime

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ..policy import SessionStatus
from . import times
from .activity import engine_of


def session_key(request: HttpRequest) -> str:
    """The key of the session; of the cookie, if whoever looked before us has found nothing."""
    return request.session.session_key or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def hide_from_caches(request: HttpRequest) -> None:
    """Out of the header, by which a cache further in would find the page of the signed-in user."""
    request.COOKIES  # noqa: B018  (read from the header only once; SessionMiddleware needs it)
    cookies = request.META.get("HTTP_COOKIE", "").split(";")
    name = settings.SESSION_COOKIE_NAME
    others = [cookie for cookie in cookies if cookie.split("=")[0].strip() != name]
    request.META["HTTP_COOKIE"] = ";".join(others)


def keep_in_browser(request: HttpRequest) -> None:
    """Let Django not delete it: by now the browser may have that of a newer session."""
    request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)


def is_renewal_due(session: SessionBase, status: SessionStatus) -> bool:
    """Whether the cookie is to be sent again, after the act that this request has stored.

    A persistent cookie must live on while its user is active. It is renewed with the first act
    in each quarter of its life (or sooner, if the idle timeout leaves less to spare), counted
    from the sign-in, so that nothing has to be kept about it.
    """
    before = status.last_activity
    held = times.last_activity(session)
    if not (held and before and before < held and (start := times.started(session))):
        return False
    try:
        if isinstance(session.get("_session_expiry"), str) or session.get_expire_at_browser_close():
            return False  # set_expiry() with a date, or with 0
        age = session.get_expiry_age()
        step = max(min(age / 4, age - status.timeouts.expire_after), status.timeouts.resolution)
        return _steps(start, held, step) > _steps(start, before, step)
    except (OverflowError, TypeError, ValueError):  # what is stored is no expiry
        return False


def renew(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Send the cookie again if its session is still there: the browser may have a newer one."""
    session, key = request.session, str(request.session.session_key)
    if is_stored(session, key):
        response.set_cookie(
            settings.SESSION_COOKIE_NAME,
            key,
            max_age=session.get_expiry_age(),
            domain=settings.SESSION_COOKIE_DOMAIN,
            path=settings.SESSION_COOKIE_PATH,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=settings.SESSION_COOKIE_HTTPONLY,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )
    return response


def is_stored(session: SessionBase, key: str) -> bool:
    """Whether the store still has the session; False if it can't say so."""
    try:
        return bool(engine_of(session).read(session, key))
    except Exception:
        return False


def _steps(start: datetime, moment: datetime, step: float) -> float:
    return (moment - start).total_seconds() // step
