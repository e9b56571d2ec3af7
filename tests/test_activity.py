"""The times in the session, in each of Django's engines."""

import logging
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from time_machine import Traveller

from session_security import activity
from session_security.policy import Timeouts

from .conftest import ENGINES, NOON
from .neighbours import FailingCache

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LAST, STARTED = "_session_security", "_session_security_started"
NAIVE = "2026-01-15T12:00:00.000000"


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def new_session(**values: object) -> SessionBase:
    """A signed-in session as a request finds it: stored, and loaded."""
    store: type[SessionBase] = import_module(django_settings.SESSION_ENGINE).SessionStore
    session = store()
    session[SESSION_KEY] = "1"
    activity.start(session, NOON)
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
    assert not other.modified or django_settings.SESSION_ENGINE.endswith("signed_cookies")
    return other


# With signed_cookies, nothing is stored on the server.
on_the_server = pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)


# Reading


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("2026-01-15T12:00:00+00:00", NOON),
        ("2026-01-15T13:00:00+01:00", NOON),
        ("2026-01-15T12:00:00Z", NOON),
        (NOON, NOON),  # a serializer may keep datetimes
        # neither a time of ours nor one of 2.x
        ("", activity.NEVER),
        ("yesterday", activity.NEVER),
        ("2026-01-15T12:00:0", activity.NEVER),
        ("2026-13-45T12:00:00+00:00", activity.NEVER),
        ("0001-01-01T00:00:00+14:00", activity.NEVER),
        ("9999-12-31T23:59:59-14:00", activity.NEVER),
        ("x" * 1_000_000, activity.NEVER),
        (1768478400, activity.NEVER),
        (float("nan"), activity.NEVER),
        (True, activity.NEVER),
        ([], activity.NEVER),
        ({"year": 2026}, activity.NEVER),
    ],
    ids=lambda value: str(value)[:40] + type(value).__name__,
)
def test_reading_a_stored_value(value: object, expected: datetime | None) -> None:
    session = SessionStore()
    session.update({LAST: value, STARTED: value})
    assert activity.last(session) == expected
    assert activity.started(session) == expected


def test_an_unreadable_value_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    assert activity.last(new_session(**{LAST: "<forged>"})) is activity.NEVER
    [record] = [record for record in caplog.records if record.name == "session_security"]
    assert record.levelno == logging.WARNING
    assert "<forged>" not in record.getMessage()


@pytest.mark.parametrize(
    ("zone", "hour"), [("UTC", 12), ("Europe/Berlin", 11), ("America/New_York", 17)]
)
@pytest.mark.parametrize("use_tz", [True, False])
def test_a_value_of_2x_is_naive_and_local(
    settings: Settings, zone: str, hour: int, use_tz: bool
) -> None:
    settings.USE_TZ = use_tz
    settings.TIME_ZONE = zone
    assert activity.last(new_session(**{LAST: NAIVE})) == NOON.replace(hour=hour)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("use_tz", [True, False])
def test_now_is_utc_whatever_the_settings_say(settings: Settings, zone: str, use_tz: bool) -> None:
    settings.USE_TZ = use_tz
    settings.TIME_ZONE = zone
    assert activity.now() == NOON
    assert activity.now().tzinfo is UTC


def test_what_is_stored_is_iso_8601_in_utc() -> None:
    session = new_session()
    assert session[LAST] == session[STARTED] == "2026-01-15T12:00:00+00:00"


# What is due


@pytest.mark.parametrize(
    ("held", "started", "act", "expected"),
    [
        # an act: newer by the resolution, or not
        (0, 0, 100, 100),
        (85, 0, 100, 100),
        (86, 0, 100, None),
        (100, 0, 100, None),
        # no act: nothing, unless something is wrong
        (0, 0, None, None),
        (99, 0, None, None),
        (None, None, None, 100),
        (None, None, 100, 100),
        (40, None, None, 40),  # 2.x, or an older session
        (40, None, 100, 100),
        (99, None, 100, 100),
        (None, 0, 100, 100),
        # an act in the past, as a ping reports it
        (0, 0, 60, 60),
        (60, 0, 60, None),
        (80, 0, 60, None),
        # the future, and what is only a clock's imprecision
        (3700, 0, None, 100),
        (3700, 0, 100, 100),
        (3700, 0, 60, 60),
        (3700, None, None, 100),
        (100.9, 0, None, None),
        (101.1, 0, None, 100),
    ],
)
def test_due(
    held: float | None, started: float | None, act: float | None, expected: float | None
) -> None:
    values = {LAST: held, STARTED: started}
    session = new_session(
        **{
            name: ... if seconds is None else after(seconds).isoformat()
            for name, seconds in values.items()
        }
    )
    at = activity.due(session, None if act is None else after(act), after(100), 15)
    assert at == (None if expected is None else after(expected))


# Merging


@pytest.mark.usefixtures("engine")
class TestMerge:
    def test_a_later_act_is_stored_and_mirrored(self, clock: Traveller) -> None:
        session = new_session()
        clock.shift(100)
        activity.merge(session, after(100))
        assert activity.last(session) == after(100)
        assert activity.started(session) == NOON
        if not django_settings.SESSION_ENGINE.endswith("signed_cookies"):
            assert session.modified is False
            assert activity.last(loaded(session)) == after(100)

    def test_an_earlier_act_changes_nothing(self, clock: Traveller) -> None:
        session = new_session(**{LAST: after(90).isoformat()})
        clock.shift(100)
        activity.merge(session, after(60))
        assert activity.last(session) == after(90)
        assert activity.last(loaded(session)) == after(90)

    @on_the_server
    def test_what_another_request_stored_meanwhile_wins_if_it_is_later(
        self, clock: Traveller
    ) -> None:
        session = new_session()
        clock.shift(100)
        activity.merge(loaded(session), after(95))
        activity.merge(session, after(60))
        assert activity.last(session) == after(95)
        assert activity.last(loaded(session)) == after(95)

    @on_the_server
    def test_waiting_for_the_store_does_not_turn_time_back(self, clock: Traveller) -> None:
        """Two requests: the first took its time, then waited for a lock while the other stored."""
        session = new_session()
        clock.shift(105)
        activity.merge(loaded(session), after(104))
        activity.merge(session, after(100))
        assert activity.last(loaded(session)) == after(104)

    @on_the_server
    def test_what_another_request_wrote_survives(self, clock: Traveller) -> None:
        session = new_session(basket=1)
        other = loaded(session)
        other["basket"] = 2
        other["theme"] = "dark"
        other.save()
        clock.shift(100)
        activity.merge(session, after(100))
        found = loaded(session)
        assert (found["basket"], found["theme"]) == (2, "dark")
        assert activity.last(found) == after(100)

    @on_the_server
    def test_what_this_request_has_changed_is_not_stored_by_it(self, clock: Traveller) -> None:
        """Django decides at the end of the request, as it does without this app."""
        session = new_session(basket=1)
        session["basket"] = 2
        clock.shift(100)
        activity.merge(session, after(100))
        assert loaded(session)["basket"] == 1
        session.save()
        assert loaded(session)["basket"] == 2
        assert activity.last(loaded(session)) == after(100)

    @on_the_server
    def test_a_deleted_session_stays_deleted(self, clock: Traveller) -> None:
        """Defect of 2.x #89: a session ended elsewhere is written back by the middleware."""
        session = new_session()
        loaded(session).delete()
        clock.shift(100)
        activity.merge(session, after(100))
        assert not session.exists(str(session.session_key))
        assert SESSION_KEY not in loaded(session)

    @on_the_server
    def test_a_session_signed_out_meanwhile_is_left_alone(self, clock: Traveller) -> None:
        session = new_session(basket=1)
        other = loaded(session)
        for name in (SESSION_KEY, LAST, STARTED):
            del other[name]
        other.save()
        clock.shift(100)
        activity.merge(session, after(100))
        assert dict(loaded(session).items()) == {"basket": 1}

    @on_the_server
    def test_a_session_of_somebody_else_by_now_is_left_alone(self, clock: Traveller) -> None:
        session = new_session()
        other = loaded(session)
        other[SESSION_KEY] = "2"
        other.save()
        clock.shift(100)
        activity.merge(session, after(100))
        assert activity.last(loaded(session)) == NOON

    def test_a_missing_start_is_set_to_now(self, clock: Traveller) -> None:
        session = new_session(**{STARTED: ...})
        clock.shift(100)
        activity.merge(session, after(50))
        assert activity.last(session) == after(50)
        assert activity.started(session) == after(100)

    def test_a_time_in_the_future_gives_way(self, clock: Traveller) -> None:
        """Or the later of the two would be the wrong one for ever."""
        session = new_session(**{LAST: after(3600).isoformat()})
        clock.shift(100)
        activity.merge(session, after(100))
        assert activity.last(session) == after(100)

    def test_an_unreadable_time_gives_way(self, clock: Traveller) -> None:
        session = new_session(**{LAST: "yesterday"})
        clock.shift(100)
        activity.merge(session, after(100))
        assert activity.last(session) == after(100)


@pytest.mark.parametrize("engine", ["db", "cached_db"], indirect=True)
class TestMergeIntoRow:
    def test_takes_a_lock_reads_and_writes(self, engine: str) -> None:
        """The first statement writes, or SQLite could refuse the one that comes after a read."""
        session = new_session()
        with CaptureQueriesContext(connection) as queries:
            activity.merge(session, after(100))
        words = [query["sql"].split()[0] for query in queries]
        assert words == ["SAVEPOINT", "UPDATE", "SELECT", "UPDATE", "RELEASE"]

    def test_the_row_lives_on(self, engine: str, settings: Settings, clock: Traveller) -> None:
        settings.SESSION_COOKIE_AGE = 1800
        session = new_session()
        clock.shift(100)
        activity.merge(session, after(100))
        assert Session.objects.get().expire_date == after(1900)

    @pytest.mark.parametrize(
        ("expiry", "date"), [(300, 400), (0, 1900), (after(700), 700), (None, 1900)]
    )
    def test_the_row_lives_as_long_as_it_was_told_to(
        self,
        engine: str,
        settings: Settings,
        clock: Traveller,
        expiry: int | datetime | None,
        date: float,
    ) -> None:
        settings.SESSION_COOKIE_AGE = 1800
        session = new_session()
        session.set_expiry(expiry)
        session.save()
        clock.shift(100)
        activity.merge(session, after(100))
        assert Session.objects.get().expire_date == after(date)

    def test_a_row_past_its_date_is_not_revived(
        self, engine: str, settings: Settings, clock: Traveller
    ) -> None:
        settings.SESSION_COOKIE_AGE = 1800
        session = new_session()
        clock.shift(1801)
        activity.merge(session, after(1801))
        assert Session.objects.get().expire_date == after(1800)
        assert SESSION_KEY not in loaded(session)

    def test_a_corrupt_row_is_left_alone(self, engine: str, clock: Traveller) -> None:
        session = new_session()
        Session.objects.update(session_data="forged")
        clock.shift(100)
        activity.merge(session, after(100))
        assert Session.objects.get().session_data == "forged"


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
def test_row_and_cache_say_the_same(engine: str, clock: Traveller) -> None:
    session = new_session()
    clock.shift(100)
    activity.merge(session, after(100))
    cached = caches["default"].get(session.cache_key)  # type: ignore[attr-defined]
    [row] = Session.objects.all()
    assert row.get_decoded() == cached
    assert cached[LAST] == after(100).isoformat()


def test_the_merge_goes_where_the_routers_say(settings: Settings) -> None:
    class Router:
        asked: list[object] = []

        def db_for_write(self, model: object, **hints: object) -> str:
            self.asked.append(model)
            return "default"

    session = new_session()
    settings.DATABASE_ROUTERS = [Router()]
    activity.merge(session, after(100))
    assert Session in Router.asked
    assert activity.last(loaded(session)) == after(100)


@pytest.mark.parametrize("engine", ["cache", "cached_db"], indirect=True)
def test_a_failing_store_is_logged_and_not_raised(
    engine: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.CACHES = {"default": {"BACKEND": "tests.neighbours.FailingCache"}}
    session = new_session()
    monkeypatch.setattr(FailingCache, "fails", True)
    activity.merge(session, after(100))
    [record] = [record for record in caplog.records if record.name == "session_security"]
    assert record.exc_info
    assert str(session.session_key) not in caplog.text
    monkeypatch.undo()
    assert activity.last(loaded(session)) == NOON


# A save that Django makes anyway


@pytest.mark.parametrize(
    ("held", "modified", "stale"),
    [
        (0, True, True),
        (84, True, True),
        (85, True, False),
        (100, True, False),
        (0, False, False),
        (None, True, False),
    ],
)
def test_is_stale(held: float | None, modified: bool, stale: bool) -> None:
    session = new_session(**{LAST: ... if held is None else after(held).isoformat()})
    session.modified = modified
    assert activity.is_stale(session, after(100), 15) is stale


def test_with_save_every_request_each_session_can_be_stale(settings: Settings) -> None:
    session = new_session()
    settings.SESSION_SAVE_EVERY_REQUEST = True
    assert activity.is_stale(session, after(100), 15)


@pytest.mark.parametrize("engine", ["signed_cookies"], indirect=True)
def test_there_is_nothing_to_catch_up_with_in_a_cookie(engine: str) -> None:
    session = new_session()
    session["basket"] = 1
    assert not activity.is_stale(session, after(100), 15)


@on_the_server
def test_catching_up_takes_in_a_later_time_alone(engine: str, clock: Traveller) -> None:
    session = new_session(basket=1)
    session["basket"] = 2
    clock.shift(100)
    activity.merge(loaded(session), after(100))
    activity.catch_up(session)
    session.save()
    assert activity.last(loaded(session)) == after(100)
    assert loaded(session)["basket"] == 2


@on_the_server
def test_catching_up_never_goes_back(engine: str) -> None:
    session = new_session()
    session[LAST] = after(50).isoformat()
    activity.catch_up(session)
    assert activity.last(session) == after(50)


@on_the_server
def test_catching_up_with_a_deleted_session_changes_nothing(
    engine: str,
) -> None:
    session = new_session()
    loaded(session).delete()
    activity.catch_up(session)
    assert activity.last(session) == NOON
    assert session.modified is False


# The cookie


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
    session = new_session(**{LAST: after(held).isoformat()})
    assert activity.renews_cookie(session, after(before), Timeouts(540, 600)) is renews


@pytest.mark.parametrize(
    ("expiry", "renews"), [(None, False), (0, False), (1800, True), (after(3600), False)]
)
def test_only_a_cookie_that_slides_is_renewed(expiry: int | datetime | None, renews: bool) -> None:
    session = new_session(**{LAST: after(500).isoformat()})
    session.set_expiry(expiry)
    assert activity.renews_cookie(session, NOON, Timeouts(540, 600)) is renews


@pytest.mark.parametrize("missing", [LAST, STARTED])
def test_without_times_no_cookie_is_renewed(settings: Settings, missing: str) -> None:
    settings.SESSION_EXPIRE_AT_BROWSER_CLOSE = False
    session = new_session(**{missing: ...})
    assert not activity.renews_cookie(session, NOON, Timeouts(540, 600))
    assert not activity.renews_cookie(new_session(), None, Timeouts(540, 600))


# The tag


def test_the_tag_is_the_same_in_all_sessions_of_a_user_and_says_nothing(
    settings: Settings,
) -> None:
    tag = activity.user_tag(new_session())
    assert activity.user_tag(new_session()) == tag
    assert activity.user_tag(new_session(**{SESSION_KEY: "2"})) != tag
    settings.SECRET_KEY = "another, which is as long as it should be"
    assert activity.user_tag(new_session()) != tag
    assert len(tag) == 16


def test_django_keeps_rows_in_the_zone_of_the_settings() -> None:
    """What the tests above rest on."""
    assert timezone.now() == NOON
