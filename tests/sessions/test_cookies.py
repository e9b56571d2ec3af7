"""The session's cookie lives on while its user acts."""

from datetime import datetime

import pytest
from pytest_django import Settings

from session_security.policy import SessionStatus, Timeouts
from session_security.sessions.cookies import is_renewal_due
from tests.conftest import NOON

from .helpers import LAST, STARTED, acted, after, new_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def status(last_activity: datetime | None) -> SessionStatus:
    return SessionStatus(Timeouts(540, 600), last_activity=last_activity)


@pytest.mark.parametrize(
    ("age", "before", "held", "renews"),
    [
        # once in each quarter
        (1800, 0, 100, False),
        (1800, 0, 449, False),
        (1800, 0, 450, True),
        (1800, 440, 460, True),
        (1800, 460, 470, False),
        (1800, 460, 899, False),
        (1800, 899, 901, True),
        (1800, 10_000, 10_010, False),
        # sooner, if the idle timeout leaves less to spare
        (900, 0, 224, False),
        (900, 0, 225, True),
        (700, 0, 99, False),
        (700, 0, 100, True),
        (600, 0, 15, True),
        (300, 0, 15, True),
        # two weeks
        (1_209_600, 0, 302_399, False),
        (1_209_600, 0, 302_400, True),
        # nothing was merged
        (1800, 500, 500, False),
    ],
)
def test_the_cookie_is_renewed_in_good_time(
    settings: Settings, age: int, before: float, held: float, renews: bool
) -> None:
    settings.SESSION_EXPIRE_AT_BROWSER_CLOSE = False
    settings.SESSION_COOKIE_AGE = age
    session = new_session(**acted(held))
    assert is_renewal_due(session, status(after(before))) is renews


@pytest.mark.parametrize(
    ("expiry", "renews"), [(None, False), (0, False), (1800, True), (after(3600), False)]
)
def test_only_a_cookie_that_slides_is_renewed(expiry: int | datetime | None, renews: bool) -> None:
    session = new_session(**acted(500))
    session.set_expiry(expiry)
    assert is_renewal_due(session, status(NOON)) is renews


@pytest.mark.parametrize("missing", [LAST, STARTED])
def test_without_times_no_cookie_is_renewed(settings: Settings, missing: str) -> None:
    settings.SESSION_EXPIRE_AT_BROWSER_CLOSE = False
    session = new_session(**{missing: ...})
    assert not is_renewal_due(session, status(NOON))
    assert not is_renewal_due(new_session(), status(None))
