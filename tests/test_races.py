"""Requests that overlap. Each interleaving is made, not waited for.

A view that is being served sends other requests itself; ``Interleaving`` lets something happen
between the reading of a session and the storing of an act.
"""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import connection
from django.http import HttpRequest
from pytest_django import Settings
from time_machine import Traveller

from session_security.sessions import engines, times
from session_security.sessions.activity import engine_of, store_activity

from . import settings as plain
from .conftest import ENGINES, NOON, During
from .neighbours import OURS, FailingCache, Interleaving
from .visitor import Visitor

Between = Callable[[Callable[[], object]], None]
Overlap = Callable[[Callable[[], object], str, Callable[[], object]], None]

# With signed_cookies the browser is the store, and its last answer wins, with or without us.
on_the_server = pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)


@pytest.fixture
def between(settings: Settings) -> Iterator[Between]:
    """Sets what happens, once, after the session was read and before the act is stored."""
    settings.MIDDLEWARE = [
        path.replace(OURS, "tests.neighbours.Interleaving") for path in plain.MIDDLEWARE
    ]

    def set_meanwhile(code: Callable[[], object]) -> None:
        Interleaving.meanwhile = staticmethod(code)

    yield set_meanwhile
    Interleaving.meanwhile = None


def seconds(visitor: Visitor) -> float:
    """The stored act, in seconds since noon."""
    last = times.last_activity(visitor.session)
    assert last
    return (last - NOON).total_seconds()


@on_the_server
class TestOthersData:
    """What another request writes is never lost by us."""

    def test_a_write_while_a_page_is_served_survives(
        self, engine: str, alice: Visitor, clock: Traveller, during: During
    ) -> None:
        """In 2.6.8, 741 to 1,000 of 1,000 such writes were lost."""
        during(lambda request: alice.tab().alter(basket=1))
        clock.shift(100)
        alice.navigate("/during/")
        assert alice.session["basket"] == 1
        assert seconds(alice) == 100

    def test_a_write_between_reading_and_storing_survives(
        self, engine: str, between: Between, alice: Visitor, clock: Traveller
    ) -> None:
        between(lambda: alice.tab().alter(basket=1))
        clock.shift(100)
        alice.navigate("/")
        assert alice.session["basket"] == 1
        assert seconds(alice) == 100

    def test_a_view_that_writes_keeps_its_own_key_and_what_was_merged_meanwhile(
        self, engine: str, alice: Visitor, clock: Traveller, during: During
    ) -> None:
        """Defect of 2.x #1: a slow request saves its old session over newer activity."""

        def slow(request: HttpRequest) -> None:
            request.session["basket"] = 1
            clock.shift(400)
            assert alice.tab().ping(idleFor=0).status_code == 200
            clock.shift(30)

        during(slow)
        clock.shift(100)
        alice.navigate("/during/")
        assert alice.session["basket"] == 1
        assert seconds(alice) == 500
        clock.shift(569)
        assert alice.signed_in == "alice"

    def test_a_passive_view_that_writes_does_not_turn_time_back(
        self, engine: str, alice: Visitor, clock: Traveller, during: During
    ) -> None:
        def slow(request: HttpRequest) -> None:
            request.session["basket"] = 1
            alice.tab().navigate("/")

        during(slow)
        clock.shift(100)
        alice.navigate("/passive/during/")
        assert alice.session["basket"] == 1
        assert seconds(alice) == 100

    def test_with_save_every_request_no_page_turns_time_back(
        self, engine: str, settings: Settings, alice: Visitor, clock: Traveller, during: During
    ) -> None:
        settings.SESSION_SAVE_EVERY_REQUEST = True

        def slow(request: HttpRequest) -> None:
            clock.shift(100)
            alice.tab().navigate("/")

        during(slow)
        alice.navigate("/passive/during/")
        assert seconds(alice) == 100

    def test_a_slow_view_that_fails_turns_nothing_back(
        self, engine: str, alice: Visitor, clock: Traveller, during: During
    ) -> None:
        def slow(request: HttpRequest) -> None:
            request.session["basket"] = 1
            clock.shift(100)
            alice.tab().ping(idleFor=0)
            raise RuntimeError("as it should")

        during(slow)
        assert alice.navigate("/during/").status_code == 500
        assert "basket" not in alice.session
        assert seconds(alice) == 100

    def test_a_view_that_only_reads_leaves_what_was_merged_meanwhile(
        self, engine: str, alice: Visitor, clock: Traveller, during: During
    ) -> None:
        def slow(request: HttpRequest) -> None:
            request.session.get("basket")
            clock.shift(400)
            alice.tab().ping(idleFor=0)
            clock.shift(400)

        during(slow)
        alice.navigate("/during/")
        assert seconds(alice) == 400
        assert alice.signed_in == "alice"


@on_the_server
class TestSignOutMeanwhile:
    """A session that was ended elsewhere stays ended, and no page fails by it."""

    def check(self, visitor: Visitor, key: str) -> None:
        visitor.client.cookies["sessionid"] = key
        assert SESSION_KEY not in visitor.session
        assert not visitor.session.exists(key)
        assert visitor.signed_in == ""

    @pytest.mark.parametrize("path", ["/during/", "/passive/during/"])
    def test_while_the_view_runs(
        self, engine: str, alice: Visitor, clock: Traveller, during: During, path: str
    ) -> None:
        """Defect of 2.x #89: a session ended elsewhere is written back by the middleware."""
        during(lambda request: alice.tab().get("/leave/"))
        key = alice.key
        clock.shift(100)
        assert alice.navigate(path).content == b"done"
        self.check(alice, key)

    def test_before_the_act_is_stored(
        self, engine: str, between: Between, alice: Visitor, clock: Traveller
    ) -> None:
        key = alice.key
        between(lambda: alice.tab().get("/leave/"))
        clock.shift(100)
        assert alice.navigate("/").content == b"public"
        self.check(alice, key)

    def test_before_a_report_is_stored(
        self, engine: str, between: Between, alice: Visitor, clock: Traveller
    ) -> None:
        key = alice.key
        between(lambda: alice.tab().get("/leave/"))
        clock.shift(100)
        assert alice.ping(idleFor=0).status_code == 200
        self.check(alice, key)

    def test_while_a_slow_view_writes(
        self, engine: str, alice: Visitor, clock: Traveller, during: During
    ) -> None:
        """Django answers 400 to a save of a deleted session, with or without us."""

        def slow(request: HttpRequest) -> None:
            request.session["basket"] = 1
            clock.shift(100)
            alice.tab().get("/leave/")

        during(slow)
        key = alice.key
        assert alice.navigate("/during/").status_code == 400
        self.check(alice, key)

    def test_deleted_without_a_sign_out(
        self, engine: str, between: Between, alice: Visitor, clock: Traveller
    ) -> None:
        key = alice.key
        between(lambda: alice.session.delete())
        clock.shift(100)
        assert alice.navigate("/").status_code == 200
        self.check(alice, key)

    def test_both_tabs_come_too_late_at_once(
        self, engine: str, alice: Visitor, clock: Traveller, during: During
    ) -> None:
        key = alice.key
        clock.shift(600)
        during(lambda request: alice.tab().navigate("/"))
        assert alice.navigate("/during/").content == b"done"
        self.check(alice, key)


@on_the_server
def test_somebody_who_signs_in_meanwhile_is_not_given_another_s_time(
    engine: str, alice: Visitor, clock: Traveller, during: During
) -> None:
    def slow(request: HttpRequest) -> None:
        clock.shift(100)
        alice.tab().sign_in("bob")

    during(slow)
    clock.shift(100)
    alice.navigate("/during/")
    assert alice.signed_in == "bob"
    assert seconds(alice) == 200


# Between the reading and the saving of one and the same store


@pytest.mark.parametrize("engine", ["cache", "file"], indirect=True)
@pytest.mark.usefixtures("clock", "engine")
class TestNoTransactions:
    """Engines whose store has no locks of its own: one waits until the other has done.

    The other is a thread that starts when the first has read and is about to save. It must find
    the lock taken, and is let go on only when the first has done.
    """

    @pytest.fixture
    def sessions(self, clock: Traveller) -> list[SessionBase]:
        """The same signed-in session, as two requests have it, 100 s after noon."""
        store: type[SessionBase] = import_module(django_settings.SESSION_ENGINE).SessionStore
        session = store()
        session[SESSION_KEY] = "1"
        times.sign_in(session, NOON, NOON)
        session.save()
        sessions = [store(session.session_key) for _ in range(2)]
        for session in sessions:
            session.get(SESSION_KEY)
            engine_of(session).protect_saves(session)
        clock.shift(100)
        return sessions

    @pytest.fixture
    def overlap(self, sessions: list[SessionBase], monkeypatch: pytest.MonkeyPatch) -> Overlap:
        def run(first: Callable[[], object], name: str, second: Callable[[], object]) -> None:
            """Start ``second`` when ``first`` calls the engine's method ``name``."""
            waits, goes_on, starts = Event(), Event(), iter([True])
            # What is stored is written by the engine's adapter.
            place = type(engine_of(sessions[0])) if name == "write" else type(sessions[0])
            original = getattr(place, name)

            def sleep(seconds: float) -> None:
                waits.set()
                assert goes_on.wait(10)

            def between(self: Any, *args: Any) -> None:
                if next(starts, False):
                    others.append(pool.submit(second))
                    waits.wait(10)
                original(self, *args)

            monkeypatch.setattr(engines, "time", SimpleNamespace(sleep=sleep))
            monkeypatch.setattr(place, name, between)
            others: list[Future[object]] = []
            with ThreadPoolExecutor() as pool:
                first()
                goes_on.set()
            assert waits.is_set(), "nobody waited for the lock"
            others[0].result()

        return run

    def stored(self, session: SessionBase) -> SessionBase:
        return type(session)(session.session_key)

    def test_storing_brings_no_session_back_that_is_deleted_meanwhile(
        self, overlap: Overlap, sessions: list[SessionBase], clock: Traveller
    ) -> None:
        mine, other = sessions
        overlap(lambda: store_activity(mine, times.now()), "write", other.flush)
        assert not mine.exists(str(mine.session_key))

    def test_storing_puts_back_nothing_that_is_saved_meanwhile(
        self, overlap: Overlap, sessions: list[SessionBase], clock: Traveller
    ) -> None:
        mine, other = sessions
        other["basket"] = 1
        overlap(lambda: store_activity(mine, times.now()), "write", other.save)
        assert self.stored(mine)["basket"] == 1
        assert times.last_activity(self.stored(mine)) == times.now()

    def test_two_acts_leave_the_later_time(
        self, overlap: Overlap, sessions: list[SessionBase], clock: Traveller
    ) -> None:
        mine, other = sessions
        earlier = times.now() - timedelta(seconds=40)
        overlap(
            lambda: store_activity(mine, earlier),
            "write",
            lambda: store_activity(other, times.now()),
        )
        assert times.last_activity(self.stored(mine)) == times.now()

    def test_a_save_brings_no_session_back_that_is_deleted_meanwhile(
        self, overlap: Overlap, sessions: list[SessionBase], clock: Traveller
    ) -> None:
        mine, other = sessions
        mine["basket"] = 1
        overlap(mine.save, "save", other.flush)
        assert not mine.exists(str(mine.session_key))

    def test_a_save_turns_no_time_back_that_is_merged_meanwhile(
        self, overlap: Overlap, sessions: list[SessionBase], clock: Traveller
    ) -> None:
        mine, other = sessions
        mine["basket"] = 1
        overlap(mine.save, "save", lambda: store_activity(other, times.now()))
        assert self.stored(mine)["basket"] == 1
        assert times.last_activity(self.stored(mine)) == times.now()

    def test_a_deleted_session_is_not_merged_into(
        self, overlap: Overlap, sessions: list[SessionBase], clock: Traveller
    ) -> None:
        mine, other = sessions
        overlap(mine.delete, "delete", lambda: store_activity(other, times.now()))
        assert not mine.exists(str(mine.session_key))

    def test_a_deleted_session_is_not_saved(
        self, overlap: Overlap, sessions: list[SessionBase], clock: Traveller
    ) -> None:
        """What Django makes of it, a 400, is what it makes of it without us."""
        mine, other = sessions
        other["basket"] = 1
        with pytest.raises(UpdateError):
            overlap(mine.delete, "delete", other.save)
        assert not mine.exists(str(mine.session_key))


# The store fails


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "session_security"]


@pytest.mark.parametrize("engine", ["db", "cached_db"], indirect=True)
def test_a_table_that_fails_in_mid_request_does_not_fail_the_page(
    engine: str,
    between: Between,
    alice: Visitor,
    clock: Traveller,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def rename(name: str, other: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {name} RENAME TO {other}")

    between(lambda: rename("django_session", "gone"))
    clock.shift(100)
    assert alice.navigate("/").content == b"public"
    assert logged(caplog) == ["Could not store the last activity"]
    assert alice.key not in caplog.text
    rename("gone", "django_session")
    assert seconds(alice) == 0
    # The next report repairs it.
    clock.shift(1)
    alice.ping(idleFor=1)
    assert seconds(alice) == 100


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_does_not_fail_the_page(
    interface: str, alice: Visitor, clock: Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    """Defect in the making: SQLite says "database is locked", Django would make it a 400."""
    other = sqlite3.connect(connection.settings_dict["NAME"], uri=True, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        clock.shift(100)
        assert alice.navigate("/private/").content == b"private"
        response = alice.ping(idleFor=0)
        assert response.status_code == 200
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert set(logged(caplog)) == {"Could not store the last activity"}
    assert "OperationalError" in caplog.text
    assert alice.ping(idleFor=0).json()["idle"] == 0
    assert seconds(alice) == 100


@pytest.mark.parametrize("engine", ["cache", "cached_db"], indirect=True)
def test_a_failing_cache_does_not_fail_the_page(
    engine: str,
    settings: Settings,
    between: Between,
    visitor: Visitor,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.CACHES = {"default": {"BACKEND": "tests.neighbours.FailingCache"}}
    visitor.sign_in("alice")
    clock.shift(100)
    between(lambda: monkeypatch.setattr(FailingCache, "fails", True))
    assert visitor.navigate("/").content == b"public"
    where = "last activity" if engine == "cache" else "session in the cache"
    assert logged(caplog) == [f"Could not store the {where}"]
    monkeypatch.setattr(FailingCache, "fails", False)
    visitor.navigate("/")
    assert seconds(visitor) == 100


@on_the_server
def test_a_store_that_fails_when_the_old_time_is_looked_up_does_not_fail_the_page(
    engine: str,
    alice: Visitor,
    clock: Traveller,
    during: During,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*args: object) -> None:
        raise ConnectionError("as it should")

    def slow(request: HttpRequest) -> None:
        request.session["basket"] = 1
        clock.shift(100)
        for name in ("load", "decode"):
            monkeypatch.setattr(type(request.session), name, broken)

    during(slow)
    assert alice.navigate("/during/").content == b"done"
    monkeypatch.undo()
    if engine != "cache":  # which is read without these
        assert logged(caplog) == ["Could not read the last activity"]
    assert alice.session["basket"] == 1
