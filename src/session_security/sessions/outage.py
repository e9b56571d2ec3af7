"""The store that can't be read: whose session it is, and whether it is alive, nobody knows."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache.backends.base import InvalidCacheKey
from django.core.exceptions import SuspiciousOperation

from .. import _django
from .activity import engine_of
from .engines import describe


class StoreUnavailable(Exception):
    """The session can't be read, so nobody knows whose it is or whether it is still alive."""


@contextmanager
def raising_unavailable() -> Iterator[None]:
    """Whatever goes wrong inside is a :exc:`StoreUnavailable`."""
    try:
        yield
    except Exception as error:
        unavailable = StoreUnavailable(describe(error)).with_traceback(error.__traceback__)
        raise unavailable from None


def load(session: SessionBase, key: str) -> None:
    """Read the session, whose key was ``key`` at first; :exc:`StoreUnavailable` if that fails."""
    with raising_unavailable():
        if _is_possible(session, key):
            engine_of(session).load(session, key)
            if _seems_gone(session):
                _find_again(session, key)


async def aload(session: SessionBase, key: str) -> None:
    """As :func:`load`."""
    with raising_unavailable():
        if _is_possible(session, key):
            await engine_of(session).aload(session, key)
            if _seems_gone(session):
                await sync_to_async(_find_again)(session, key)


def block(session: SessionBase, key: str) -> SessionBase:
    """A stand-in for a session that can't be read: whoever looks at it, or changes it, raises."""
    stand_in = _django.reopened(session, key)

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        stand_in.was_refused = True  # type: ignore[attr-defined]
        raise StoreUnavailable("The session can't be read at the moment.")

    async def arefuse(*args: object, **kwargs: object) -> NoReturn:
        refuse()

    for name in ("load", "save", "delete"):
        setattr(stand_in, name, refuse)
        setattr(stand_in, f"a{name}", arefuse)
    stand_in.is_empty = lambda: True  # type: ignore[method-assign]  # nothing to save
    return stand_in


def was_refused(session: SessionBase) -> bool:
    """Whether anybody has looked at the stand-in; templates swallow what it raises."""
    return getattr(session, "was_refused", False)


def _is_possible(session: SessionBase, key: str) -> bool:
    """Whether any session can have such a key; some stores raise for one that can't be stored."""
    if key.isascii() and key.isprintable():
        return True
    _django.set_session_key(session, None)
    _django.set_session_data(session, {})
    return False


def _seems_gone(session: SessionBase) -> bool:
    is_gone = session.session_key is None and not session.modified
    if is_gone:  # a file that goes while it is read leaves its data behind
        _django.set_session_data(session, {})
    return is_gone


def _find_again(session: SessionBase, key: str) -> None:
    # What Django raises for cookies that no session ever had.
    with suppress(InvalidCacheKey, SuspiciousOperation):
        if data := engine_of(session).find_again(session, key):
            _django.set_session_data(session, data)
            _django.set_session_key(session, key)
