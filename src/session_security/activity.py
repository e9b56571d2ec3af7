"""The times kept in a session: read, moved forward, and never at the cost of other data.

Django saves a session as one blob at the end of a request, so a write through
``request.session`` puts back whatever that request read at its start. Here the stored session
is opened afresh, changed and saved at once, and ``request.session`` only mirrors the result.
Whoever changes a stored session holds its lock: a merge, and by :func:`guard` Django as well.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NoReturn

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.cache import SessionStore as CacheStore
from django.contrib.sessions.backends.db import SessionStore as RowStore
from django.contrib.sessions.backends.file import SessionStore as FileStore
from django.contrib.sessions.backends.signed_cookies import SessionStore as CookieStore
from django.core.cache.backends.base import BaseCache, InvalidCacheKey
from django.core.exceptions import SuspiciousOperation
from django.core.files import locks
from django.db import router, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .policy import Timeouts

LAST = "_session_security"
STARTED = "_session_security_started"

# What an unreadable value counts as: so long ago that every limit has passed.
NEVER = datetime.min.replace(tzinfo=UTC)

# A lock is held for a few milliseconds. Who finds it taken for a second goes on without, and one
# in a cache that nobody has given back is gone after ten.
LOCK_TRIES, LOCK_PAUSE, LOCK_LIFE = 200, 0.005, 10

logger = logging.getLogger("session_security")


class StoreUnavailable(Exception):
    """The session can't be read, so nobody knows whose it is or whether it is still alive."""


@contextmanager
def reached() -> Iterator[None]:
    """Whatever goes wrong inside is a ``StoreUnavailable``."""
    try:
        yield
    except Exception as error:
        raise StoreUnavailable from error


def load(session: SessionBase, key: str) -> None:
    """Read the session, whose key was ``key`` at first; ``StoreUnavailable`` if that fails."""
    with reached():
        if not _is_possible(session, key):
            return
        session.get(SESSION_KEY)
        if session.session_key is None and not session.modified:
            _make_sure(session, key)


async def aload(session: SessionBase, key: str) -> None:
    """As :func:`load`."""
    with reached():
        if not _is_possible(session, key):
            return
        await session.aget(SESSION_KEY)
        if session.session_key is None and not session.modified:
            await sync_to_async(_make_sure)(session, key)


def shut(session: SessionBase, key: str) -> SessionBase:
    """A stand-in for a session that can't be read: whoever looks at it, or changes it, raises."""

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise StoreUnavailable("The session can't be read at the moment.")

    async def arefuse(*args: object, **kwargs: object) -> NoReturn:
        refuse()

    stand_in = type(session)(key)
    for name in ("load", "save", "delete"):
        setattr(stand_in, name, refuse)
        setattr(stand_in, f"a{name}", arefuse)
    stand_in.is_empty = lambda: True  # type: ignore[method-assign]  # nothing to save
    return stand_in


def now() -> datetime:
    """The server's clock, in UTC: local time jumps twice a year."""
    return datetime.now(UTC)


def last(session: SessionBase) -> datetime | None:
    """When the user last acted; None if nothing is stored, ``NEVER`` if it is unreadable."""
    return _parse(session.get(LAST))


def started(session: SessionBase) -> datetime | None:
    """When the user signed in; None and ``NEVER`` as in :func:`last`."""
    return _parse(session.get(STARTED))


def start(session: SessionBase, at: datetime) -> None:
    """Stamp a session at sign-in, riding on the save that sign-in makes anyway."""
    session[LAST] = session[STARTED] = at.isoformat()


def due(
    session: SessionBase, at: datetime | None, present: datetime, resolution: float
) -> datetime | None:
    """The time to merge for an act at ``at`` (None for no act), or None if none is due.

    An act is stored if it is newer than what is stored by ``resolution`` (seconds). Without one,
    a session without a start gets it, and a time in the future is put right: neither would end.
    """
    held, begin = last(session), started(session)
    if held is None or begin is None or (max(held, begin) - present).total_seconds() > 1:
        return at or min(held or present, present)
    return at if at and (at - held).total_seconds() >= resolution else None


def merge(session: SessionBase, at: datetime) -> None:
    """Store that the user acted at ``at``, unless a later act is stored, and renew the lifetime.

    A session deleted meanwhile stays deleted. A failing store is logged, never raised: the page
    is worth more than the time, and the browser's next report repairs it.
    """
    try:
        if isinstance(session, CookieStore):
            timedelta(seconds=session.get_expiry_age())  # or Django fails on it when it saves
            _advance(session, at)  # the browser is the store; there is nothing else to merge with
            return
        with _opened(session) as store:
            if _is_gone(session, store):
                return
            stored = _advance(store, at)
            _write(store)
    except Exception:
        logger.warning("Could not store the last activity", exc_info=True)
    else:
        # Straight into the loaded data: an assignment would mark the session as modified.
        session._session.update(stored)  # type: ignore[attr-defined]


def guard(session: SessionBase, resolution: float) -> None:
    """From now on saving ``session`` turns no time back by more than ``resolution`` (seconds).

    Django would save the time that this request read, however old by then. Where the store has
    no transactions, saving and deleting also keep out of each other's way, and of merges.
    """
    if isinstance(session, CookieStore):
        return
    session.save = partial(_save, session, resolution)  # type: ignore[method-assign]
    session.asave = partial(_asave, session, resolution)  # type: ignore[method-assign]
    if not isinstance(session, RowStore):
        session.delete = partial(_delete, session)  # type: ignore[method-assign]
        session.adelete = partial(_adelete, session)  # type: ignore[method-assign]


def renews_cookie(session: SessionBase, before: datetime | None, timeouts: Timeouts) -> bool:
    """Whether the cookie is to be sent again, if the last act was ``before`` until this request.

    A persistent cookie must live on while its user is active. It is renewed with the first act
    in each quarter of its life (or sooner, if the idle timeout leaves less to spare), counted
    from the sign-in, so that nothing has to be kept about it.
    """
    held = last(session)
    if not (held and before and before < held and (begin := started(session))):
        return False
    try:
        if isinstance(session.get("_session_expiry"), str) or session.get_expire_at_browser_close():
            return False  # set_expiry() with a date, or with 0
        age = session.get_expiry_age()
        step = max(min(age / 4, age - timeouts.expire_after), timeouts.resolution)
        return (held - begin).total_seconds() // step > (before - begin).total_seconds() // step
    except (OverflowError, TypeError, ValueError):  # what is stored is no expiry
        return False


def user_tag(session: SessionBase) -> str:
    """An opaque name of the signed-in user: the same in all their sessions, useless elsewhere."""
    user = str(session.get(SESSION_KEY))
    return salted_hmac("session_security.user", user, algorithm="sha256").hexdigest()[:16]


def sign_in_tag(session: SessionBase) -> str:
    """A mark of the sign-in: pages of an earlier one bear CSRF tokens that are no good any more."""
    return str(session.get(STARTED, ""))


# The same few strings are read several times in a request.
_from_text = lru_cache(maxsize=1024)(datetime.fromisoformat)


def _parse(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = _from_text(value) if isinstance(value, str) else value
        if isinstance(moment, datetime):
            # 2.x stored naive local time, which astimezone() understands.
            return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        pass
    logger.warning("The session holds an unreadable time; it counts as expired")
    return NEVER


def _is_possible(session: SessionBase, key: str) -> bool:
    """Whether any session can have such a key; some stores raise for one that can't be stored."""
    if key.isascii() and key.isprintable():
        return True
    session._session_key, session._session_cache = None, {}  # type: ignore[attr-defined]
    return False


def _make_sure(session: SessionBase, key: str) -> None:
    """Read again what is said to be gone, if the store has it.

    Engines without rows take a failing store for a session that is gone; Django then deletes
    the cookie, and with it the session of somebody who is at work.
    """
    again = type(session)(key)
    if isinstance(session, FileStore):
        os.stat(f"{session.storage_path}/.")  # noqa: PTH116  (a folder out of reach looks empty)
    # What Django raises for cookies that no session ever had.
    with suppress(InvalidCacheKey, SuspiciousOperation):
        if not isinstance(session, RowStore | CookieStore) and again.exists(key):
            session._session_cache = again._session  # type: ignore[attr-defined]
            session._session_key = again.session_key
            if again.session_key is None:
                raise StoreUnavailable


def _is_gone(session: SessionBase, store: SessionBase) -> bool:
    """Whether the session was deleted meanwhile, or its user signed out or replaced."""
    stored = dict(store.items())
    return not stored or stored.get(SESSION_KEY) != session.get(SESSION_KEY)


def _advance(data: SessionBase | MutableMapping[str, Any], at: datetime) -> dict[str, str]:
    """Move the times in ``data`` forward to ``at``; return what they are now.

    By the clock of this moment: the store may have kept us waiting. A time in the future is put
    right, since it would last for ever.
    """
    present = now()
    held, begin = _parse(data.get(LAST)), _parse(data.get(STARTED))
    data[LAST] = max(at, min(held or at, present)).isoformat()
    data[STARTED] = min(begin or present, present).isoformat()
    return {LAST: data[LAST], STARTED: data[STARTED]}


def _save(session: SessionBase, resolution: float, must_create: bool = False) -> None:
    save: Callable[[bool], None] = partial(type(session).save, session)
    held = last(session)
    fresh = held is None or (now() - held).total_seconds() <= resolution
    # A row is safe by itself, but not its copy in a cache, which Django sets after the row.
    is_plain_row = isinstance(session, RowStore) and not hasattr(session, "_cache")
    if must_create or session.session_key is None or (fresh and is_plain_row):
        save(must_create)
        return
    with ExitStack() as stack:
        try:
            stored = last(stack.enter_context(_opened(session)))
        except Exception:
            logger.warning("Could not read the last activity", exc_info=True)
        else:
            if held and stored and stored > held:
                session[LAST] = stored.isoformat()
        save(must_create)


def _delete(session: SessionBase, session_key: str | None = None) -> None:
    with _locked(session, session_key or session.session_key):
        type(session).delete(session, session_key)


_asave, _adelete = sync_to_async(_save), sync_to_async(_delete)


@contextmanager
def _opened(session: SessionBase) -> Iterator[SessionBase]:
    """The stored session, read under its lock."""
    store = type(session)(session.session_key)
    if not isinstance(store, RowStore):
        with _locked(session, session.session_key):
            yield store
        return
    row = _row(store)
    with transaction.atomic(using=row.db):
        # An UPDATE takes the lock on every database. SELECT FOR UPDATE is nothing to SQLite,
        # where a transaction that reads first can't write once another one has written.
        there = row.update(expire_date=F("expire_date"))
        data = row.values_list("session_data", flat=True).get() if there else None
        store._session_cache = store.decode(data) if data else {}  # type: ignore[attr-defined]
        yield store


def _row(store: RowStore) -> QuerySet[Any]:
    rows = store.model.objects.using(router.db_for_write(store.model))
    return rows.filter(session_key=store.session_key, expire_date__gt=timezone.now())


def _write(store: SessionBase) -> None:
    """Save what :func:`_opened` gave; of a row only what may have changed."""
    if not isinstance(store, RowStore):
        store.save()
        return
    data: dict[str, Any] = store._session  # type: ignore[attr-defined]
    _row(store).update(session_data=store.encode(data), expire_date=store.get_expiry_date())
    # While the row is locked, or a save that comes next could be overtaken in the cache.
    if (cache := getattr(store, "_cache", None)) is not None:
        cache.set(store.cache_key, data, store.get_expiry_age())  # type: ignore[attr-defined]


@contextmanager
def _locked(session: SessionBase, key: str | None) -> Iterator[None]:
    """Nobody else who asks for this changes the session ``key`` meanwhile, in a cache or a file."""
    give: Callable[[], object] = bool
    try:
        give = _lock(session, key)
    except Exception:  # what is to be done is worth more than the lock
        logger.warning("Could not lock the session", exc_info=True)
    try:
        yield
    finally:
        with suppress(Exception):
            give()


def _lock(session: SessionBase, key: str | None) -> Callable[[], object]:
    """Take the lock, and return what gives it back; ``TimeoutError`` if it stays taken."""
    if isinstance(session, CacheStore):
        name = f"{session.cache_key_prefix}{key}.lock"
        cache: BaseCache = session._cache  # type: ignore[attr-defined]
        _insist(partial(cache.add, name, 1, LOCK_LIFE))
        return partial(cache.delete, name)
    if isinstance(session, FileStore):
        file = Path(session.storage_path, f".session_security_{(key or '')[:1]}.lock").open("ab")  # noqa: SIM115
        try:
            _insist(partial(locks.lock, file, locks.LOCK_EX | locks.LOCK_NB))
        except BaseException:
            file.close()
            raise
        return file.close
    return bool


def _insist(take: Callable[[], bool]) -> None:
    for _ in range(LOCK_TRIES):
        if take():
            return
        time.sleep(LOCK_PAUSE)
    raise TimeoutError
