"""Servers of 2.6.8 and of this version share the sessions: before, during and after an upgrade.

2.6.8 keeps the last act under one key, as naive local time with microseconds, and reads no other.
"""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from pytest_django import Settings
from time_machine import Traveller

from session_security.policy import Reason

from .visitor import FETCH, PING, Visitor

KEY = "_session_security"
FORMAT = "%Y-%m-%dT%H:%M:%S.%f"
OF_DJANGO = (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY)

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"]
SPRING, AUTUMN = "2026-03-29T00:55:00+00:00", "2026-10-25T00:55:00+00:00"  # in Europe


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, settings: Settings) -> str:
    """The local time of the servers; ask for it before ``alice``."""
    settings.TIME_ZONE = request.param
    return str(request.param)


@pytest.fixture
def berlin(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


def old_server_reads(session: SessionBase) -> float:
    """For how many seconds nobody has acted, by what 2.6.8 makes of the session."""
    return (datetime.now() - datetime.strptime(session[KEY], FORMAT)).total_seconds()


def old_server_writes(visitor: Visitor) -> None:
    """A page of 2.6.8 was opened."""
    visitor.alter(**{KEY: datetime.now().strftime(FORMAT)})


def written_by_old_server_alone(visitor: Visitor) -> None:
    """Nothing in the session is ours."""
    session = visitor.session
    for name in [name for name in session.keys() if name not in OF_DJANGO]:  # noqa: SIM118
        del session[name]
    session.save()
    visitor.present(str(session.session_key))
    old_server_writes(visitor)


# --- what 2.6.8 finds ---------------------------------------------------------------------------


class TestOldServer:
    @pytest.mark.parametrize("use_tz", [True, False])
    def test_it_reads_what_a_sign_in_a_page_and_a_report_have_stored(
        self, zone: str, settings: Settings, visitor: Visitor, clock: Traveller, use_tz: bool
    ) -> None:
        settings.USE_TZ = use_tz
        visitor.sign_in("alice")
        assert old_server_reads(visitor.session) == 0
        clock.shift(100)
        visitor.navigate("/")
        assert old_server_reads(visitor.session) == 0
        clock.shift(100.25)
        assert old_server_reads(visitor.session) == 100.25
        visitor.ping(idleFor=30)
        assert old_server_reads(visitor.session) == 30

    def test_it_is_right_on_every_engine(
        self, berlin: None, engine: str, alice: Visitor, clock: Traveller
    ) -> None:
        clock.shift(100)
        alice.navigate("/")
        clock.shift(50)
        assert old_server_reads(alice.session) == 50

    def test_it_ends_what_has_been_left(self, zone: str, alice: Visitor, clock: Traveller) -> None:
        """In 2.6.8 what it can't read means "now"."""
        clock.shift(600)
        assert old_server_reads(alice.session) >= 600

    @pytest.mark.parametrize("start", [SPRING, AUTUMN])
    def test_it_is_off_by_no_more_than_it_was_by_itself(
        self, berlin: None, visitor: Visitor, clock: Traveller, start: str
    ) -> None:
        """The hour that it skips or repeats is its own."""
        clock.move_to(start)
        visitor.sign_in("alice")
        for _ in range(10):
            clock.shift(120)
            visitor.navigate("/")
            assert old_server_reads(visitor.session) == 0


# --- what 2.6.8 has left ------------------------------------------------------------------------


class TestNewServer:
    def test_a_session_of_the_old_server_goes_on_and_ends(
        self, zone: str, alice: Visitor, clock: Traveller, ended: list[Reason]
    ) -> None:
        written_by_old_server_alone(alice)
        clock.shift(599)
        assert alice.ping().json()["idle"] == 599
        assert alice.signed_in == "alice"
        clock.shift(1)
        assert alice.signed_in == ""
        assert ended == ["idle"]

    def test_it_may_hold_no_microseconds(
        self, berlin: None, alice: Visitor, clock: Traveller
    ) -> None:
        """As versions before had it."""
        written_by_old_server_alone(alice)
        alice.alter(**{KEY: datetime.now().strftime("%Y-%m-%dT%H:%M:%S")})
        clock.shift(200)
        assert alice.ping().json()["idle"] == 200

    def test_a_later_act_on_the_old_server_counts(
        self, zone: str, alice: Visitor, clock: Traveller
    ) -> None:
        clock.shift(100)
        alice.navigate("/")
        clock.shift(200)
        old_server_writes(alice)
        clock.shift(599)
        assert alice.ping().json()["idle"] == 599
        clock.shift(1)
        assert alice.signed_in == ""

    @pytest.mark.parametrize("start", [SPRING, AUTUMN])
    def test_working_on_both_through_the_night_of_the_change(
        self, berlin: None, visitor: Visitor, clock: Traveller, start: str, ended: list[Reason]
    ) -> None:
        clock.move_to(start)
        visitor.sign_in("alice")
        for _ in range(8):
            clock.shift(290)
            old_server_writes(visitor)
            clock.shift(290)
            assert visitor.navigate("/private/").content == b"private"
        assert ended == []

    @pytest.mark.parametrize("start", [SPRING, AUTUMN])
    @pytest.mark.parametrize("away", [599, 600, 1800, 3540, 3600, 3660, 4260])
    def test_leaving_in_the_night_of_the_change(
        self, berlin: None, visitor: Visitor, clock: Traveller, start: str, away: int
    ) -> None:
        """When clocks go back, local time says once more what it said an hour ago."""
        clock.move_to(start)
        visitor.sign_in("alice")
        clock.shift(away)
        assert visitor.signed_in == ("alice" if away < 600 else "")

    @pytest.mark.parametrize("before", ["Europe/Berlin", "America/New_York", "UTC"])
    @pytest.mark.parametrize("after", ["Europe/Berlin", "America/New_York", "UTC"])
    def test_another_zone_changes_nothing(
        self, settings: Settings, visitor: Visitor, clock: Traveller, before: str, after: str
    ) -> None:
        """The site is moved to another zone; what is here is known exactly."""
        settings.TIME_ZONE = before
        visitor.sign_in("alice")
        settings.TIME_ZONE = after
        clock.shift(599)
        assert visitor.ping().json()["idle"] == 599
        clock.shift(1)
        assert visitor.signed_in == ""

    def test_a_session_whose_key_was_taken_out_goes_on(
        self, engine: str, alice: Visitor, clock: Traveller, ended: list[Reason]
    ) -> None:
        """By a site's own code; in 2.6.8 that meant "now"."""
        clock.shift(100)
        alice.navigate("/")
        clock.shift(300)
        alice.alter(**{KEY: ...})
        assert alice.navigate("/private/").content == b"private"
        assert ended == []
        assert KEY in alice.session
        clock.shift(600)
        assert alice.signed_in == ""
        assert ended == ["idle"]

    def test_a_key_that_was_taken_out_counts_as_now(self, alice: Visitor, clock: Traveller) -> None:
        """As on the old server."""
        clock.shift(600)
        alice.alter(**{KEY: ...})
        assert alice.signed_in == "alice"


# --- the ping -----------------------------------------------------------------------------------


def test_a_report_may_say_it_in_its_query_as_well(alice: Visitor, clock: Traveller) -> None:
    """For the old server, to which any other request of ours would be an act of now."""
    clock.shift(100)
    headers = FETCH | {"X-Session-Security": "1"}
    response = alice.send("POST", f"{PING}?idleFor=12", "idleFor=12.5", headers=headers)
    assert response.json()["idle"] == 12.5
    last = datetime.strptime(alice.session[KEY], FORMAT)
    assert datetime.now() - last == timedelta(seconds=12.5)
