"""Opaque marks by which a page knows its user and its sign-in, and tells them to the server."""

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import salted_hmac

from .times import SIGNED_IN, STARTED


def user_tag(session: SessionBase) -> str:
    """An opaque name of the signed-in user: the same in all their sessions, useless elsewhere."""
    return _user_tag(session, settings.SECRET_KEY)


def sign_in_tag(session: SessionBase) -> str:
    """A mark of the sign-in: pages of an earlier one bear CSRF tokens that are no good any more."""
    return str(session.get(SIGNED_IN) or session.get(STARTED, ""))


def is_of_user(session: SessionBase, user: str, sign_in: str) -> bool:
    """Whether a page with these tags is one of the user of this session.

    It is if it has none, as pages of 2.x, if it is of this very sign-in, or if its tag was made
    with any key that still counts: keys are rotated while pages are open.
    """
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return (
        not user
        or (sign_in != "" and sign_in == sign_in_tag(session))
        or user in (_user_tag(session, key) for key in keys)
    )


def _user_tag(session: SessionBase, key: str | bytes) -> str:
    user = str(session.get(SESSION_KEY))
    return salted_hmac("session_security.user", user, key, algorithm="sha256").hexdigest()[:16]
