"""The rules, as pure functions of times: no Django, no clock, no I/O.

>>> from datetime import datetime, timedelta, UTC
>>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
>>> judge(noon, noon, noon + timedelta(minutes=9), Timeouts(540, 600)).warn_in
0.0
>>> judge(noon, noon, noon + timedelta(minutes=10), Timeouts(540, 600)).reason
<Reason.IDLE: 'idle'>
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self


class Reason(StrEnum):
    """Why there is no signed-in user."""

    IDLE = "idle"
    ABSOLUTE = "absolute"
    ANONYMOUS = "anonymous"
    UNAVAILABLE = "unavailable"  # the session store can't be read


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a session may be idle, and how long it may last, in seconds or as timedeltas.

    A warning that comes with the end never shows. Raises ``TypeError`` for what is no duration, and
    ``ValueError`` for a duration that is not positive and finite, or a warning after the end.
    """

    warn_after: float
    expire_after: float
    max_age: float | None = None

    def __init__(
        self,
        warn_after: float | timedelta,
        expire_after: float | timedelta,
        max_age: float | timedelta | None = None,
    ) -> None:
        set_field = object.__setattr__  # the instance is frozen
        set_field(self, "warn_after", seconds(warn_after))
        set_field(self, "expire_after", seconds(expire_after))
        set_field(self, "max_age", None if max_age is None else seconds(max_age))
        if self.warn_after > self.expire_after:
            raise ValueError(
                f"the warning (after {self.warn_after:g} s) must not come after the end "
                f"(after {self.expire_after:g} s)"
            )

    @property
    def is_without_warning(self) -> bool:
        """Whether nobody is warned."""
        return self.warn_after == self.expire_after

    @property
    def resolution(self) -> float:
        """How much newer (seconds) a page view must be than the stored act to be stored."""
        resolution = min(60.0, self.expire_after / 20)
        if self.is_without_warning:
            return resolution
        return min(resolution, (self.expire_after - self.warn_after) / 4)

    def with_expire_after(self, expire_after: float | timedelta) -> Self:
        """The same with another end; the warning moves in proportion if it would come too late."""
        end = seconds(expire_after)
        warn_after = self.warn_after
        if warn_after >= end or self.is_without_warning:
            warn_after = end * (warn_after / self.expire_after)
        return replace(self, expire_after=end, warn_after=warn_after)


class SessionStatus(NamedTuple):
    """What is known of a session at one moment; all times in seconds.

    ``reason`` is None while the user is signed in. ``absolute_in`` is the time left under
    ``max_age``, None where there is no such limit. ``last_activity`` and ``started`` are the
    moments that the session held.
    """

    timeouts: Timeouts
    idle: float = 0.0
    reason: Reason | None = None
    absolute_in: float | None = None
    last_activity: datetime | None = None
    started: datetime | None = None

    @property
    def remaining(self) -> float:
        """Until the session ends, by idleness or by age, whichever is first."""
        if self.reason:
            return 0.0
        left = self.timeouts.expire_after - self.idle
        return max(0.0, left if self.absolute_in is None else min(left, self.absolute_in))

    @property
    def warn_in(self) -> float:
        """Until the warning, which comes equally long before either end."""
        return max(0.0, self.remaining - (self.timeouts.expire_after - self.timeouts.warn_after))


def judge(
    last: datetime | None, started: datetime | None, now: datetime, timeouts: Timeouts
) -> SessionStatus:
    """Is a session with this last activity and this start still alive? All datetimes are aware.

    No last activity counts as now, as in 2.x: the session is older than this app, or the site has
    taken it away. So does a time in the future. Without a start the session starts now.
    """
    idle = 0.0 if last is None else max(0.0, (now - last).total_seconds())
    absolute_in = None
    if timeouts.max_age is not None:
        absolute_in = timeouts.max_age - max(0.0, (now - (started or now)).total_seconds())
    reason = None
    if idle >= timeouts.expire_after:
        reason = Reason.IDLE
    elif absolute_in is not None and absolute_in <= 0:
        reason = Reason.ABSOLUTE
    return SessionStatus(timeouts, idle, reason, absolute_in, last, started)


def seconds(value: object) -> float:
    """A positive duration as seconds; ``TypeError`` or ``ValueError`` if it is none."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is neither a number of seconds nor a timedelta")
    if not 0 < value < math.inf:
        raise ValueError(f"{value!r} is not a positive number of seconds")
    return value
