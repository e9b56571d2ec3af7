"""The rules, as tables."""

import doctest
import math
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_security import policy
from session_security.policy import Reason, SessionStatus, Timeouts, judge, seconds

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
TIMEOUTS = Timeouts(540, 600)
AGED = Timeouts(540, 600, 3600)


def ago(amount: float | None) -> datetime | None:
    return None if amount is None else NOW - timedelta(seconds=amount)


def test_the_examples_in_the_module_are_true() -> None:
    results = doctest.testmod(policy)
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize(
    ("last", "started", "timeouts", "reason", "idle", "remaining", "warn_in"),
    [
        # just signed in, working, warned, at the last moment, over
        (0, 0, TIMEOUTS, None, 0, 600, 540),
        (100, 1000, TIMEOUTS, None, 100, 500, 440),
        (540, 1000, TIMEOUTS, None, 540, 60, 0),
        (599.999, 1000, TIMEOUTS, None, 599.999, 0.001, 0),
        (600, 1000, TIMEOUTS, Reason.IDLE, 600, 0, 0),
        (600.001, 1000, TIMEOUTS, Reason.IDLE, 600.001, 0, 0),
        # a day and a bit is not a bit (2.6.8: timedelta.seconds)
        (86_430, 90_000, TIMEOUTS, Reason.IDLE, 86_430, 0, 0),
        # nothing is stored: older than this app; or lost
        (None, None, TIMEOUTS, None, 0, 600, 540),
        (None, None, AGED, None, 0, 600, 540),
        (None, 0, TIMEOUTS, None, 0, 600, 540),  # taken away by the site, as in 2.x
        (None, 3600, AGED, Reason.ABSOLUTE, 0, 0, 0),
        (100, None, TIMEOUTS, None, 100, 500, 440),
        (600, None, TIMEOUTS, Reason.IDLE, 600, 0, 0),
        # the future counts as now
        (-3600, 1000, TIMEOUTS, None, 0, 600, 540),
        (-3600, -3600, AGED, None, 0, 600, 540),
        # the absolute limit: far, near, nearer than idleness, reached
        (0, 60, AGED, None, 0, 600, 540),
        (0, 3300, AGED, None, 0, 300, 240),
        (0, 3560, AGED, None, 0, 40, 0),
        (590, 3560, AGED, None, 590, 10, 0),
        (0, 3600, AGED, Reason.ABSOLUTE, 0, 0, 0),
        (0, 86_400, AGED, Reason.ABSOLUTE, 0, 0, 0),
        (100, None, AGED, None, 100, 500, 440),
        # both: idleness is named
        (700, 3700, AGED, Reason.IDLE, 700, 0, 0),
        # under a day may mean years
        (0, 10**9, Timeouts(5, 10, 10**9 + 1), None, 0, 1, 0),
    ],
)
def test_judge(
    last: float | None,
    started: float | None,
    timeouts: Timeouts,
    reason: Reason | None,
    idle: float,
    remaining: float,
    warn_in: float,
) -> None:
    status = judge(ago(last), ago(started), NOW, timeouts)
    assert status.reason == reason
    assert status.timeouts is timeouts
    assert status.idle == pytest.approx(idle)
    assert status.remaining == pytest.approx(remaining)
    assert status.warn_in == pytest.approx(warn_in)


@pytest.mark.parametrize(
    ("started", "timeouts", "left"),
    [
        (0, TIMEOUTS, None),
        (0, AGED, 3600),
        (3000, AGED, 600),
        (None, AGED, 3600),
        (-60, AGED, 3600),
        (3700, AGED, -100),
    ],
)
def test_time_left_under_the_absolute_limit(
    started: float | None, timeouts: Timeouts, left: float | None
) -> None:
    assert judge(NOW, ago(started), NOW, timeouts).absolute_in == left


def test_times_of_other_zones_are_the_same_times() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert judge(NOW.astimezone(tokyo), NOW, NOW + timedelta(seconds=30), TIMEOUTS).idle == 30


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(TypeError, match="naive"):
        judge(NOW.replace(tzinfo=None), NOW, NOW, TIMEOUTS)


offsets = st.none() | st.floats(-1e8, 1e8)


@settings(deadline=None)
@given(last=offsets, started=offsets, later=st.floats(0, 1e6), max_age=st.none() | st.just(3600))
def test_what_has_ended_stays_ended_while_nothing_happens(
    last: float | None, started: float | None, later: float, max_age: float | None
) -> None:
    timeouts = Timeouts(540, 600, max_age)
    status = judge(ago(last), ago(started), NOW, timeouts)
    then = judge(ago(last), ago(started), NOW + timedelta(seconds=later), timeouts)
    assert bool(status.reason) <= bool(then.reason)
    assert 0 <= status.warn_in <= status.remaining <= 600
    assert (status.remaining > 0) == (status.reason is None)


@pytest.mark.parametrize("reason", [Reason.ANONYMOUS, Reason.UNAVAILABLE])
def test_a_status_on_nobody_has_no_time_left(reason: Reason) -> None:
    status = SessionStatus(TIMEOUTS, reason=reason)
    assert (status.idle, status.remaining, status.warn_in) == (0, 0, 0)


def test_reasons_are_the_words_that_the_browser_reads() -> None:
    words = ["idle", "absolute", "anonymous", "unavailable"]
    assert [str(reason) for reason in Reason] == words


# Timeouts


def test_timeouts_take_seconds_and_timedeltas() -> None:
    assert Timeouts(timedelta(minutes=9), timedelta(minutes=10), timedelta(hours=12)) == Timeouts(
        540, 600, 43_200
    )


def test_timeouts_are_told_apart_by_value_and_can_not_be_changed() -> None:
    assert {Timeouts(1, 2): "a"}[Timeouts(1, 2, None)] == "a"
    with pytest.raises(FrozenInstanceError):
        TIMEOUTS.expire_after = 1  # type: ignore[misc]


@pytest.mark.parametrize("field", [0, 1, 2])
@pytest.mark.parametrize(
    ("value", "error"),
    [
        (0, ValueError),
        (-1, ValueError),
        (math.nan, ValueError),
        (math.inf, ValueError),
        (-math.inf, ValueError),
        (timedelta(0), ValueError),
        (timedelta(days=-1), ValueError),
        ("600", TypeError),
        (b"601", TypeError),
        (True, TypeError),
        (6j, TypeError),
        ([600], TypeError),
        (object(), TypeError),
    ],
)
def test_timeouts_refuse_what_is_no_positive_duration(
    field: int, value: object, error: type[Exception]
) -> None:
    values: list[object] = [540, 600, 3600]
    values[field] = value
    with pytest.raises(error):
        Timeouts(*values)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", [0, 1])
def test_both_idle_limits_are_needed(field: int) -> None:
    values: list[object] = [540, 600]
    values[field] = None
    with pytest.raises(TypeError, match="None is neither"):
        Timeouts(*values)  # type: ignore[arg-type]


def test_timeouts_refuse_a_warning_after_the_end() -> None:
    with pytest.raises(ValueError, match=r"\(after 600 s\) must not come after the end"):
        Timeouts(600, 540)


def test_a_warning_that_comes_with_the_end_is_none() -> None:
    assert Timeouts(600, 600).is_without_warning
    assert not Timeouts(599, 600).is_without_warning
    status = judge(NOW, NOW, NOW + timedelta(seconds=599), Timeouts(600, 600))
    assert (status.warn_in, status.remaining) == (1, 1)


@pytest.mark.parametrize(
    ("warn", "expire", "resolution"),
    [
        (540, 600, 15),  # a quarter of the time of the warning
        (300, 600, 30),  # a twentieth of the whole
        (3600, 36_000, 60),  # at most a minute
        (30, 60, 3),
        (5, 10, 0.5),
        (1, 2, 0.1),
        (600, 600, 30),  # nobody is warned
    ],
)
def test_resolution(warn: float, expire: float, resolution: float) -> None:
    assert Timeouts(warn, expire).resolution == pytest.approx(resolution)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (1200, Timeouts(540, 1200, 3600)),
        (541, Timeouts(540, 541, 3600)),
        (540, Timeouts(486, 540, 3600)),  # the warning keeps its share
        (60, Timeouts(54, 60, 3600)),
        (timedelta(minutes=1), Timeouts(54, 60, 3600)),
    ],
)
def test_another_end_moves_the_warning_only_if_it_must(
    end: float | timedelta, expected: Timeouts
) -> None:
    assert AGED.with_expire_after(end) == expected


@pytest.mark.parametrize("end", [0.3, 60, 1200])
def test_another_end_warns_nobody_where_nobody_was_warned(end: float) -> None:
    assert Timeouts(0.1, 0.1).with_expire_after(end) == Timeouts(end, end)


@pytest.mark.parametrize("end", [0, -1, math.nan])
def test_another_end_must_be_a_positive_duration(end: float) -> None:
    with pytest.raises(ValueError, match="not a positive number"):
        TIMEOUTS.with_expire_after(end)


def test_seconds_keep_fractions() -> None:
    assert seconds(timedelta(milliseconds=1500)) == 1.5
    assert seconds(timedelta(days=1, seconds=30)) == 86_430
