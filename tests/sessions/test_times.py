"""The times that a session holds, in a format that 2.x reads, and how they move."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings
from time_machine import Traveller

from session_security.sessions import times
from tests.conftest import NOON

from .helpers import EXACT, LAST, SIGNED_IN, STARTED, acted, after

pytestmark = [pytest.mark.usefixtures("clock")]

NAIVE = "2026-01-15T12:00:00.000000"
FORMAT_OF_2X = "%Y-%m-%dT%H:%M:%S.%f"

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"]
in_zones = pytest.mark.parametrize("zone", ZONES)

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
        ("", times.NEVER),
        ("yesterday", times.NEVER),
        ("2026-01-15T12:00:0", times.NEVER),
        ("2026-13-45T12:00:00+00:00", times.NEVER),
        ("0001-01-01T00:00:00+14:00", times.NEVER),
        ("9999-12-31T23:59:59-14:00", times.NEVER),
        ("x" * 1_000_000, times.NEVER),
        (1768478400, times.NEVER),
        (float("nan"), times.NEVER),
        (True, times.NEVER),
        ([], times.NEVER),
        ({"year": 2026}, times.NEVER),
    ],
    ids=lambda value: str(value)[:40] + type(value).__name__,
)
@pytest.mark.parametrize("beside", [None, "", "2026-01-15T11:00:00.000000+00:00", 5, []], ids=repr)
def test_reading_a_stored_value(value: object, beside: object, expected: datetime | None) -> None:
    data = {LAST: value, EXACT: beside, STARTED: value}
    assert times.last_activity(data) == expected
    assert times.started(data) == expected


def test_a_session_is_read_as_its_data_is() -> None:
    session = SessionStore()
    session.update({LAST: NAIVE, STARTED: "2026-01-15T11:00:00+00:00"})
    assert times.last_activity(session) == NOON
    assert times.started(session) == NOON - timedelta(hours=1)


def test_an_unreadable_value_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    assert times.last_activity({LAST: "<forged>"}) is times.NEVER
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
    assert times.last_activity({LAST: NAIVE}) == NOON.replace(hour=hour)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("use_tz", [True, False])
def test_now_is_utc_whatever_the_settings_say(settings: Settings, zone: str, use_tz: bool) -> None:
    settings.USE_TZ = use_tz
    settings.TIME_ZONE = zone
    assert times.now() == NOON
    assert times.now().tzinfo is UTC


# Writing


@in_zones
def test_what_is_stored_is_what_2x_stores(settings: Settings, zone: str) -> None:
    settings.TIME_ZONE = zone
    [text, exact] = acted(0.5).values()
    assert datetime.strptime(str(text), FORMAT_OF_2X) == datetime.now() + timedelta(seconds=0.5)
    assert str(exact).startswith(str(text))
    assert datetime.fromisoformat(str(exact)) == after(0.5)


@in_zones
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01"])
def test_what_is_stored_is_read_as_it_was_when_clocks_are_changed(
    settings: Settings, zone: str, day: str
) -> None:
    settings.TIME_ZONE = zone
    start = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    for minutes in range(0, 1440, 15):
        data: dict[str, object] = {}
        times.set_last_activity(data, start + timedelta(minutes=minutes))
        assert times.last_activity(data) == start + timedelta(minutes=minutes)


def test_a_later_word_of_2x_counts_and_so_does_an_earlier_one_of_the_site() -> None:
    for text, expected in (("2026-01-15T12:05:00.000000", 300), ("2026-01-15T11:00:00", -3600)):
        data = acted(100) | {LAST: text}
        assert times.last_activity(data) == after(expected)


def test_the_hour_that_comes_twice_is_read_as_the_latest_that_is_past(
    settings: Settings, clock: Traveller
) -> None:
    """Or 2.x would store what signs out whoever works at that time."""
    data = {LAST: "2026-10-25T02:30:00.000000"}
    for hour in (0, 1):  # at 02:40 for the first time, and for the second
        clock.move_to(datetime(2026, 10, 25, hour, 40, tzinfo=UTC))
        settings.TIME_ZONE = "UTC"
        settings.TIME_ZONE = "Europe/Berlin"
        assert times.last_activity(data) == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


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
    data = {} if held is None else acted(held)
    if started is not None:
        times.set_started(data, after(started))
    at = times.due(data, None if act is None else after(act), after(100), 15)
    assert at == (None if expected is None else after(expected))


# Moving


@hypothesis_settings(deadline=None)
@given(held=st.floats(-1e6, 0), at=st.floats(-1e6, 0))
def test_an_act_moves_time_forward_or_not_at_all(held: float, at: float) -> None:
    data = acted(held)
    times.advance(data, after(at))
    assert times.last_activity(data) == after(max(held, at))


def test_a_time_in_the_future_gives_way() -> None:
    data = acted(3600)
    times.advance(data, after(-10))
    assert times.last_activity(data) == NOON


def test_an_unreadable_time_gives_way() -> None:
    data: dict[str, object] = {LAST: "yesterday", STARTED: "yesterday"}
    times.advance(data, NOON)
    assert times.last_activity(data) == NOON
    assert times.started(data) == times.NEVER


def test_a_missing_start_is_set_to_now() -> None:
    data = acted(-50)
    times.advance(data, after(-50))
    assert times.started(data) == NOON


def signed_in(seconds: float, user: str = "1", started: float = 0) -> dict[str, object]:
    data: dict[str, object] = {SESSION_KEY: user}
    times.sign_in(data, after(seconds), after(started))
    return data


CHANGES: dict[str, Callable[[dict[str, object]], object]] = {
    "of another user": lambda stored: stored.update({SESSION_KEY: "2"}),
    "that nobody is signed in to": lambda stored: stored.pop(SESSION_KEY),
}


def test_later_times_are_taken_over() -> None:
    mine, stored = signed_in(0), signed_in(100, started=100)
    assert times.take_later(mine, stored)
    assert mine == stored
    assert not times.take_later(mine, signed_in(50))
    assert mine == stored


def test_a_start_moves_only_with_a_later_sign_in() -> None:
    mine, stored = signed_in(0), signed_in(0) | {STARTED: after(50).isoformat()}
    assert not times.take_later(mine, stored)
    assert times.take_later(mine, stored | {SIGNED_IN: after(50).isoformat()})
    assert times.started(mine) == after(50)


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_nothing_is_taken_from_a_session(change: Callable[[dict[str, object]], object]) -> None:
    mine, stored = signed_in(0), signed_in(100)
    change(stored)
    assert not times.take_later(mine, stored)
    assert mine == signed_in(0)


def test_a_time_that_the_site_has_set_itself_stays() -> None:
    mine = signed_in(0) | {LAST: "2026-01-15T11:00:00.000000"}
    stored = signed_in(100) | {SIGNED_IN: mine[SIGNED_IN]}
    times.take_later(mine, stored)
    assert times.last_activity(mine) == NOON - timedelta(hours=1)


def test_whoever_saves_such_a_session_later_has_not_set_its_time() -> None:
    mine = signed_in(0) | {LAST: "2026-01-15T11:00:00.000000"}
    times.take_later(mine, signed_in(100))
    assert times.take_later(mine, signed_in(100))
    assert times.last_activity(mine) == after(100)


def test_an_unreadable_time_stays_unreadable() -> None:
    mine = signed_in(0) | {LAST: "yesterday"}
    assert not times.take_later(mine, signed_in(0))
    assert times.last_activity(mine) == times.NEVER


def test_a_session_of_2x_takes_over_what_was_stored_meanwhile() -> None:
    """It has no exact time yet, and nobody has set it back."""
    mine = signed_in(0)
    del mine[EXACT]
    assert times.take_later(mine, signed_in(100) | {SIGNED_IN: mine[SIGNED_IN]})
    assert times.last_activity(mine) == after(100)
