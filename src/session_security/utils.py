"""The names that 2.x documented; there, last activity was a naive datetime in local time."""

from datetime import UTC, datetime

from django.contrib.sessions.backends.base import SessionBase

from . import activity


def get_last_activity(session: SessionBase) -> datetime:
    """The last activity, naive and local; now if there is none, as in 2.x."""
    last = activity.last(session)
    if last is None:
        return datetime.now()
    if last is activity.NEVER:
        return datetime.min
    return last.astimezone().replace(tzinfo=None)


def set_last_activity(session: SessionBase, dt: datetime) -> None:
    """Set the last activity; a naive ``dt`` is local time."""
    session[activity.LAST] = dt.astimezone(UTC).isoformat()
