"""The times kept in a session: read, moved forward, and never at the cost of other data.

Django saves a session as one blob at the end of a request, so a write through
``request.session`` puts back whatever that request read at its start. Here the stored session
is opened afresh, changed and saved at once, and ``request.session`` only mirrors the result.
"""

import logging
from collections.abc import MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as RowStore
from django.contrib.sessions.backends.signed_cookies import SessionStore as CookieStore
from django.db import router, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .policy import Timeouts

LAST = "_session_security"
STARTED = "_session_security_started"

# What an unreadable value counts as: so long ago that every limit has passed.
NEVER = datetime.min.replace(tzinfo=UTC)

logger = logging.getLogger("session_security")


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
    if isinstance(session, CookieStore):
        _advance(session, at)  # the browser is the store; there is nothing else to merge with
        return
    try:
        if isinstance(session, RowStore):
            stored = _merge_row(session, at)
        else:
            stored = _merge_blob(session, at)
    except Exception:
        logger.warning("Could not store the last activity", exc_info=True)
    else:
        # Straight into the loaded data: an assignment would mark the session as modified.
        session._session.update(stored)  # type: ignore[attr-defined]


def is_stale(session: SessionBase, present: datetime, resolution: float) -> bool:
    """Whether Django is about to save ``session`` with a time older than ``resolution`` (seconds).

    Another request may have stored a later one meanwhile: :func:`catch_up`.
    """
    return (
        (session.modified or settings.SESSION_SAVE_EVERY_REQUEST)
        and not isinstance(session, CookieStore)
        and (held := last(session)) is not None
        and (present - held).total_seconds() > resolution
    )


def catch_up(session: SessionBase) -> None:
    """Take in the stored time if it is later; a failing store is logged, never raised."""
    try:
        held, stored = last(session), last(type(session)(session.session_key))
    except Exception:
        logger.warning("Could not read the last activity", exc_info=True)
    else:
        if held and stored and stored > held:
            session[LAST] = stored.isoformat()


def renews_cookie(session: SessionBase, before: datetime | None, timeouts: Timeouts) -> bool:
    """Whether the cookie is to be sent again, if the last act was ``before`` until this request.

    A persistent cookie must live on while its user is active. It is renewed with the first act
    in each quarter of its life (or sooner, if the idle timeout leaves less to spare), counted
    from the sign-in, so that nothing has to be kept about it.
    """
    held = last(session)
    if not (held and before and before < held and (begin := started(session))):
        return False
    if isinstance(session.get("_session_expiry"), str) or session.get_expire_at_browser_close():
        return False  # set_expiry() with a date, or with 0
    age = session.get_expiry_age()
    step = max(min(age / 4, age - timeouts.expire_after), timeouts.resolution)
    return (held - begin).total_seconds() // step > (before - begin).total_seconds() // step


def user_tag(session: SessionBase) -> str:
    """An opaque name of the signed-in user: the same in all their sessions, useless elsewhere."""
    user = str(session.get(SESSION_KEY))
    return salted_hmac("session_security.user", user, algorithm="sha256").hexdigest()[:16]


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


def _is_gone(session: SessionBase, stored: dict[str, Any]) -> bool:
    """Whether the session was deleted meanwhile, or its user signed out or replaced."""
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


def _merge_row(session: RowStore, at: datetime) -> dict[str, str]:
    """Merge under a row lock (engines db and cached_db)."""
    store = type(session)(session.session_key)
    using = router.db_for_write(store.model)
    row = store.model.objects.using(using).filter(
        session_key=session.session_key, expire_date__gt=timezone.now()
    )
    with transaction.atomic(using=using):
        # An UPDATE takes the lock on every database. SELECT FOR UPDATE is nothing to SQLite,
        # where a transaction that reads first can't write once another one has written.
        if not row.update(expire_date=F("expire_date")):
            return {}
        data = store._session_cache = store.decode(row.values_list("session_data", flat=True).get())  # type: ignore[attr-defined]
        if _is_gone(session, data):
            return {}
        stored = _advance(data, at)
        row.update(session_data=store.encode(data), expire_date=store.get_expiry_date())
        # While the row is locked, or a save that comes next could be overtaken in the cache.
        if (cache := getattr(store, "_cache", None)) is not None:
            cache.set(store.cache_key, data, store.get_expiry_age())  # type: ignore[attr-defined]
    return stored


def _merge_blob(session: SessionBase, at: datetime) -> dict[str, str]:
    """Merge where there is no lock (engines cache and file): as briefly as can be."""
    store = type(session)(session.session_key)
    if _is_gone(session, dict(store.items())):
        return {}
    stored = _advance(store, at)
    store.save()
    return stored
