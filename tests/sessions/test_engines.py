"""Each engine's adapter: what is stored and saved, under which lock, and what is never lost."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.backends.cache import SessionStore as CacheStore
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.files import locks
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from time_machine import Traveller

from session_security.sessions import engines, outage, times
from session_security.sessions.activity import engine_of, store_activity
from tests.conftest import NOON
from tests.neighbours import FailingCache

from .helpers import (
    EXACT,
    LAST,
    SIGNED_IN,
    STARTED,
    acted,
    after,
    loaded,
    new_session,
    on_the_server,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TIMES = (LAST, EXACT, STARTED, SIGNED_IN)


# Storing


@pytest.mark.usefixtures("engine")
class TestStoring:
    def test_a_later_act_is_stored_and_mirrored(self, clock: Traveller) -> None:
        session = new_session()
        clock.shift(100)
        store_activity(session, after(100))
        assert times.last_activity(session) == after(100)
        assert times.started(session) == NOON
        if not django_settings.SESSION_ENGINE.endswith("signed_cookies"):
            assert session.modified is False
            assert times.last_activity(loaded(session)) == after(100)

    def test_an_earlier_act_changes_nothing(self, clock: Traveller) -> None:
        session = new_session(**acted(90))
        clock.shift(100)
        store_activity(session, after(60))
        assert times.last_activity(session) == after(90)
        assert times.last_activity(loaded(session)) == after(90)

    @on_the_server
    def test_what_another_request_stored_meanwhile_wins_if_it_is_later(
        self, clock: Traveller
    ) -> None:
        session = new_session()
        clock.shift(100)
        store_activity(loaded(session), after(95))
        store_activity(session, after(60))
        assert times.last_activity(session) == after(95)
        assert times.last_activity(loaded(session)) == after(95)

    @on_the_server
    def test_waiting_for_the_store_does_not_turn_time_back(self, clock: Traveller) -> None:
        """Two requests: the first took its time, then waited for a lock while the other stored."""
        session = new_session()
        clock.shift(105)
        store_activity(loaded(session), after(104))
        store_activity(session, after(100))
        assert times.last_activity(loaded(session)) == after(104)

    @on_the_server
    def test_what_another_request_wrote_survives(self, clock: Traveller) -> None:
        session = new_session(basket=1)
        other = loaded(session)
        other["basket"] = 2
        other["theme"] = "dark"
        other.save()
        clock.shift(100)
        store_activity(session, after(100))
        found = loaded(session)
        assert (found["basket"], found["theme"]) == (2, "dark")
        assert times.last_activity(found) == after(100)

    @on_the_server
    def test_what_this_request_has_changed_is_not_stored_by_it(self, clock: Traveller) -> None:
        """Django decides at the end of the request, as it does without this app."""
        session = new_session(basket=1)
        session["basket"] = 2
        clock.shift(100)
        store_activity(session, after(100))
        assert loaded(session)["basket"] == 1
        session.save()
        assert loaded(session)["basket"] == 2
        assert times.last_activity(loaded(session)) == after(100)

    @on_the_server
    def test_a_deleted_session_stays_deleted(self, clock: Traveller) -> None:
        """Defect of 2.x #89: a session ended elsewhere is written back by the middleware."""
        session = new_session()
        loaded(session).delete()
        clock.shift(100)
        store_activity(session, after(100))
        assert not session.exists(str(session.session_key))
        assert SESSION_KEY not in loaded(session)

    @on_the_server
    def test_a_session_signed_out_meanwhile_is_left_alone(self, clock: Traveller) -> None:
        session = new_session(basket=1)
        other = loaded(session)
        for name in (SESSION_KEY, *TIMES):
            del other[name]
        other.save()
        clock.shift(100)
        store_activity(session, after(100))
        assert dict(loaded(session).items()) == {"basket": 1}

    @on_the_server
    def test_a_session_of_somebody_else_by_now_is_left_alone(self, clock: Traveller) -> None:
        session = new_session()
        other = loaded(session)
        other[SESSION_KEY] = "2"
        other.save()
        clock.shift(100)
        store_activity(session, after(100))
        assert times.last_activity(loaded(session)) == NOON

    def test_a_missing_start_is_set_to_now(self, clock: Traveller) -> None:
        session = new_session(**{STARTED: ...})
        clock.shift(100)
        store_activity(session, after(50))
        assert times.last_activity(session) == after(50)
        assert times.started(session) == after(100)

    def test_a_time_in_the_future_gives_way(self, clock: Traveller) -> None:
        """Or the later of the two would be the wrong one for ever."""
        session = new_session(**acted(3600))
        clock.shift(100)
        store_activity(session, after(100))
        assert times.last_activity(session) == after(100)

    def test_an_unreadable_time_gives_way(self, clock: Traveller) -> None:
        session = new_session(**{LAST: "yesterday"})
        clock.shift(100)
        store_activity(session, after(100))
        assert times.last_activity(session) == after(100)


@pytest.mark.parametrize("engine", ["db", "cached_db"], indirect=True)
class TestStoringInRow:
    def test_costs_one_query_or_locks_row_and_copy(self, engine: str) -> None:
        """SQLite could refuse a statement that writes after one that reads, in a transaction."""
        key = str(new_session().session_key)
        session = type(new_session())(key)
        outage.load(session, key)
        with CaptureQueriesContext(connection) as queries:
            store_activity(session, after(100))
        words = [query["sql"].split()[0] for query in queries]
        locked = ["SAVEPOINT", "UPDATE", "SELECT", "UPDATE", "RELEASE"]
        assert words == (["UPDATE"] if engine == "db" else locked)

    def test_the_row_lives_on(self, engine: str, settings: Settings, clock: Traveller) -> None:
        settings.SESSION_COOKIE_AGE = 1800
        session = new_session()
        clock.shift(100)
        store_activity(session, after(100))
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
        store_activity(session, after(100))
        assert Session.objects.get().expire_date == after(date)

    def test_a_row_past_its_date_is_not_revived(
        self, engine: str, settings: Settings, clock: Traveller
    ) -> None:
        settings.SESSION_COOKIE_AGE = 1800
        session = new_session()
        clock.shift(1801)
        store_activity(session, after(1801))
        assert Session.objects.get().expire_date == after(1800)
        assert SESSION_KEY not in loaded(session)

    def test_a_corrupt_row_is_left_alone(self, engine: str, clock: Traveller) -> None:
        session = new_session()
        Session.objects.update(session_data="forged")
        clock.shift(100)
        store_activity(session, after(100))
        assert Session.objects.get().session_data == "forged"


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
def test_row_and_cache_say_the_same(engine: str, clock: Traveller) -> None:
    session = new_session()
    clock.shift(100)
    store_activity(session, after(100))
    cached = caches["default"].get(session.cache_key)  # type: ignore[attr-defined]
    [row] = Session.objects.all()
    assert row.get_decoded() == cached
    assert times.last_activity(cached) == after(100)


def test_the_merge_goes_where_the_routers_say(settings: Settings) -> None:
    class Router:
        asked: list[object] = []

        def db_for_write(self, model: object, **hints: object) -> str:
            self.asked.append(model)
            return "default"

    session = new_session()
    settings.DATABASE_ROUTERS = [Router()]
    store_activity(session, after(100))
    assert Session in Router.asked
    assert times.last_activity(loaded(session)) == after(100)


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
    store_activity(session, after(100))
    [record] = [record for record in caplog.records if record.name == "session_security"]
    assert record.exc_info
    assert str(session.session_key) not in caplog.text
    monkeypatch.undo()
    assert times.last_activity(loaded(session)) == NOON


# What Django saves and deletes itself


def protected(session: SessionBase) -> SessionBase:
    """The session as a request has it that was found signed in."""
    engine_of(session).protect_saves(session)
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
class TestSaving:
    @either_way
    def test_a_save_takes_in_a_later_time_alone(self, clock: Traveller, how: str) -> None:
        session = protected(new_session(basket=1))
        session["basket"] = 2
        clock.shift(100)
        store_activity(loaded(session), after(100))
        save(session, how)
        assert times.last_activity(loaded(session)) == after(100)
        assert loaded(session)["basket"] == 2

    @either_way
    def test_a_save_never_takes_in_an_earlier_time(self, clock: Traveller, how: str) -> None:
        session = protected(new_session())
        session[LAST] = after(50).isoformat()
        clock.shift(100)
        save(session, how)
        assert times.last_activity(loaded(session)) == after(50)

    @either_way
    def test_a_save_puts_no_time_where_there_is_none(self, clock: Traveller, how: str) -> None:
        """A view that signs out without a new session takes the times away."""
        session = protected(new_session())
        for name in (SESSION_KEY, *TIMES):
            del session[name]
        clock.shift(100)
        save(session, how)
        assert dict(loaded(session).items()) == {}

    @pytest.mark.parametrize("seconds", [0, 14, 16, 100])
    @either_way
    def test_saving_a_deleted_session_raises_what_django_raises(
        self, clock: Traveller, how: str, seconds: float
    ) -> None:
        session = protected(new_session())
        session["basket"] = 1
        loaded(session).delete()
        clock.shift(seconds)
        with pytest.raises(UpdateError):
            save(session, how)
        assert not session.exists(str(session.session_key))

    @either_way
    def test_a_deleted_session_is_gone(self, how: str) -> None:
        session = protected(new_session())
        delete(session, how)
        assert not session.exists(str(session.session_key))

    @either_way
    def test_another_session_can_be_deleted_by_its_key(self, how: str) -> None:
        session, other = protected(new_session()), new_session()
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
        session = protected(new_session(basket=1))
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
        assert times.last_activity(loaded(session)) == NOON

    @either_way
    def test_flushing_leaves_no_session_behind(self, clock: Traveller, how: str) -> None:
        session = protected(new_session())
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
        session = protected(new_session())
        session["basket"] = 1
        clock.shift(100)
        break_reading(monkeypatch, session)
        session.save()
        monkeypatch.undo()
        assert logged(caplog) == ["Could not read the last activity"]
        assert loaded(session)["basket"] == 1


def break_reading(monkeypatch: pytest.MonkeyPatch, session: SessionBase) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ConnectionError("as it should")

    for name in ("load", "decode"):
        monkeypatch.setattr(type(session), name, broken)
    monkeypatch.setattr(engines.CacheEngine, "read", broken)


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "session_security"]


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
def test_a_row_is_locked_until_its_copy_in_the_cache_is_set(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a sign-out in between would be undone: in bare Django, 17 of 500 were."""
    depths = []
    session = protected(new_session())
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
    for session in (new_session(), protected(new_session())):
        clock.move_to(after(seconds))
        session["basket"] = 1
        with CaptureQueriesContext(connection) as queries:
            session.save()
        found.append([query["sql"].split()[0] for query in queries])
        clock.move_to(NOON)
    assert found[0] == found[1] == ["SAVEPOINT", "UPDATE", "RELEASE"]


@pytest.mark.parametrize("engine", ["db", "cached_db"], indirect=True)
class TestSavingRow:
    def test_an_old_time_is_looked_up_and_saved_under_one_lock(
        self, engine: str, clock: Traveller
    ) -> None:
        session = protected(new_session())
        clock.shift(16)
        with CaptureQueriesContext(connection) as queries:
            session.save()
        words = [query["sql"].split()[0] for query in queries]
        look = ["UPDATE", "SELECT"]
        if engine == "db":  # in the transaction that Django saves in
            look, inner = ["SAVEPOINT", *look, "RELEASE"], ["UPDATE"]
        else:
            inner = ["SAVEPOINT", "UPDATE", "RELEASE"]
        assert words == ["SAVEPOINT", *look, *inner, "RELEASE"]

    def test_deleting_is_left_to_the_database(self, engine: str) -> None:
        session = protected(new_session())
        assert "delete" not in vars(session)
        assert "adelete" not in vars(session)


@pytest.mark.parametrize("engine", ["signed_cookies"], indirect=True)
def test_a_session_in_a_cookie_is_not_protected(engine: str) -> None:
    session = new_session()
    before = dict(vars(session))
    assert vars(protected(session)) == before


# The locks


def lock_file(session: Any) -> Path:
    return Path(session.storage_path, f".session_security_{session.session_key[:2]}.lock")


def lock_name(session: Any) -> str:
    return f"{session.cache_key_prefix}{session.session_key}.lock"


def is_free(session: SessionBase) -> bool:
    """Whether another request would get the lock at once."""
    if isinstance(session, CacheStore):
        return caches["default"].get(lock_name(session)) is None
    with lock_file(session).open("ab") as file:
        return locks.lock(file, locks.LOCK_EX | locks.LOCK_NB)


WORK: dict[str, Callable[[SessionBase], object]] = {
    "store": lambda session: store_activity(session, after(100)),
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
        assert found.get("basket") == (1 if work == "store" else 2)
        assert times.last_activity(found) == (after(100) if work == "store" else NOON)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody really waits."""
    monkeypatch.setattr(engines, "time", SimpleNamespace(sleep=lambda seconds: None))


@pytest.mark.parametrize("engine", ["cache", "file"], indirect=True)
@pytest.mark.usefixtures("engine")
class TestLock:
    @pytest.fixture
    def session(self, engine: str, clock: Traveller) -> SessionBase:
        """A protected session that its request has changed, 100 s after noon."""
        session = protected(new_session(basket=1))
        session["basket"] = 2
        clock.shift(100)
        return session

    def test_it_is_held_while_the_store_is_changed_and_then_given_back(
        self, session: SessionBase, work: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = []
        is_in_cache = isinstance(session, CacheStore)
        place: Any = caches["default"] if is_in_cache else type(session)
        for name in ("set", "delete") if is_in_cache else ("save", "delete"):
            original = getattr(place, name)

            def spy(*args: Any, original: Callable[..., None] = original) -> None:
                if not is_in_cache or args[0] == session.cache_key:  # type: ignore[attr-defined]
                    held.append(not is_free(session))
                original(*args)

            monkeypatch.setattr(place, name, spy)
        WORK[work](session)
        assert held == [True]
        monkeypatch.undo()
        assert is_free(session)
        check_done(session, work)

    def test_it_is_given_back_after_an_error(
        self, session: SessionBase, work: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*args: object) -> None:
            assert not is_free(session)
            raise ConnectionError("as it should")

        if isinstance(session, CacheStore):
            plain = {name: getattr(caches["default"], name) for name in ("set", "delete")}
            for name, function in plain.items():

                def picky(*args: Any, function: Callable[..., None] = function) -> None:
                    (broken if args[0] == session.cache_key else function)(*args)

                monkeypatch.setattr(caches["default"], name, picky)
        else:
            name = "delete" if work.endswith("delete") else "save"
            monkeypatch.setattr(type(session), name, broken)
        raises = nullcontext() if work == "store" else pytest.raises(ConnectionError)
        with raises:
            WORK[work](session)
        assert is_free(session)

    @pytest.mark.usefixtures("impatient")
    def test_if_it_stays_taken_an_act_is_not_stored_and_all_else_is_done(
        self, session: SessionBase, work: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        with lock_of_another(session):
            WORK[work](session)
            assert not is_free(session), "it is not ours to give back"
        if work == "store":
            assert times.last_activity(loaded(session)) == NOON
            assert logged(caplog) == ["Could not store the last activity"]
        else:
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

            monkeypatch.setattr(engines, "time", SimpleNamespace(sleep=sleep))
            WORK[work](session)
        assert pauses == [engines.PAUSE] * 3
        check_done(session, work)
        assert is_free(session)

    def test_a_stranger_s_session_does_not_wait(
        self, session: SessionBase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = new_session()
        while str(other.session_key)[:2] == str(session.session_key)[:2]:
            other = new_session()
        monkeypatch.setattr(engines, "time", None)
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
    session = protected(new_session())
    assert caches["default"].add(lock_name(session), 1, engines.LOCK_LIFE)  # nobody gives it back
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
    session = protected(new_session(basket=1))
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
    session = protected(new_session())
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
    session = protected(new_session())
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
    session = protected(new_session(basket=1))
    session["basket"] = 2
    clock.shift(100)
    WORK[work](session)
    check_done(session, work)
    assert logged(caplog) == []


def test_an_engine_of_somebody_else_is_protected_too(settings: Settings, clock: Traveller) -> None:
    settings.SESSION_ENGINE = "tests.neighbours"
    session = protected(new_session())
    session["basket"] = 1
    clock.shift(100)
    store_activity(loaded(session), after(100))
    session.save()
    assert loaded(session)["basket"] == 1
    assert times.last_activity(loaded(session)) == after(100)
    loaded(session).delete()
    with pytest.raises(UpdateError):
        session.save()
