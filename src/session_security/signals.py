"""Signals, and the receiver that stamps a session at sign-in."""

from typing import Any

from django.dispatch import Signal
from django.http import HttpRequest

from . import activity, requests
from .late_posts.handling import note_sign_in
from .late_posts.store import drop_foreign

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


def stamp(sender: object, request: HttpRequest | None, **kwargs: Any) -> None:
    """Receiver of ``user_logged_in``: the time starts with the sign-in, not a request later.

    Not so where nobody signs in: single sign-on renews a session that goes on. What somebody else
    had posted before they were signed out is forgotten.
    """
    if request is not None and hasattr(request, "session"):
        if _is_silent_renewal(request):
            return
        activity.start(request.session, activity.now())
        drop_foreign(request.session)
        note_sign_in(request)


def _is_silent_renewal(request: HttpRequest) -> bool:
    """Whether a session with a user goes on, and there was nobody who could have signed in."""
    return activity.last(request.session) is not None and (
        requests.is_declared_passive(request) or requests.is_redirected_without_person(request)
    )
