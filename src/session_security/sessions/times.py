"""The times that a session holds: its keys, how they are read, and that they only move forward.

Last activity stands under the key and in the format of 2.x, naive local time, so that both releases
can serve the same sessions. Beside it stands the same text with its offset from UTC: local time
alone is not exact where clocks are changed for summer. If another program has written the first of
the two, the second is void.
"""

import logging
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase

LAST_ACTIVITY = "_session_security"
LAST_ACTIVITY_EXACT = "_session_security_exact"
STARTED = "_session_security_started"
SIGNED_IN = "_session_security_signed_in"  # the latest sign-in, which need not be the start
_LENGTH = len("2026-01-15T12:00:00.000000")
KEYS = (LAST_ACTIVITY, LAST_ACTIVITY_EXACT, STARTED, SIGNED_IN)

# What an unreadable value counts as: so long ago that every limit has passed.
NEVER = datetime.min.replace(tzinfo=UTC)

Data = Mapping[str, Any] | SessionBase
MutableData = MutableMapping[str, Any] | SessionBase

logger = logging.getLogger("session_security")


def now() -> datetime:
    """The server's clock, in UTC: local time jumps twice a year."""
    return datetime.now(UTC)


def last_activity(data: Data) -> datetime | None:
    """When the user last acted; None if nothing is stored, ``NEVER`` if it is unreadable."""
    return _parse(data.get(LAST_ACTIVITY_EXACT if _is_exact(data) else LAST_ACTIVITY))


def started(data: Data) -> datetime | None:
    """When the user showed who they are; None and ``NEVER`` as in :func:`last_activity`."""
    return _parse(data.get(STARTED))


def set_last_activity(data: MutableData, at: datetime) -> None:
    """Set the last activity; ``at`` is aware."""
    local = at.astimezone()
    data[LAST_ACTIVITY] = local.replace(tzinfo=None).isoformat(timespec="microseconds")
    data[LAST_ACTIVITY_EXACT] = local.isoformat(timespec="microseconds")


def set_started(data: MutableData, at: datetime) -> None:
    """Set when the absolute limit starts; ``at`` is aware."""
    data[STARTED] = at.isoformat()


def sign_in(data: MutableData, at: datetime, start: datetime) -> None:
    """Set all times at a sign-in, riding on the save that this makes anyway."""
    set_last_activity(data, at)
    set_started(data, start)
    data[SIGNED_IN] = at.isoformat()


def advance(data: MutableData, at: datetime) -> None:
    """Move the last activity forward to ``at``, by the clock of this moment.

    The store may have kept us waiting. A time in the future is put right, since it would last for
    ever; a missing start is set.
    """
    present = now()
    held, begin = last_activity(data), started(data)
    set_last_activity(data, max(at, min(held or at, present)))
    set_started(data, min(begin or present, present))


def take_later(data: dict[str, Any], stored: dict[str, Any]) -> bool:
    """Take over the times that are later in ``stored``; whether there were any.

    Nothing from the session of somebody else, or of nobody. A time that the site has set itself
    stays, once: whoever reads it next and saves it late has not set it. The start moves only with a
    later sign-in.
    """
    before = dict(data)
    mine, other = last_activity(data), last_activity(stored)
    is_own = LAST_ACTIVITY_EXACT in data and not _is_exact(data)
    if is_own and mine and mine is not NEVER:
        set_last_activity(data, mine)
    if data.get(SESSION_KEY) == stored.get(SESSION_KEY):
        if not is_own and mine and other and other > mine:
            take(data, stored, (LAST_ACTIVITY, LAST_ACTIVITY_EXACT))
        if str(stored.get(SIGNED_IN, "")) > str(data.get(SIGNED_IN, "")):
            take(data, stored, (STARTED, SIGNED_IN))
    return data != before


def take(data: dict[str, Any], stored: dict[str, Any], keys: Iterable[str] = KEYS) -> None:
    """Take over the times as they are in ``stored``."""
    for key in keys:
        if key in stored:
            data[key] = stored[key]


def due(data: Data, at: datetime | None, present: datetime, resolution: float) -> datetime | None:
    """The time to store for an act at ``at`` (None for no act), or None if none is due.

    An act is stored if it is newer than what is stored by ``resolution`` (seconds). Without one,
    a session without times gets them, and a time in the future is put right: neither would end.
    """
    held, begin = last_activity(data), started(data)
    if held is None or begin is None or (max(held, begin) - present).total_seconds() > 1:
        return at or min(held or present, present)
    return at if at and (at - held).total_seconds() >= resolution else None


def _is_exact(data: Data) -> bool:
    """Whether nobody else has written the last activity since this app did."""
    text, exact = data.get(LAST_ACTIVITY), data.get(LAST_ACTIVITY_EXACT)
    return isinstance(exact, str) and exact[:_LENGTH] == text


# The same few strings are read several times in a request.
_from_text = lru_cache(maxsize=1024)(datetime.fromisoformat)


def _parse(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = _from_text(value) if isinstance(value, str) else value
        if isinstance(moment, datetime):
            if moment.tzinfo is UTC:
                return moment
            return moment.astimezone(UTC) if moment.tzinfo else _from_local(moment)
    except (OverflowError, ValueError, OSError):
        pass
    logger.warning("The session holds an unreadable time; it counts as expired")
    return NEVER


def _from_local(naive: datetime) -> datetime:
    """The latest moment in the past that local clocks showed so.

    In the hour that comes twice in autumn there are two, and nobody is signed out for the first.
    """
    moments = [naive.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    present = now() + timedelta(seconds=1)
    return max((moment for moment in moments if moment <= present), default=min(moments))
