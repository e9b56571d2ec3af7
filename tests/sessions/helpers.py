"""Sessions as requests find them, with the times of this app, at noon."""

from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase

from session_security.sessions import times
from tests.conftest import ENGINES, NOON

LAST, EXACT = "_session_security", "_session_security_exact"
STARTED, SIGNED_IN = "_session_security_started", "_session_security_signed_in"

# With signed_cookies, nothing is stored on the server.
on_the_server = pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def acted(seconds: float) -> dict[str, object]:
    """What is stored of an act that was so long after noon."""
    data: dict[str, object] = {}
    times.set_last_activity(data, after(seconds))
    return data


def new_session(**values: object) -> SessionBase:
    """A signed-in session as a request finds it: stored, and loaded."""
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    session = store()
    session[SESSION_KEY] = "1"
    times.sign_in(session, NOON, NOON)
    for name, value in values.items():
        if value is ...:
            del session[name]
        else:
            session[name] = value
    session.save()
    return loaded(session)


def loaded(session: SessionBase) -> SessionBase:
    """The same session as another request finds it."""
    other = type(session)(session.session_key)
    other.get(SESSION_KEY)
    assert not other.modified or settings.SESSION_ENGINE.endswith("signed_cookies")
    return other
