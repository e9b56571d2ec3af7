"""One adapter for each session engine: how a stored session is opened, changed and ended.

Django saves a session as one blob at the end of a request, so a write through ``request.session``
puts back whatever that request read at its start. An adapter opens the session afresh, from where
it is written, keeps others out meanwhile as well as its store can, and saves or deletes it at once.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.core.cache import caches
from django.core.files import locks
from django.utils.crypto import get_random_string, salted_hmac

from .. import _django
from . import times

# Storing an act may cost no more than a blink; what Django saves, and an end, wait for a second.
BLINK, PATIENCE, PAUSE = 0.1, 1.0, 0.004  # seconds
# A lock in a cache that nobody has given back is gone by itself.
LOCK_LIFE = 10  # seconds

logger = logging.getLogger("session_security")


class StoreFailure(Exception):
    """What the log says in the place of an error of a session store."""


class SessionLocked(Exception):
    """Somebody else has the session open, and for too long."""


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it stands in its store: its data, and what saves or deletes it there."""

    data: dict[str, Any]
    save: Callable[[], object]
    delete: Callable[[], object]


class Engine:
    """An engine that nobody knows, used through Django's documented session API alone.

    Whatever it keeps on its instances is kept; what it knows of locks is its own business.
    """

    # Whether there is anything on the server that can be read again.
    has_store = True

    def load(self, session: SessionBase, key: str) -> None:
        """Read the session of a request, as Django does."""
        session.get(SESSION_KEY)

    async def aload(self, session: SessionBase, key: str) -> None:
        """As :meth:`load`."""
        await session.aget(SESSION_KEY)

    def read(self, session: SessionBase, key: str) -> dict[str, Any]:
        """The data of the session ``key``, from where it is written; empty if there is none.

        Raises what the store raises, and if the store only seems to have nothing.
        """
        other = self.reopen(session, key)
        if not other.exists(key):
            return {}
        data = dict(other.items())
        if other.session_key is None:
            raise LookupError("The store has the session, but can't read it.")
        return data

    def reopen(self, session: SessionBase, key: str) -> SessionBase:
        """The session ``key`` in an object of its own, not read as yet."""
        return _django.reopened(session, key)

    def find_again(self, session: SessionBase, key: str) -> dict[str, Any]:
        """Read once more what is said to be gone; Django would have the cookie deleted."""
        return self.read(session, key)

    def lock(self, session: SessionBase, key: str, patience: float) -> AbstractContextManager[Any]:
        """Nobody else who asks for this changes the session ``key`` meanwhile.

        Raises :exc:`SessionLocked` if that takes longer than ``patience`` (seconds).
        """
        return nullcontext()

    @contextmanager
    def opened(self, session: SessionBase, patience: float) -> Iterator[StoredSession | None]:
        """The stored session under its lock, read afresh; None if it is gone."""
        key = str(session.session_key)
        with self.lock(session, key, patience):
            data = self.read(session, key)
            other = _django.reopened(session, key)
            _django.set_session_data(other, data)
            save, delete = partial(self.write, other, key), partial(self.remove, other, key)
            yield StoredSession(data, save, delete) if data else None

    def write(self, opened: SessionBase, key: str) -> None:
        """Save what was opened, unless it is gone: some engines would make it anew."""
        if not opened.exists(key):
            raise UpdateError
        opened.save()

    def remove(self, opened: SessionBase, key: str) -> None:
        """Delete what was opened; not every engine says so if it can't."""
        opened.delete()
        if self.read(opened, key):
            raise OSError("The session is still there.")

    def store_activity(
        self, session: SessionBase, at: datetime, patience: float = BLINK
    ) -> dict[str, Any] | None:
        """Move the stored times forward to ``at``; return what is stored now.

        None, and nothing is stored, if the session is gone or somebody else's by now.
        """
        with self.opened(session, patience) as stored:
            if stored is None or not is_same_user(session, stored.data):
                return None
            times.advance(stored.data, at)
            stored.save()
            return stored.data

    def times_beside(self, session: SessionBase) -> dict[str, Any]:
        """The times of the session as they stand beside it, where the engine has room for them."""
        return {}

    def has_ended(self, session: SessionBase) -> bool:
        """Whether this session, which is about to end, has ended before."""
        return False

    def protect_saves(self, session: SessionBase) -> None:
        """From now on saving ``session`` turns no time back, and brings back nothing deleted.

        Django would save the times that this request has read, however old by then.
        """
        session.save = partial(self.save, session)  # type: ignore[method-assign]
        session.asave = partial(sync_to_async(self.save), session)  # type: ignore[method-assign]

    def save(self, session: SessionBase, must_create: bool = False) -> None:
        """Save as Django does, but under the lock, and with stored times that are later."""
        with ExitStack() as stack:
            if not must_create and session.session_key is not None:
                try:
                    stored = stack.enter_context(self.opened(session, PATIENCE))
                    if stored:
                        times.take_later(_django.session_data(session), stored.data)
                except Exception as error:  # what is to be saved is worth more
                    log_failure("Could not read the last activity", error)
            type(session).save(session, must_create)


class CookieEngine(Engine):
    """``signed_cookies``: the browser is the store, and its last answer counts."""

    has_store = False

    def read(self, session: SessionBase, key: str) -> dict[str, Any]:
        """Nothing: there is no other copy."""
        return {}

    @contextmanager
    def opened(self, session: SessionBase, patience: float) -> Iterator[StoredSession | None]:
        """The session itself."""

        def save() -> None:
            timedelta(seconds=session.get_expiry_age())  # or Django fails on it when it saves
            session.update(data)

        data = dict(session.items())
        yield StoredSession(data, save, bool)

    def has_ended(self, session: SessionBase) -> bool:
        """Only a cache can tell: whoever has kept the cookie can send it again."""
        name = salted_hmac(
            "session_security.ended", str(session.session_key), algorithm="sha256"
        ).hexdigest()
        with suppress(Exception):
            cache = caches[settings.SESSION_CACHE_ALIAS]
            return not cache.add(f"session_security.{name}", 1, settings.SESSION_COOKIE_AGE)
        return False

    def protect_saves(self, session: SessionBase) -> None:
        """There is nobody to protect it from."""


class LockingEngine(Engine):
    """A store without transactions: whoever changes or deletes a session takes a lock of ours."""

    def take_lock(self, session: SessionBase, key: str) -> Callable[[], object] | None:
        """Take the lock if it is free, and return what gives it back."""
        raise NotImplementedError

    @contextmanager
    def lock(self, session: SessionBase, key: str, patience: float) -> Iterator[None]:
        """Wait for the lock; a lock that can't be had at all is done without.

        So is one that stays taken for :data:`PATIENCE`: whoever took it is dead.
        """
        with ExitStack() as stack:
            try:
                stack.callback(quietly, self.wait_for_lock(session, key, patience))
            except Exception as error:
                if isinstance(error, SessionLocked) and patience < PATIENCE:
                    raise
                log_failure("Could not lock the session", error)
            yield

    def wait_for_lock(
        self, session: SessionBase, key: str, patience: float
    ) -> Callable[[], object]:
        """What gives the lock back; raises :exc:`SessionLocked`."""
        for _ in range(round(patience / PAUSE)):
            if give_back := self.take_lock(session, key):
                return give_back
            time.sleep(PAUSE)
        raise SessionLocked

    def protect_saves(self, session: SessionBase) -> None:
        """Deleting takes the lock, too."""
        super().protect_saves(session)
        session.delete = partial(self.delete, session)  # type: ignore[method-assign]
        session.adelete = partial(sync_to_async(self.delete), session)  # type: ignore[method-assign]

    def delete(self, session: SessionBase, session_key: str | None = None) -> None:
        """Delete as Django does, but under the lock."""
        with self.lock(session, str(session_key or session.session_key), PATIENCE):
            type(session).delete(session, session_key)


class CacheEngine(LockingEngine):
    """``cache``: beside each session stand its lock, and its times as they were stored last.

    Somebody who loaded the session long ago and saves it, outside of any request, turns the times
    in it back, but not the one beside it.
    """

    def read(self, session: SessionBase, key: str) -> dict[str, Any]:
        """Not from a replica, nor from a client that says "nothing" when it has lost the server."""
        primary = _django.primary_session_cache(session)
        data = primary.get(_django.cache_key(session, key))
        if data is None:
            probe = f"session_security.{get_random_string(20)}"
            primary.set(probe, probe, LOCK_LIFE)
            if primary.get(probe) != probe:
                raise ConnectionError("The cache keeps nothing, so it may have lost the session.")
        return dict(data or {})

    def write(self, opened: SessionBase, key: str) -> None:
        """Django would look for it in a replica first."""
        data, age = _django.session_data(opened), opened.get_expiry_age()
        _django.session_cache(opened).set(_django.cache_key(opened, key), data, age)

    def store_activity(
        self, session: SessionBase, at: datetime, patience: float = BLINK
    ) -> dict[str, Any] | None:
        """In the session, and beside it."""
        data = super().store_activity(session, at, patience)
        if data is not None:
            self.write_beside(session, data)
        return data

    def save(self, session: SessionBase, must_create: bool = False) -> None:
        """As ever, and beside it: somebody may have signed in again."""
        super().save(session, must_create)
        self.write_beside(session, _django.session_data(session))

    def write_beside(self, session: SessionBase, data: dict[str, Any]) -> None:
        """Write the times that stand in ``data``, and whose they are."""
        beside = {key: data[key] for key in (SESSION_KEY, *times.KEYS) if key in data}
        name = f"{_django.cache_key(session, session.session_key)}.times"
        _django.session_cache(session).set(name, beside, session.get_expiry_age())

    def times_beside(self, session: SessionBase) -> dict[str, Any]:
        """As they were stored last by this app."""
        name = f"{_django.cache_key(session, session.session_key)}.times"
        return _django.primary_session_cache(session).get(name) or {}

    def take_lock(self, session: SessionBase, key: str) -> Callable[[], object] | None:
        """An entry that only one can add."""
        cache, name = _django.session_cache(session), f"{_django.cache_key(session, key)}.lock"
        return partial(cache.delete, name) if cache.add(name, 1, LOCK_LIFE) else None

    def protect_saves(self, session: SessionBase) -> None:
        """With ``SESSION_SAVE_EVERY_REQUEST``, remember what need not be saved."""
        super().protect_saves(session)
        if settings.SESSION_SAVE_EVERY_REQUEST:
            loaded = deepcopy(_django.session_data(session))
            session.save = partial(self.save_changes, session, loaded)  # type: ignore[method-assign]
            session.asave = partial(  # type: ignore[method-assign]
                sync_to_async(self.save_changes), session, loaded
            )

    def save_changes(
        self, session: SessionBase, loaded: dict[str, Any], must_create: bool = False
    ) -> None:
        """Only lengthen the life of a session that is as it was loaded; nobody waits for a lock."""
        key, data = session.session_key, _django.session_data(session)
        if must_create or key is None or data != loaded:
            self.save(session, must_create)
            return
        cache, age = _django.session_cache(session), session.get_expiry_age()
        if not cache.touch(_django.cache_key(session, key), age):
            raise UpdateError


class FileEngine(LockingEngine):
    """``file``: the lock is one on an empty file beside the sessions."""

    def reopen(self, session: SessionBase, key: str) -> SessionBase:
        """Without the new file that Django makes when it finds one that is too old."""
        os.stat(f"{_django.session_folder(session)}/.")  # noqa: PTH116  (out of reach, it looks empty)
        other = super().reopen(session, key)
        other.create = bool  # type: ignore[method-assign,assignment]
        return other

    def write(self, opened: SessionBase, key: str) -> None:
        """Look whether it is there: Django keeps an error to itself."""
        super().write(opened, key)
        if self.read(opened, key) != dict(opened.items()):
            raise OSError("The session could not be written.")

    def take_lock(self, session: SessionBase, key: str) -> Callable[[], object] | None:
        """One file for all sessions that begin alike: there are no more than some hundreds."""
        path = Path(_django.session_folder(session), f".session_security_{key[:2]}.lock")
        file = path.open("ab")
        try:
            if locks.lock(file, locks.LOCK_EX | locks.LOCK_NB):
                return file.close
        except BaseException:
            file.close()
            raise
        file.close()
        return None


def is_same_user(session: SessionBase, data: dict[str, Any]) -> bool:
    """Whether the stored session is still that of the user whom the request has."""
    return data.get(SESSION_KEY) == session.get(SESSION_KEY)


def log_failure(what: str, error: Exception) -> None:
    """Log a failure of the store with its traceback, but without its words."""
    failure = StoreFailure(describe(error)).with_traceback(error.__traceback__)
    logger.warning(what, exc_info=failure)


def describe(error: Exception) -> str:
    """What went wrong; the error's own words may hold the key of a session that is alive."""
    reason = f": {os.strerror(error.errno)}" if isinstance(error, OSError) and error.errno else ""
    return f"{type(error).__module__}.{type(error).__qualname__}{reason}"


def quietly(function: Callable[[], object]) -> None:
    """Call it; what it raises is of no interest."""
    with suppress(Exception):
        function()
