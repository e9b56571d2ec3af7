"""The names that 2.x documented; there, last activity was a naive datetime in local time."""

from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase

from .sessions import times


def get_last_activity(session: SessionBase) -> datetime:
    """The last activity, naive and local; now if there is none, as in 2.x."""
    last = times.last_activity(session)
    if last is None:
        return datetime.now()
    if last is times.NEVER:
        return datetime.min
    return last.astimezone().replace(tzinfo=None)


def set_last_activity(session: SessionBase, dt: datetime) -> None:
    """Set the last activity, also back; a naive ``dt`` is local time."""
    naive = dt.astimezone().replace(tzinfo=None)
    session[times.LAST_ACTIVITY] = naive.isoformat(timespec="microseconds")
    session[times.LAST_ACTIVITY_EXACT] = ""  # void, and a sign that this was meant
