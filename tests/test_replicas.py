"""Sessions that are read from a replica, which follows some seconds later."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import cache, caches
from django.http import HttpRequest
from pytest_django import Settings
from time_machine import Traveller

from session_security.policy import Reason

from .conftest import During
from .stores import ReplicatedCache, SessionRouter, replicate, session_database
from .visitor import Visitor

LAG = 3  # seconds


# --- a database router whose reads come from a replica ------------------------------------------


@pytest.mark.parametrize("engine", ["db", "cached_db"], indirect=True)
class TestDatabase:
    @pytest.fixture(autouse=True)
    def _replica(self, engine: str, db: None, settings: Settings, tmp_path: Path) -> Iterator[None]:
        with session_database("replica", tmp_path / "replica.sqlite3"):
            settings.DATABASE_ROUTERS = [SessionRouter(read="replica")]
            yield

    @pytest.fixture
    def alice(self, alice: Visitor) -> Visitor:
        """Somebody who signed in at noon, which the replica knows by now."""
        replicate("replica")
        return alice

    def after_the_lag(self, clock: Traveller) -> None:
        """The replica is where the default database was ``LAG`` seconds ago."""
        cache.clear()  # or cached_db would not read it
        clock.shift(LAG)

    def stored(self, visitor: Visitor) -> dict[str, Any]:
        """What the database holds to which all is written."""
        rows = Session.objects.using("default").filter(session_key=visitor.key)
        return next((row.get_decoded() for row in rows), {})

    @pytest.mark.parametrize("send", ["navigate", "fetch", "ping"])
    def test_whoever_acted_in_time_is_not_signed_out(
        self, engine: str, alice: Visitor, clock: Traveller, ended: list[Reason], send: str
    ) -> None:
        clock.shift(600 - LAG)
        assert alice.ping(idleFor=0).status_code == 200
        self.after_the_lag(clock)
        response = alice.ping() if send == "ping" else getattr(alice, send)("/private/")
        assert response.status_code == 200
        assert ended == []
        replicate("replica")
        assert alice.signed_in == "alice"

    def test_whoever_walked_away_is_signed_out_once(
        self, engine: str, alice: Visitor, clock: Traveller, ended: list[Reason]
    ) -> None:
        """The replica goes on saying that the session is there."""
        key = alice.key
        clock.shift(600)
        for _ in range(3):
            alice.present(key)
            cache.clear()
            assert alice.navigate("/name/").content == b""
        assert ended == ["idle"]
        assert not Session.objects.using("default").filter(session_key=key).exists()

    def test_whoever_has_just_signed_in_is_not_signed_out(
        self, engine: str, visitor: Visitor, clock: Traveller
    ) -> None:
        """The replica does not know the session yet."""
        visitor.sign_in("alice")
        key = visitor.key
        self.after_the_lag(clock)
        response = visitor.navigate("/name/")
        assert response.content == b"alice"
        assert visitor.key == key

    def test_a_session_that_the_replica_has_not_yet_is_ended_all_the_same(
        self, engine: str, visitor: Visitor, clock: Traveller, ended: list[Reason]
    ) -> None:
        """Django's own deletion looks for the row in the replica first."""
        visitor.sign_in("alice")
        key = visitor.key
        cache.clear()
        clock.shift(600)
        assert visitor.navigate("/name/").content == b""
        assert ended == ["idle"]
        assert not Session.objects.using("default").filter(session_key=key).exists()

    def test_an_act_is_stored_beside_what_the_replica_has_not_yet(
        self, engine: str, alice: Visitor, clock: Traveller, during: During
    ) -> None:
        def put(request: HttpRequest) -> None:
            request.session["basket"] = 1

        during(put)
        clock.shift(300)
        alice.navigate("/during/")
        self.after_the_lag(clock)
        clock.shift(60)
        alice.navigate("/")
        assert self.stored(alice)["basket"] == 1

    def test_who_has_signed_out_stays_signed_out(
        self, engine: str, alice: Visitor, clock: Traveller
    ) -> None:
        key = alice.key
        clock.shift(300)
        alice.post("/leave/")
        self.after_the_lag(clock)
        alice.present(key)
        alice.navigate("/")
        alice.present(key)
        alice.ping(idleFor=0)
        assert not Session.objects.using("default").filter(session_key=key).exists()


# --- RedisCache with more than one location -----------------------------------------------------


def redis() -> ReplicatedCache:
    return cast(ReplicatedCache, caches["default"])


@pytest.mark.parametrize("engine", ["cache"], indirect=True)
class TestRedis:
    @pytest.fixture(autouse=True)
    def _replicated(self, engine: str, settings: Settings) -> Iterator[None]:
        settings.CACHES = {
            "default": {
                "BACKEND": "tests.stores.ReplicatedCache",
                "LOCATION": ["redis://primary", "redis://replica"],
            }
        }
        yield
        redis().catch_up()
        cache.clear()

    @pytest.fixture
    def alice(self, visitor: Visitor) -> Visitor:
        visitor.sign_in("alice")
        redis().fall_behind()
        return visitor

    def stored(self, key: str) -> dict[str, Any]:
        """What the server holds to which all is written."""
        return redis().read_primary(f"django.contrib.sessions.cache{key}") or {}

    @pytest.mark.parametrize("act", ["page", "report"])
    def test_an_act_puts_back_nothing_that_the_replica_has_not_yet(
        self, engine: str, alice: Visitor, clock: Traveller, during: During, act: str
    ) -> None:
        def put(request: HttpRequest) -> None:
            request.session["basket"] = 1

        during(put)
        alice.navigate("/passive/during/")
        assert self.stored(alice.key)["basket"] == 1
        clock.shift(100)
        response = alice.navigate("/") if act == "page" else alice.ping(idleFor=0)
        assert response.status_code == 200
        assert self.stored(alice.key)["basket"] == 1

    @pytest.mark.parametrize("act", ["page", "report"])
    def test_an_act_revives_no_session_that_the_replica_has_still(
        self, engine: str, alice: Visitor, clock: Traveller, act: str
    ) -> None:
        key = alice.key
        clock.shift(100)
        alice.post("/leave/")
        alice.present(key)
        _ = alice.navigate("/") if act == "page" else alice.ping(idleFor=0)
        assert SESSION_KEY not in self.stored(key)

    def test_whoever_acted_in_time_is_not_signed_out(
        self, engine: str, alice: Visitor, clock: Traveller, ended: list[Reason]
    ) -> None:
        clock.shift(600 - LAG)
        alice.ping(idleFor=0)
        clock.shift(LAG)
        assert alice.navigate("/private/").content == b"private"
        assert ended == []
        redis().catch_up()
        assert alice.signed_in == "alice"

    def test_a_later_act_is_not_turned_back(
        self, engine: str, alice: Visitor, clock: Traveller
    ) -> None:
        """Two tabs, and the second has an earlier act to report."""
        clock.shift(500)
        alice.ping(idleFor=0)
        alice.tab().ping(idleFor=200)
        redis().catch_up()
        clock.shift(599)
        assert alice.signed_in == "alice"

    def test_a_session_ends_once(
        self, engine: str, alice: Visitor, clock: Traveller, ended: list[Reason]
    ) -> None:
        key = alice.key
        clock.shift(600)
        for _ in range(3):
            alice.present(key)
            assert alice.navigate("/name/").content == b""
        assert ended == ["idle"]
        assert self.stored(key) == {}
