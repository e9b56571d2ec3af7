"""Sign out whoever has walked away; note the time of whoever has not.

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "session_security.middleware.SessionSecurityMiddleware",
]
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, alogout, logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage import default_storage
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject

from . import activity, requests
from .conf import SecuredRequest, conf
from .late_answers import explanation, late_answer
from .late_posts.handling import carry_over_logout, finish_response, is_arriving, receive
from .policy import Reason, Timeouts, Verdict, judge
from .signals import session_expired

logger = logging.getLogger("session_security")

HOOKS = ("is_authenticated", "get_expire_seconds", "is_passive_request", "do_logout")

ENDED = (Reason.IDLE, Reason.ABSOLUTE)

# What Django raises for a stored id that no user can have.
NOBODY = (TypeError, ValueError, ValidationError)

_EXPLAINED = "_session_security_explained"


class SessionSecurityMiddleware:
    """Read, judge, then end the session, or serve the request and merge its time.

    Subclasses may override :meth:`is_authenticated`, :meth:`get_expire_seconds`,
    :meth:`is_passive_request` and :meth:`do_logout`. These are plain functions; under ASGI an
    overridden one runs in a thread, so it may use the database.
    """

    sync_capable = True
    async_capable = True

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]
    ) -> None:
        self.get_response: Callable[[HttpRequest], Any] = get_response
        self._is_async = iscoroutinefunction(get_response)
        self._overridden = frozenset(
            hook
            for hook in HOOKS
            if getattr(type(self), hook) is not getattr(SessionSecurityMiddleware, hook)
        )
        if self._is_async:
            markcoroutinefunction(self)
            if type(self).process_view is SessionSecurityMiddleware.process_view:
                # Django takes any other function to a thread and back.
                self.process_view = self._aprocess_view  # type: ignore[assignment,method-assign]

    # The hooks

    def is_authenticated(self, request: HttpRequest) -> bool:
        """Whether the session has a user. It looks without a database query for the user."""
        return SESSION_KEY in request.session

    def get_expire_seconds(self, request: HttpRequest) -> float:
        """The idle timeout of this request, in seconds."""
        return conf.timeouts_for(request).expire_after

    def is_passive_request(self, request: HttpRequest) -> bool:
        """Whether the request, by now resolved, is no human act and so extends nothing."""
        return requests.is_passive(request)

    def do_logout(self, request: HttpRequest) -> None:
        """Sign the user out."""
        logout(request)

    # The request, sync and async

    def __call__(self, request: SecuredRequest) -> Any:
        if self._is_async:
            return self._acall(request)
        key, before = _key(request), None
        try:
            before = self._enter(request, key)
        except activity.StoreUnavailable as error:
            self._shut(request, key, error)
        response = self._refuse(request) or self.get_response(request)
        if self._view_was_skipped(request, response):
            self.process_view(request)
        return self._leave(request, response, before)

    async def _acall(self, request: SecuredRequest) -> HttpResponseBase:
        key, before = _key(request), None
        try:
            before = await self._aenter(request, key)
        except activity.StoreUnavailable as error:
            self._shut(request, key, error)
        response = self._refuse(request) or await self.get_response(request)
        if self._view_was_skipped(request, response):
            await self._aprocess_view(request)
        return self._leave(request, response, before)

    def _enter(self, request: SecuredRequest, key: str) -> datetime | None:
        """Judge, and end what is over; return the last act as it was stored until now."""
        session, looked = request.session, (request.session.accessed, request.session.modified)
        if key:
            activity.load(session, key)
        if session.session_key is None or not self.is_authenticated(request):
            self._anonymous(request, looked)
            return None
        before = activity.last(session)
        verdict = self._judge(request, before, self._timeouts(request))
        if verdict.reason:
            with activity.reached():
                try:
                    user = request.user
                    user.is_authenticated  # noqa: B018  (lazy: fetched while it can be)
                except NOBODY:
                    user = _hide_user(request)
                with carry_over_logout(request):
                    self.do_logout(request)
            session_expired.send_robust(**self._end(request, verdict, user))
        return before

    async def _aenter(self, request: SecuredRequest, key: str) -> datetime | None:
        session, looked = request.session, (request.session.accessed, request.session.modified)
        if key:
            await activity.aload(session, key)
        if session.session_key is None or not await self._ais_authenticated(request):
            self._anonymous(request, looked)
            return None
        before = activity.last(session)
        verdict = self._judge(request, before, await self._atimeouts(request))
        if verdict.reason:
            with activity.reached():
                try:
                    user = await request.auser()
                except NOBODY:
                    user = _hide_user(request)
                with carry_over_logout(request):
                    await self._ado_logout(request)
            await session_expired.asend_robust(**self._end(request, verdict, user))
        return before

    def process_view(self, request: SecuredRequest, *view: object) -> HttpResponse | None:
        """Note the act before the view runs: an error or a lost connection does not undo it."""
        if request.session_security.reason:
            _explain(request)
            return None
        if at := self._due(request, self.is_passive_request(request)):
            activity.merge(request.session, at)
        return receive(request) if is_arriving(request) else None

    async def _aprocess_view(self, request: SecuredRequest, *view: object) -> HttpResponse | None:
        if request.session_security.reason:
            _explain(request)
            return None
        if at := self._due(request, await self._ais_passive_request(request)):
            await sync_to_async(activity.merge)(request.session, at)
        return await sync_to_async(receive)(request) if is_arriving(request) else None

    # The hooks, awaited

    async def _ais_authenticated(self, request: HttpRequest) -> bool:
        if "is_authenticated" in self._overridden:
            return await sync_to_async(self.is_authenticated)(request)
        return self.is_authenticated(request)

    async def _atimeouts(self, request: HttpRequest) -> Timeouts:
        if conf.TIMEOUTS is not None or "get_expire_seconds" in self._overridden:
            return await sync_to_async(self._timeouts)(request)
        return self._timeouts(request)

    async def _ais_passive_request(self, request: HttpRequest) -> bool:
        if "is_passive_request" in self._overridden:
            return await sync_to_async(self.is_passive_request)(request)
        return self.is_passive_request(request)

    async def _ado_logout(self, request: HttpRequest) -> None:
        if "do_logout" in self._overridden:
            await sync_to_async(self.do_logout)(request)
        else:
            await alogout(request)

    # The steps, without I/O

    def _anonymous(self, request: SecuredRequest, looked: tuple[bool, bool]) -> None:
        # Our look at it is no reason to vary on the cookie, or to send one.
        request.session.accessed, request.session.modified = looked
        request.session_security = conf.anonymous

    def _timeouts(self, request: HttpRequest) -> Timeouts:
        timeouts = conf.timeouts_for(request)
        if "get_expire_seconds" in self._overridden:
            timeouts = timeouts.with_expire_after(self.get_expire_seconds(request))
        return timeouts

    def _judge(
        self, request: SecuredRequest, before: datetime | None, timeouts: Timeouts
    ) -> Verdict:
        verdict = judge(before, activity.started(request.session), activity.now(), timeouts)
        request.session_security = verdict
        if verdict.reason is None:
            activity.guard(request.session, timeouts.resolution)
        return verdict

    def _end(self, request: SecuredRequest, verdict: Verdict, user: Any) -> dict[str, Any]:
        """Log the end, hide the user from the rest of the request; return the signal's words."""
        logger.info(
            "Session ended: user %s, idle %.0f s, reason %s", user.pk, verdict.idle, verdict.reason
        )
        _hide_user(request)
        _hide_cookie(request)
        return {
            "sender": type(self),
            "request": request,
            "user": user,
            "reason": verdict.reason,
            "idle": verdict.idle,
        }

    def _shut(self, request: SecuredRequest, key: str, error: activity.StoreUnavailable) -> None:
        """Hide a session that can't be judged, or not be ended: it is not served as anybody's.

        It is not given up either: its cookie stays, and it goes on when it can be read again.
        """
        logger.warning("A session can't be read", exc_info=error)
        session = request.session = activity.shut(request.session, key)
        # Somebody may have looked at the user already.
        request.user, request.auser = SimpleLazyObject(session.load), session.aload  # type: ignore[assignment]
        request.session_security = conf.unavailable
        _hide_cookie(request)
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)  # or Django would delete it

    def _refuse(self, request: SecuredRequest) -> HttpResponse | None:
        """The answer to a script that came too late; a navigation goes on as anonymous."""
        reason = request.session_security.reason
        if reason is None or reason is Reason.ANONYMOUS:
            return None
        if request.path == conf.ping_path:  # it answers in its own words, if it can
            return _unavailable() if reason is Reason.UNAVAILABLE else None
        return late_answer(request, reason) if reason in ENDED else None

    def _leave(
        self, request: SecuredRequest, response: HttpResponseBase, before: datetime | None
    ) -> HttpResponseBase:
        reason = request.session_security.reason
        if reason is not Reason.UNAVAILABLE:
            finish_response(request, response)
        if reason is None:
            return self._renewed(request, response, before)
        if reason in ENDED:
            return self._explained(request, response)
        if reason is Reason.UNAVAILABLE and response.status_code == 500:
            return _unavailable()  # whatever does not look at the session is served
        return response

    def _view_was_skipped(self, request: SecuredRequest, response: HttpResponseBase) -> bool:
        """Whether a page was shown without a view, such as one in a cache, or a flat page."""
        if request.session_security.reason or request.resolver_match or response.status_code != 200:
            return False
        try:
            request.resolver_match = resolve(request.path_info, getattr(request, "urlconf", None))
        except Resolver404:
            return response.headers.get("Content-Type", "").startswith("text/html")
        return True

    def _explained(self, request: SecuredRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The response with the message, if nothing that was reached took it along."""
        if not hasattr(request, _EXPLAINED) and apps.is_installed("django.contrib.messages"):
            if not hasattr(request, "_messages"):
                request._messages = default_storage(request)  # type: ignore[attr-defined]
            _explain(request)
            request._messages.update(response)  # type: ignore[attr-defined]
        return response

    def _due(self, request: SecuredRequest, passive: bool) -> datetime | None:
        """The time with which to call :func:`activity.merge`, or None."""
        verdict, now = request.session_security, activity.now()
        if not passive:
            verdict.idle = 0.0
        resolution = verdict.timeouts.resolution
        return activity.due(request.session, None if passive else now, now, resolution)

    def _renewed(
        self, request: SecuredRequest, response: HttpResponseBase, before: datetime | None
    ) -> HttpResponseBase:
        """Send a persistent cookie again when its user has been active for part of its life."""
        session = request.session
        if activity.renews_cookie(session, before, request.session_security.timeouts):
            response.set_cookie(
                settings.SESSION_COOKIE_NAME,
                cast(str, session.session_key),
                max_age=session.get_expiry_age(),
                domain=settings.SESSION_COOKIE_DOMAIN,
                path=settings.SESSION_COOKIE_PATH,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=settings.SESSION_COOKIE_HTTPONLY,
                samesite=settings.SESSION_COOKIE_SAMESITE,
            )
        return response


def _key(request: SecuredRequest) -> str:
    """The key of the session; of the cookie, if whoever looked before us has found nothing."""
    return request.session.session_key or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def _hide_user(request: HttpRequest) -> AnonymousUser:
    # request.auser() has a cache that logout() does not clear on Django 5.2 and 6.0.
    user = request.user = request._cached_user = request._acached_user = AnonymousUser()  # type: ignore[attr-defined]
    return user


def _hide_cookie(request: HttpRequest) -> None:
    """Out of the header, by which a cache further in would find the page of the signed-in user."""
    request.COOKIES  # noqa: B018  (read from the header only once; SessionMiddleware needs it)
    cookies = request.META.get("HTTP_COOKIE", "").split(";")
    name = settings.SESSION_COOKIE_NAME
    kept = [cookie for cookie in cookies if cookie.split("=")[0].strip() != name]
    request.META["HTTP_COOKIE"] = ";".join(kept)


def _unavailable() -> HttpResponse:
    body = render_to_string("session_security/unavailable.html")
    headers = {"Cache-Control": "no-store", "Retry-After": "5"}
    return HttpResponse(body, status=503, headers=headers)


def _explain(request: SecuredRequest) -> None:
    """Tell the person, once, on the page that follows."""
    reason = request.session_security.reason
    if reason in ENDED and not hasattr(request, _EXPLAINED):
        setattr(request, _EXPLAINED, True)
        messages.warning(request, explanation(reason), fail_silently=True)
