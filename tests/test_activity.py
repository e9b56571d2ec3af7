"""The times in the session, in each of Django's engines."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.backends.cache import SessionStore as CacheStore
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.files import locks
from django.core.management import call_command
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


# What Django saves and deletes itself


def guarded(session: SessionBase) -> SessionBase:
    """The session as a request has it that was found signed in."""
    activity.guard(session, 15)
    return session


def save(session: SessionBase, how: str) -> None:
    if how == "save":
        session.save()
    else:
        async_to_sync(session.asave)()


def delete(session: SessionBase, how: str) -> None:
    if how == "save":
        session.delete()
    else:
        async_to_sync(session.adelete)()


either_way = pytest.mark.parametrize("how", ["save", "asave"])


@on_the_server
@pytest.mark.usefixtures("engine")
class TestGuard:
    @either_way
    def test_a_save_takes_in_a_later_time_alone(self, clock: Traveller, how: str) -> None:
        session = guarded(new_session(basket=1))
        session["basket"] = 2
        clock.shift(100)
        activity.merge(loaded(session), after(100))
        save(session, how)
        assert activity.last(session) == after(100)
        assert activity.last(loaded(session)) == after(100)
        assert loaded(session)["basket"] == 2

    @either_way
    def test_a_save_never_takes_in_an_earlier_time(self, clock: Traveller, how: str) -> None:
        session = guarded(new_session())
        session[LAST] = after(50).isoformat()
        clock.shift(100)
        save(session, how)
        assert activity.last(loaded(session)) == after(50)

    @either_way
    def test_a_save_puts_no_time_where_there_is_none(self, clock: Traveller, how: str) -> None:
        """A view that signs out without a new session takes the times away."""
        session = guarded(new_session())
        for name in (SESSION_KEY, LAST, STARTED):
            del session[name]
        clock.shift(100)
        save(session, how)
        assert dict(loaded(session).items()) == {}

    @pytest.mark.parametrize("seconds", [0, 14, 16, 100])
    @either_way
    def test_saving_a_deleted_session_raises_what_django_raises(
        self, clock: Traveller, how: str, seconds: float
    ) -> None:
        session = guarded(new_session())
        session["basket"] = 1
        loaded(session).delete()
        clock.shift(seconds)
        with pytest.raises(UpdateError):
            save(session, how)
        assert not session.exists(str(session.session_key))

    @either_way
    def test_a_deleted_session_is_gone(self, how: str) -> None:
        session = guarded(new_session())
        delete(session, how)
        assert not session.exists(str(session.session_key))

    @either_way
    def test_another_session_can_be_deleted_by_its_key(self, how: str) -> None:
        session, other = guarded(new_session()), new_session()
        if how == "save":
            session.delete(other.session_key)
        else:
            async_to_sync(session.adelete)(other.session_key)
        assert not session.exists(str(other.session_key))
        assert session.exists(str(session.session_key))

    @pytest.mark.parametrize("seconds", [0, 100])
    @either_way
    def test_a_new_key_leaves_no_old_session_behind(
        self, clock: Traveller, how: str, seconds: float
    ) -> None:
        session = guarded(new_session(basket=1))
        old = str(session.session_key)
        clock.shift(seconds)
        if how == "save":
            session.cycle_key()
        else:
            async_to_sync(session.acycle_key)()
        save(session, how)
        assert session.session_key != old
        assert not session.exists(old)
        assert loaded(session)["basket"] == 1
        assert activity.last(loaded(session)) == NOON

    @either_way
    def test_flushing_leaves_no_session_behind(self, clock: Traveller, how: str) -> None:
        session = guarded(new_session())
        old = str(session.session_key)
        clock.shift(100)
        if how == "save":
            session.flush()
        else:
            async_to_sync(session.aflush)()
        assert session.session_key is None
        assert not session.exists(old)
        # Whoever signs in next in this request gets a session of their own.
        session["basket"] = 1
        save(session, how)
        assert session.session_key not in (None, old)
        assert dict(loaded(session).items()) == {"basket": 1}

    def test_a_time_that_can_not_be_looked_up_keeps_nothing_from_being_saved(
        self, clock: Traveller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        session = guarded(new_session())
        session["basket"] = 1
        clock.shift(100)
        break_reading(monkeypatch, session)
        session.save()
        monkeypatch.undo()
        assert logged(caplog) == ["Could not read the last activity"]
        assert loaded(session)["basket"] == 1


def break_reading(monkeypatch: pytest.MonkeyPatch, session: SessionBase) -> None:
    def broken(*args: object) -> None:
        raise ConnectionError("as it should")

    for name in ("load", "decode"):
        monkeypatch.setattr(type(session), name, broken)


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "session_security"]


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
def test_a_row_is_locked_until_its_copy_in_the_cache_is_set(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a sign-out in between would be undone: in bare Django, 17 of 500 were."""
    depths = []
    session = guarded(new_session())
    cache = caches["default"]
    plain = cache.set

    def noting(*args: Any) -> None:
        depths.append(len(connection.savepoint_ids))
        plain(*args)

    monkeypatch.setattr(cache, "set", noting)
    before = len(connection.savepoint_ids)
    session.save()
    assert depths == [before + 1]


@pytest.mark.parametrize("engine", ["db"], indirect=True)
@pytest.mark.parametrize("seconds", [0, 15])
def test_a_fresh_row_is_saved_as_django_saves_it(
    engine: str, clock: Traveller, seconds: float
) -> None:
    """The queries, one by one; the time can be no older than the resolution."""
    found = []
    for session in (new_session(), guarded(new_session())):
        clock.move_to(after(seconds))
        session["basket"] = 1
        with CaptureQueriesContext(connection) as queries:
            session.save()
        found.append([query["sql"].split()[0] for query in queries])
        clock.move_to(NOON)
    assert found[0] == found[1] == ["SAVEPOINT", "UPDATE", "RELEASE"]


@pytest.mark.parametrize("engine", ["db", "cached_db"], indirect=True)
class TestGuardOfRow:
    def test_an_old_time_is_looked_up_and_saved_under_one_lock(
        self, engine: str, clock: Traveller
    ) -> None:
        session = guarded(new_session())
        clock.shift(16)
        with CaptureQueriesContext(connection) as queries:
            session.save()
        words = [query["sql"].split()[0] for query in queries]
        inner = ["SAVEPOINT", "UPDATE", "RELEASE"]
        assert words == ["SAVEPOINT", "UPDATE", "SELECT", *inner, "RELEASE"]

    def test_deleting_is_left_to_the_database(self, engine: str) -> None:
        session = guarded(new_session())
        assert "delete" not in vars(session)
        assert "adelete" not in vars(session)


@pytest.mark.parametrize("engine", ["signed_cookies"], indirect=True)
def test_a_session_in_a_cookie_is_not_guarded(engine: str) -> None:
    session = new_session()
    before = dict(vars(session))
    assert vars(guarded(session)) == before


# The locks


def lock_file(session: Any) -> Path:
    return Path(session.storage_path, f".session_security_{session.session_key[0]}.lock")


def lock_name(session: Any) -> str:
    return f"{session.cache_key_prefix}{session.session_key}.lock"


def is_free(session: SessionBase) -> bool:
    """Whether another request would get the lock at once."""
    if isinstance(session, CacheStore):
        return caches["default"].get(lock_name(session)) is None
    with lock_file(session).open("ab") as file:
        return locks.lock(file, locks.LOCK_EX | locks.LOCK_NB)


WORK: dict[str, Callable[[SessionBase], object]] = {
    "merge": lambda session: activity.merge(session, after(100)),
    "save": lambda session: session.save(),
    "delete": lambda session: session.delete(),
    "asave": lambda session: save(session, "asave"),
    "adelete": lambda session: delete(session, "asave"),
}


@pytest.fixture(params=list(WORK))
def work(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def check_done(session: SessionBase, work: str) -> None:
    if work.endswith("delete"):
        assert not session.exists(str(session.session_key))
    else:
        found = loaded(session)
        assert found.get("basket") == (1 if work == "merge" else 2)
        assert activity.last(found) == (after(100) if work == "merge" else NOON)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "LOCK_TRIES", 2)
    monkeypatch.setattr(activity, "LOCK_PAUSE", 0)


@pytest.mark.parametrize("engine", ["cache", "file"], indirect=True)
@pytest.mark.usefixtures("engine")
class TestLock:
    @pytest.fixture
    def session(self, engine: str, clock: Traveller) -> SessionBase:
        """A guarded session that its request has changed, 100 s after noon."""
        session = guarded(new_session(basket=1))
        session["basket"] = 2
        clock.shift(100)
        return session

    def test_it_is_held_while_the_store_is_changed_and_then_given_back(
        self, session: SessionBase, work: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = []
        for name in ("save", "delete"):
            original = getattr(type(session), name)

            def spy(
                self: SessionBase, *args: Any, original: Callable[..., None] = original
            ) -> None:
                held.append(not is_free(session))
                original(self, *args)

            monkeypatch.setattr(type(session), name, spy)
        WORK[work](session)
        assert held == [True]
        assert is_free(session)
        check_done(session, work)

    def test_it_is_given_back_after_an_error(
        self, session: SessionBase, work: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*args: object) -> None:
            assert not is_free(session)
            raise ConnectionError("as it should")

        monkeypatch.setattr(type(session), "delete" if work.endswith("delete") else "save", broken)
        raises = nullcontext() if work == "merge" else pytest.raises(ConnectionError)
        with raises:
            WORK[work](session)
        assert is_free(session)

    @pytest.mark.usefixtures("impatient")
    def test_if_it_stays_taken_the_work_is_done_all_the_same(
        self, session: SessionBase, work: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        with lock_of_another(session):
            WORK[work](session)
            assert not is_free(session), "it is not ours to give back"
        check_done(session, work)
        assert logged(caplog) == ["Could not lock the session"]
        assert str(session.session_key) not in caplog.text

    def test_it_is_waited_for(
        self, session: SessionBase, work: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The other gives it back at the third look."""
        with ExitStack() as other:
            other.enter_context(lock_of_another(session))
            pauses: list[float] = []

            def sleep(seconds: float) -> None:
                pauses.append(seconds)
                if len(pauses) == 3:
                    other.close()

            monkeypatch.setattr(activity, "time", SimpleNamespace(sleep=sleep))
            WORK[work](session)
        assert pauses == [activity.LOCK_PAUSE] * 3
        check_done(session, work)
        assert is_free(session)

    def test_a_stranger_s_session_does_not_wait(
        self, session: SessionBase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = new_session()
        while str(other.session_key)[0] == str(session.session_key)[0]:
            other = new_session()
        monkeypatch.setattr(activity, "time", None)
        with lock_of_another(other):
            session.save()
        check_done(session, "save")


@contextmanager
def lock_of_another(session: SessionBase) -> Iterator[None]:
    """Another process holds the lock of this session."""
    if isinstance(session, CacheStore):
        assert caches["default"].add(lock_name(session), 1)
        yield
        caches["default"].delete(lock_name(session))
        return
    with lock_file(session).open("ab") as file:
        assert locks.lock(file, locks.LOCK_EX | locks.LOCK_NB)
        yield


@pytest.mark.parametrize("engine", ["cache"], indirect=True)
@pytest.mark.usefixtures("impatient")
def test_a_lock_of_a_dead_process_is_gone_after_ten_seconds(
    engine: str, clock: Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    session = guarded(new_session())
    activity._lock(session, session.session_key)  # and nobody gives it back
    clock.shift(9)
    session.save()
    assert logged(caplog) == ["Could not lock the session"]
    clock.shift(2)
    caplog.clear()
    session.save()
    assert logged(caplog) == []


@pytest.mark.parametrize("engine", ["file"], indirect=True)
def test_a_lock_file_that_can_not_be_opened_costs_a_log_line(
    engine: str, work: str, clock: Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    session = guarded(new_session(basket=1))
    session["basket"] = 2
    clock.shift(100)
    lock_file(session).mkdir()
    WORK[work](session)
    check_done(session, work)
    assert logged(caplog) == ["Could not lock the session"]


@pytest.mark.parametrize("engine", ["file"], indirect=True)
def test_a_lock_file_is_not_taken_for_a_session(
    engine: str, caplog: pytest.LogCaptureFixture
) -> None:
    session = guarded(new_session())
    session.save()
    os.utime(lock_file(session), (0, 0))  # a session as old would be cleared
    call_command("clearsessions")
    assert lock_file(session).exists()
    assert lock_file(session).stat().st_size == 0
    assert session.exists(str(session.session_key))
    assert logged(caplog) == []


@pytest.mark.parametrize("engine", ["cache"], indirect=True)
def test_a_cache_that_takes_no_lock_is_worked_with_all_the_same(
    engine: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.CACHES = {"default": {"BACKEND": "tests.neighbours.FailingCache"}}
    session = guarded(new_session())
    session["basket"] = 2

    def broken(*args: object, **kwargs: object) -> None:
        raise ConnectionError("as it should")

    monkeypatch.setattr(FailingCache, "add", broken)
    session.save()
    monkeypatch.undo()
    assert loaded(session)["basket"] == 2
    assert logged(caplog) == ["Could not lock the session"]


def test_an_engine_of_somebody_else_is_worked_with_without_a_lock(
    settings: Settings, clock: Traveller, work: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SESSION_ENGINE = "tests.neighbours"
    session = guarded(new_session(basket=1))
    session["basket"] = 2
    clock.shift(100)
    WORK[work](session)
    check_done(session, work)
    assert logged(caplog) == []


def test_an_engine_of_somebody_else_is_guarded_too(settings: Settings, clock: Traveller) -> None:
    settings.SESSION_ENGINE = "tests.neighbours"
    session = guarded(new_session())
    session["basket"] = 1
    clock.shift(100)
    activity.merge(loaded(session), after(100))
    session.save()
    assert loaded(session)["basket"] == 1
    assert activity.last(loaded(session)) == after(100)
    loaded(session).delete()
    with pytest.raises(UpdateError):
        session.save()


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
