"""Reports of the browser: for how long nobody has acted there."""

from datetime import timedelta

from django.contrib.auth import SESSION_KEY
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import QueryDict

from .conf import SecuredRequest, SessionSecurity, conf
from .policy import SessionStatus, Timeouts, judge
from .requests import is_consented, is_cross_site
from .sessions import cookies, times
from .sessions.activity import store_activity
from .sessions.tags import is_of_user

PRECISION = 1.0  # seconds; a report is not rounded to the resolution that page views have

TAKES_REPORTS = "session_security_takes_reports"  # the mark of the view that stores them itself

# What Django raises for a stored id that no user can have, and many a backend of a site's own for
# one that no user has any more.
INVALID_USER_ID_ERRORS = (TypeError, ValueError, ValidationError, ObjectDoesNotExist)


def state_of(request: SecuredRequest) -> SessionStatus:
    """What the middleware found; without it nobody is known."""
    security: SessionSecurity | None = getattr(request, "session_security", None)
    return security.status if security else conf.anonymous


def status_of(data: times.Data, timeouts: Timeouts) -> SessionStatus:
    """What the times in a session come to at this moment."""
    return judge(times.last_activity(data), times.started(data), times.now(), timeouts)


def store_report(request: SecuredRequest, values: QueryDict) -> SessionStatus:
    """Store a report that is newer than what is known; return what is known then."""
    status, idle = state_of(request), _idle_for(values)
    if status.reason or idle is None or idle >= status.idle:
        return status
    if is_cross_site(request) and not is_consented(request):
        return status
    session, now = request.session, times.now()
    if not is_of_user(session, values.get("user", ""), values.get("signIn", "")):
        return status  # from a page of whoever was signed in before
    at = times.due(session, now - timedelta(seconds=idle), now, PRECISION)
    if at is None:
        return status
    if has_lost_its_user(request):
        cookies.keep_in_browser(request)
        return conf.anonymous
    store_activity(session, at)
    return status_of(session, status.timeouts)


def has_lost_its_user(request: SecuredRequest) -> bool:
    """Whether somebody has been deactivated, deleted, or given another password elsewhere."""
    try:
        return SESSION_KEY in request.session and not request.user.is_authenticated
    except INVALID_USER_ID_ERRORS:
        return True


def _idle_for(values: QueryDict) -> float | None:
    """The seconds reported, or None for anything that is not one plain number from 0 up."""
    reports = values.getlist("idleFor")
    if len(reports) != 1 or len(reports[0]) > 32:
        return None
    try:
        idle = float(reports[0])
    except ValueError:
        return None
    return idle if idle >= 0 else None
