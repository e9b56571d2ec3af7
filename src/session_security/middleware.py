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
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.apps import apps
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.messages.storage.session import SessionStorage
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject

from . import _django, requests, streams
from .conf import SecuredRequest, SessionSecurity, conf
from .insertion import insert_element, needs_element
from .late_answers import explanation, late_answer, late_ping
from .late_posts.handling import carry_over_logout, finish_response, is_arriving, receive
from .policy import Reason, Timeouts
from .reports import (
    INVALID_USER_ID_ERRORS,
    TAKES_REPORTS,
    has_lost_its_user,
    status_of,
    store_report,
)
from .second_sign_in import is_refused_sign_in, lead_on
from .server_timing import add_status
from .sessions import cookies, outage, times
from .sessions.activity import Ending, end_session, engine_of, store_activity
from .sessions.outage import StoreUnavailable, raising_unavailable
from .signals import session_expired
from .watch import ENDED, Watch

logger = logging.getLogger("session_security")

HOOKS = ("is_authenticated", "get_expire_seconds", "is_passive_request", "do_logout")

# The URL names of what the browser's side of the app talks to.
PING = "session_security_ping"
FOR_ELEMENT = (PING, "session_security_element")

# On the request: that ``process_view`` has seen it; that the person was told.
_LOOKED_AT = "_session_security_looked_at"
_EXPLAINED = "_session_security_explained"


class SessionSecurityMiddleware:
    """Read, judge, then end the session, or serve the request and store its time.

    Subclasses may override :meth:`is_authenticated`, :meth:`get_expire_seconds`,
    :meth:`is_passive_request` and :meth:`do_logout`. These are plain functions; under ASGI an
    overridden one runs in a thread, so it may use the database. Raises ``ImproperlyConfigured`` if
    the app is not installed.
    """

    sync_capable = True
    async_capable = True

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]
    ) -> None:
        if not apps.is_installed("session_security"):
            raise ImproperlyConfigured(
                "SessionSecurityMiddleware needs its app: add 'session_security' to INSTALLED_APPS."
            )
        conf.read_all()
        self.get_response: Callable[[HttpRequest], Any] = get_response
        self._is_async = iscoroutinefunction(get_response)
        self._overridden = frozenset(
            hook
            for hook in HOOKS
            if getattr(type(self), hook) is not getattr(SessionSecurityMiddleware, hook)
        )
        if self._is_async:
            markcoroutinefunction(self)
        if type(self).process_view is not SessionSecurityMiddleware.process_view:
            self.process_view = self._preceding(self.process_view)  # type: ignore[method-assign]
        elif self._is_async:
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

    # The request, sync and async; only reading is awaited on each request

    def __call__(self, request: SecuredRequest) -> Any:
        if self._is_async:
            return self._acall(request)
        key = cookies.session_key(request)
        flags_before = (request.session.accessed, request.session.modified)
        try:
            if key:
                outage.load(request.session, key)
            if self._seems_over(request, key, flags_before):
                self._end_session(request)
        except StoreUnavailable as error:
            self._block_session(request, key, error)
        response = self._refuse(request) or self.get_response(request)
        if self._view_was_skipped(request, response):
            self._process_view(request)
        if needs_element(request, response):
            insert_element(request, response)
        if is_refused_sign_in(request, response):
            response = lead_on(request, response)
        if self._is_cookie_due(request):
            cookies.renew(request, response)
        return self._finish_response(request, response)

    async def _acall(self, request: SecuredRequest) -> HttpResponseBase:
        key = cookies.session_key(request)
        flags_before = (request.session.accessed, request.session.modified)
        try:
            if key:
                await outage.aload(request.session, key)
            if await self._aseems_over(request, key, flags_before):
                await sync_to_async(self._end_session)(request)
        except StoreUnavailable as error:
            self._block_session(request, key, error)
        response = self._refuse(request) or await self.get_response(request)
        if self._view_was_skipped(request, response):
            await self._aprocess_view(request)
        if needs_element(request, response):
            await sync_to_async(insert_element)(request, response)
        if is_refused_sign_in(request, response):
            response = await sync_to_async(lead_on)(request, response)
        if self._is_cookie_due(request):
            await sync_to_async(cookies.renew)(request, response)
        return self._finish_response(request, response)

    def process_view(self, request: SecuredRequest, *view: object) -> HttpResponse | None:
        """Store the act before the view runs: an error or a lost connection does not undo it.

        A subclass may have a method of this name, which need not call this one.
        """
        return self._process_view(request)

    def _process_view(self, request: SecuredRequest) -> HttpResponse | None:
        if not _is_first_look(request):
            return None
        if request.session_security.reason:
            _explain(request)
            return None
        if at := self._due(request, self.is_passive_request(request)):
            store_activity(request.session, at)
        if _is_ping_of_the_site(request):
            _store_report(request)
        return receive(request) if is_arriving(request) else None

    async def _aprocess_view(self, request: SecuredRequest, *view: object) -> HttpResponse | None:
        if "is_passive_request" in self._overridden:
            return await sync_to_async(self._process_view)(request)
        if not _is_first_look(request):
            return None
        if request.session_security.reason:
            _explain(request)
            return None
        if at := self._due(request, self.is_passive_request(request)):
            await sync_to_async(store_activity)(request.session, at)
        if _is_ping_of_the_site(request):
            await sync_to_async(_store_report)(request)
        return await sync_to_async(receive)(request) if is_arriving(request) else None

    def _preceding(self, of_subclass: Callable[..., Any]) -> Callable[..., Any]:
        """Ours, then a subclass's own: 2.x had none that a subclass could have called."""
        if iscoroutinefunction(of_subclass):

            async def aprocess_view(request: SecuredRequest, *view: object) -> Any:
                return await self._aprocess_view(request) or await of_subclass(request, *view)

            return aprocess_view

        def process_view(request: SecuredRequest, *view: object) -> Any:
            return self._process_view(request) or of_subclass(request, *view)

        return process_view

    def watch(self, request: SecuredRequest) -> Watch | None:
        """Judge a session under which something is to be sent, end nothing, and watch it.

        None if nobody is signed in. Raises :exc:`StoreUnavailable`.
        """
        key = cookies.session_key(request)
        outage.load(request.session, key)
        with raising_unavailable():
            self._seems_over(request, key, (request.session.accessed, request.session.modified))
            if request.session_security.reason is Reason.ANONYMOUS:
                return None
            watch = Watch(request, self._end_session)
            if has_lost_its_user(request):
                watch.know(conf.anonymous)
            return watch

    # The steps

    async def _aseems_over(
        self, request: SecuredRequest, key: str, flags_before: tuple[bool, bool]
    ) -> bool:
        may_block = self._overridden & {"is_authenticated", "get_expire_seconds"}
        if may_block or conf.TIMEOUTS is not None:
            return await sync_to_async(self._seems_over)(request, key, flags_before)
        return self._seems_over(request, key, flags_before)

    def _seems_over(
        self, request: SecuredRequest, key: str, flags_before: tuple[bool, bool]
    ) -> bool:
        """Judge by what this request has read; what is over is confirmed before it is ended."""
        session = request.session
        if session.session_key is None or not self.is_authenticated(request):
            # Our look at it is no reason to vary on the cookie, or to send one.
            session.accessed, session.modified = flags_before
            request.session_security = SessionSecurity(conf.anonymous)
            if key and session.session_key is None:
                _hide_cookie(request)
            return False
        return self._judge(request, self._timeouts(request))

    def _judge(self, request: SecuredRequest, timeouts: Timeouts) -> bool:
        session = request.session
        status = status_of(_django.session_data(session), timeouts)
        request.session_security = SessionSecurity(status)
        if status.reason is None:
            engine_of(session).protect_saves(session)
        return status.reason is not None

    def _timeouts(self, request: HttpRequest) -> Timeouts:
        timeouts = conf.timeouts_for(request)
        if "get_expire_seconds" not in self._overridden:
            return timeouts
        try:
            return timeouts.with_expire_after(self.get_expire_seconds(request))
        except Exception:
            logger.exception("get_expire_seconds failed; the timeouts of the settings are used")
            return timeouts

    def _end_session(self, request: SecuredRequest) -> None:
        """End it if the store says so, too. Only whoever deletes it signs out, logs and tells."""
        status = request.session_security.status
        with raising_unavailable():
            try:
                user = request.user
                user.is_authenticated  # noqa: B018  (lazy: fetched while it can be)
            except INVALID_USER_ID_ERRORS:
                _django.forget_user(request)
                user = request.user
            ending = end_session(
                request.session, lambda data: bool(status_of(data, status.timeouts).reason)
            )
        if ending is Ending.ALIVE:
            self._judge(request, status.timeouts)
            return
        if ending is Ending.ENDED:
            with carry_over_logout(request):
                self._log_out(request)
            logger.info(
                "Session ended: user %s, idle %.0f s, reason %s",
                user.pk,
                status.idle,
                status.reason,
            )
        else:
            _django.detach(request.session)
        _django.forget_user(request)
        _hide_cookie(request)
        if ending is Ending.ENDED:
            session_expired.send_robust(
                type(self), request=request, user=user, reason=status.reason, idle=status.idle
            )

    def _log_out(self, request: HttpRequest) -> None:
        key = request.session.session_key
        try:
            self.do_logout(request)
        except Exception:  # a receiver of user_logged_out, say: the session is deleted already
            logger.exception("Signing out raised an error; the session has ended all the same")
        if request.session.session_key == key:
            _django.detach(request.session)

    def _block_session(self, request: SecuredRequest, key: str, error: StoreUnavailable) -> None:
        """Hide a session that can't be judged, or not be ended: it is not served as anybody's.

        It is not given up either: its cookie stays, and it goes on when it can be read again.
        """
        logger.warning("A session can't be read", exc_info=error)
        session = request.session = outage.block(request.session, key)
        # Somebody may have looked at the user already.
        request.user, request.auser = SimpleLazyObject(session.load), session.aload  # type: ignore[assignment]
        request.session_security = SessionSecurity(conf.unavailable)
        cookies.hide_from_caches(request)
        cookies.keep_in_browser(request)

    def _refuse(self, request: SecuredRequest) -> HttpResponse | None:
        """The answer to a script that came too late; a navigation goes on as anonymous."""
        reason = request.session_security.reason
        if reason is None or reason is Reason.ANONYMOUS:
            return None
        if _is_for_element(request):  # it is answered in its own words, if it can be
            return _unavailable() if reason is Reason.UNAVAILABLE else None
        return late_answer(request, reason) if reason in ENDED else None

    def _finish_response(
        self, request: SecuredRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        reason = request.session_security.reason
        if reason is Reason.UNAVAILABLE:
            # Whatever does not look at the session is served; templates swallow what it raises.
            was_refused = response.status_code == 500 or outage.was_refused(request.session)
            return _unavailable() if was_refused else response
        if reason and _is_ping_led_away(request, response):
            response = late_ping(request, reason)
        finish_response(request, response)
        if reason is None:
            add_status(request, response)
        elif reason in ENDED:
            _ensure_message_stored(request, response)
        if isinstance(response, StreamingHttpResponse) and self._has_user(request):
            streams.guard(request, response, Watch(request, self._end_session), self._is_async)
        return response

    def _has_user(self, request: SecuredRequest) -> bool:
        """Whether there is a session that can end while the response is being sent."""
        session, reason = request.session, request.session_security.reason
        if reason is not None and not (reason is Reason.ANONYMOUS and session.modified):
            return False  # who has signed in meanwhile has modified it
        is_own = "is_authenticated" in self._overridden
        return session.session_key is not None and (is_own or SESSION_KEY in session)

    def _view_was_skipped(self, request: SecuredRequest, response: HttpResponseBase) -> bool:
        """Whether ``process_view`` was not called: a page came from a cache, or is a flat page.

        Nor does Django call it if another middleware answers, or has made this one for itself.
        """
        if request.session_security.reason or hasattr(request, _LOOKED_AT):
            return False
        if request.resolver_match:
            return response.status_code < 400
        if response.status_code != 200:
            return False
        request.resolver_match = requests.match_of(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return request.resolver_match is not None or is_page

    def _due(self, request: SecuredRequest, passive: bool) -> datetime | None:
        """The time with which to call :func:`store_activity`, or None."""
        security, now = request.session_security, times.now()
        if not passive:
            security.status = security.status._replace(idle=0.0)
        resolution = security.timeouts.resolution
        return times.due(request.session, None if passive else now, now, resolution)

    def _is_cookie_due(self, request: SecuredRequest) -> bool:
        status = request.session_security.status
        return status.reason is None and cookies.is_renewal_due(request.session, status)


def _is_first_look(request: HttpRequest) -> bool:
    """Whether ``process_view`` is to do its work: once, and only for what has been checked.

    A subclass may pass over requests in a ``__call__`` of its own.
    """
    if hasattr(request, _LOOKED_AT) or not hasattr(request, "session_security"):
        return False
    setattr(request, _LOOKED_AT, True)
    return True


def _is_for_element(request: HttpRequest) -> bool:
    """Whether the browser's side of the app asks, and not a script or a person of the site."""
    # Not by the path: in another URLconf, which is set later, it may be another.
    return requests.view_name_of(request) in FOR_ELEMENT


def _is_ping_led_away(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a page asks, and is sent to the login page by something of the site's own.

    A script follows that, and finds a page where it expects an answer.
    """
    return 300 <= response.status_code < 400 and requests.view_name_of(request) == PING


def _is_ping_of_the_site(request: HttpRequest) -> bool:
    """Whether a view of the site's own answers the ping, and so knows nothing of reports.

    In 2.x the middleware took them, whatever the view.
    """
    match = request.resolver_match
    return (
        match is not None
        and match.view_name == PING
        and not getattr(match.func, TAKES_REPORTS, False)
    )


def _store_report(request: SecuredRequest) -> None:
    values = request.POST if request.method == "POST" else request.GET
    if request.method in ("GET", "POST") and not requests.is_subresource(request):
        request.session_security.status = store_report(request, values)


def _hide_cookie(request: SecuredRequest) -> None:
    """A cookie that names no session opens nothing; a script's answer does not delete it."""
    cookies.hide_from_caches(request)
    if not requests.expects_page(request) or _is_for_element(request):
        cookies.keep_in_browser(request)


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


def _ensure_message_stored(request: SecuredRequest, response: HttpResponseBase) -> None:
    """Put the message into the response, if nothing that was reached took it along."""
    if hasattr(request, _EXPLAINED) or not apps.is_installed("django.contrib.messages"):
        return
    storage = _django.message_storage(request)
    if isinstance(storage, SessionStorage) and not requests.expects_page(request):
        return  # the cookie of a new session would take the place of a newer one
    _explain(request)
    storage.update(response)
