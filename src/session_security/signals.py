"""Signals, and the receiver that stamps a session at sign-in."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import Signal
from django.http import HttpRequest

from . import requests
from .conf import SessionSecurity
from .late_posts.handling import note_sign_in
from .late_posts.store import drop_foreign
from .sessions import times

session_expired = Signal()
"""Sent when the middleware has ended a session, with:

``request``
    the request that came too late; its user is anonymous by now.
``user``
    the user who was signed in.
``reason``
    a :class:`~session_security.policy.Reason`, ``IDLE`` or ``ABSOLUTE``.
``idle``
    seconds since the last act.

Sent by ``send_robust``: an error in a receiver is logged and ends nothing.
"""


def stamp(sender: object, request: HttpRequest | None, user: Any = None, **kwargs: Any) -> None:
    """Receiver of ``user_logged_in``: the time starts with the sign-in, not a request later.

    The absolute limit counts from when somebody showed who they are. Where they were signed in
    already, as when an account is switched or a sign-in is renewed in the background, it goes on;
    and so does the idle time, where there was nobody who could have done it. What somebody else
    had posted before they were signed out is forgotten.

    A view that gives out tokens may say that somebody has signed in: that is not into the session.
    """
    if request is None or not hasattr(request, "session"):
        return
    if not _is_of_session(request.session, user):
        return
    at = start = times.now()
    security: SessionSecurity | None = getattr(request, "session_security", None)
    if security is not None and security.reason is None:
        status = security.status
        shows_credentials = requests.asks_for_credentials(request)
        if not shows_credentials:
            start = status.started or start
        if (
            requests.is_declared_passive(request)
            or requests.is_redirected_without_person(request)
            or (not shows_credentials and requests.is_passive(request))
        ):
            at = status.last_activity or at
    times.sign_in(request.session, at, start)
    drop_foreign(request.session)
    note_sign_in(request)


def _is_of_session(session: SessionBase, user: Any) -> bool:
    flags_before = (session.accessed, session.modified)
    stored = session.get(SESSION_KEY)
    if stored is None:  # our look at it is no reason to vary on the cookie
        session.accessed, session.modified = flags_before
    return stored is not None and (user is None or stored == user._meta.pk.value_to_string(user))
