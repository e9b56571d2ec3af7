"""What the rest of the app asks of a session's store: keep an act, or confirm an end."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from functools import lru_cache
from typing import Any

from django.contrib.sessions.backends import cache, cached_db, db, file, signed_cookies
from django.contrib.sessions.backends.base import SessionBase
from django.db import OperationalError

from .. import _django
from . import times
from .engines import (
    PATIENCE,
    CacheEngine,
    CookieEngine,
    Engine,
    FileEngine,
    is_same_user,
    log_failure,
)
from .rows import ATTEMPTS, CachedRowEngine, RowEngine

KNOWN: tuple[tuple[type[SessionBase], Engine], ...] = (
    (cached_db.SessionStore, CachedRowEngine()),
    (db.SessionStore, RowEngine()),
    (cache.SessionStore, CacheEngine()),
    (file.SessionStore, FileEngine()),
)
# An engine that does one of these in its own way is not one that we know.
METHODS = ("load", "aload", "save", "asave", "delete", "adelete", "exists")

# Acts that a store refused, by session key, as far as this process knows; the newest last.
MOST_REFUSED = 10_000
_refused: dict[str, datetime] = {}


class Ending(Enum):
    """What became of a session that seemed to be over."""

    ALIVE = auto()
    ENDED = auto()
    GONE = auto()  # somebody else has ended it


def engine_of(session: SessionBase) -> Engine:
    """The adapter for the engine of this session."""
    return _engine(type(session))


@lru_cache
def _engine(store: type[SessionBase]) -> Engine:
    if issubclass(store, signed_cookies.SessionStore):
        return CookieEngine()  # however it loads and saves, its only copy is in the browser
    for known, engine in KNOWN:
        if all(getattr(store, name) is getattr(known, name) for name in METHODS):
            return engine
    return Engine()


def store_activity(session: SessionBase, at: datetime) -> None:
    """Store that the user acted at ``at``, unless a later act is stored, and renew the lifetime.

    A failing store is logged, never raised: the page is worth more than the time, and the
    browser's next report repairs it. Until then the act is remembered here.
    """
    key = str(session.session_key)
    try:
        stored = engine_of(session).store_activity(session, at)
    except Exception as error:
        log_failure("Could not store the last activity", error)
        _refused[key] = max(at, _refused.pop(key, at))
        if len(_refused) > MOST_REFUSED:
            _refused.pop(next(iter(_refused)))
        return
    _refused.pop(key, None)
    if stored:  # straight into the loaded data: an assignment would mark the session as modified
        times.take(_django.session_data(session), stored)


def end_session(session: SessionBase, is_over: Callable[[dict[str, Any]], bool]) -> Ending:
    """Read a session that seems to be over once more, and delete it in the same breath if it is.

    ``is_over`` judges data of the session. What the store raises, this raises; then nothing ended.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _end_session(session, is_over)
        except OperationalError:  # such as a failure of serialization
            continue
    return _end_session(session, is_over)


def _end_session(session: SessionBase, is_over: Callable[[dict[str, Any]], bool]) -> Ending:
    engine = engine_of(session)
    with engine.opened(session, PATIENCE) as stored:
        if stored is None or not is_same_user(session, stored.data):
            return Ending.GONE
        is_changed = times.take_later(stored.data, engine.times_beside(session))
        if at := _refused.get(str(session.session_key)):
            times.advance(stored.data, at)
            is_changed = True
        if not is_over(stored.data):
            if is_changed:
                stored.save()
            _django.set_session_data(session, stored.data)
            return Ending.ALIVE
        stored.delete()
    return Ending.GONE if engine.has_ended(session) else Ending.ENDED
