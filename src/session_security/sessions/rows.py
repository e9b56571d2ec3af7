"""The engines that keep sessions in the rows of a database.

An act is stored by one UPDATE of the row as it was read, which is void if another was faster; where
the database can skip locked rows, under a lock that is not waited for.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import OperationalError, connections, router, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from .. import _django
from ..conf import conf
from . import times
from .engines import (
    BLINK,
    Engine,
    SessionLocked,
    StoredSession,
    is_same_user,
    log_failure,
)

# Whoever finds a row locked or changed, or can't be serialized, tries again after a pause.
ATTEMPTS = 5
PAUSE = BLINK / ATTEMPTS  # seconds

# Whether whoever saves a session at this moment has its row open.
_has_row = ContextVar("session_security_has_row", default=False)


class RowEngine(Engine):
    """``db``, and engines that differ from it by their model."""

    def load(self, session: SessionBase, key: str) -> None:
        """Remember the row as it was."""
        with _django.keeping_decoded_text(session):
            super().load(session, key)

    async def aload(self, session: SessionBase, key: str) -> None:
        """As :meth:`load`."""
        with _django.keeping_decoded_text(session):
            await super().aload(session, key)

    def read(self, session: SessionBase, key: str) -> dict[str, Any]:
        """From the database that is written to: a replica may be behind."""
        return _decoded(session, _text(_rows(session, key)))

    def find_again(self, session: SessionBase, key: str) -> dict[str, Any]:
        """Only where it was read from a replica."""
        model = _model(session)
        is_same = router.db_for_read(model) == router.db_for_write(model)
        return {} if is_same else self.read(session, key)

    @contextmanager
    def opened(self, session: SessionBase, patience: float) -> Iterator[StoredSession | None]:
        """The row, locked, in a transaction."""
        rows = _rows(session, str(session.session_key))
        with _django.brief_waits(rows.db, patience), transaction.atomic(using=rows.db):
            data = _decoded(session, _locked_text(rows, patience))
            save = partial(self.update, session, rows, data)
            delete = partial(self.delete_row, session, rows)
            token = _has_row.set(True)
            try:
                yield StoredSession(data, save, delete) if data else None
            finally:
                _has_row.reset(token)

    def update(self, session: SessionBase, rows: QuerySet[Any], data: dict[str, Any]) -> int:
        """Save the data, and let the row live on; return how many rows there were."""
        other = _django.reopened(session, session.session_key)
        _django.set_session_data(other, data)
        return rows.update(session_data=other.encode(data), expire_date=other.get_expiry_date())

    def delete_row(self, session: SessionBase, rows: QuerySet[Any]) -> None:
        """Delete the row."""
        rows.delete()

    def store_activity(
        self, session: SessionBase, at: datetime, patience: float = BLINK
    ) -> dict[str, Any] | None:
        """After the commit, if a transaction further out would keep the row locked until then."""
        using = router.db_for_write(_model(session))
        if not _django.in_transaction(using):
            return self.store_now(session, at)
        data = dict(session.items())
        times.advance(data, at)
        transaction.on_commit(partial(self.store_later, session, at), using=using)
        return data

    def store_later(self, session: SessionBase, at: datetime) -> None:
        """As :meth:`store_now`; a failure is logged."""
        try:
            self.store_now(session, at)
        except Exception as error:
            log_failure("Could not store the last activity", error)

    def store_now(self, session: SessionBase, at: datetime) -> dict[str, Any] | None:
        """Try, and if somebody else is at the row, try again."""
        for _ in range(ATTEMPTS - 1):
            try:
                return self.store_once(session, at)
            except (OperationalError, SessionLocked):
                time.sleep(PAUSE)
        return self.store_once(session, at)

    def store_once(self, session: SessionBase, at: datetime) -> dict[str, Any] | None:
        """Change the row if it is as it was read; :exc:`SessionLocked` if it is not."""
        rows = _rows(session, str(session.session_key))
        if connections[rows.db].features.has_select_for_update_skip_locked:
            return super().store_activity(session, at, PAUSE)
        with _django.brief_waits(rows.db, PAUSE), _django.harmless_errors(rows.db):
            text = _django.pop_decoded_text(session) or _text(rows)
            data = _decoded(session, text)
            if not data or not is_same_user(session, data):
                return None
            times.advance(data, at)
            if not self.update(session, rows.filter(session_data=text), data):
                raise SessionLocked
            return data

    def protect_saves(self, session: SessionBase) -> None:
        """Nothing: :func:`protect_row` sees to each row that is saved, whoever saves it."""


class CachedRowEngine(RowEngine):
    """``cached_db``: the row counts, and its copy in the cache is changed while it is locked.

    Or whoever comes next could be overtaken in the cache, and a sign-out be undone there.
    """

    def load(self, session: SessionBase, key: str) -> None:
        """From the row, if the cache fails."""
        try:
            session.get(SESSION_KEY)
        except Exception as error:
            self.load_row(session, key, error)

    async def aload(self, session: SessionBase, key: str) -> None:
        """As :meth:`load`."""
        try:
            await session.aget(SESSION_KEY)
        except Exception as error:
            await sync_to_async(self.load_row)(session, key, error)

    def load_row(self, session: SessionBase, key: str, error: Exception) -> None:
        """Do without the cache, which has raised ``error``."""
        data = self.read(session, key)
        log_failure("Could not read a session from the cache", error)
        _django.set_session_data(session, data)
        _django.set_session_key(session, key if data else None)

    def update(self, session: SessionBase, rows: QuerySet[Any], data: dict[str, Any]) -> int:
        """In the cache as well, if that can be written."""
        updated = super().update(session, rows, data)
        other = _django.reopened(session, session.session_key)
        _django.set_session_data(other, data)
        try:
            name = _django.cache_key(session, session.session_key)
            _django.session_cache(session).set(name, data, other.get_expiry_age())
        except Exception as error:
            log_failure("Could not store the session in the cache", error)
        return updated

    def delete_row(self, session: SessionBase, rows: QuerySet[Any]) -> None:
        """From the cache as well; the row stays if that fails."""
        super().delete_row(session, rows)
        name = _django.cache_key(session, session.session_key)
        _django.session_cache(session).delete(name)

    def store_once(self, session: SessionBase, at: datetime) -> dict[str, Any] | None:
        """Under the lock, which keeps row and copy together."""
        return Engine.store_activity(self, session, at, PAUSE)

    def protect_saves(self, session: SessionBase) -> None:
        """Under the lock, too."""
        Engine.protect_saves(self, session)


def protect_row(instance: Any, using: str, raw: bool = False, **kwargs: Any) -> None:
    """Receiver of ``pre_save`` of session rows: no save turns a stored time back.

    Also not that of a task or a consumer that read the session long ago.
    """
    if raw or _has_row.get():
        return
    try:
        store = instance.get_session_store_class()(instance.session_key)
        data = store.decode(instance.session_data)
        if not _may_be_old(data):
            return
        with transaction.atomic(using=using):
            rows = _rows(store, instance.session_key).using(using)
            stored = _decoded(store, _held_text(rows))
    except Exception as error:  # what is to be saved is worth more
        log_failure("Could not read the last activity", error)
        return
    if times.take_later(data, stored):
        instance.session_data = store.encode(data)


def _may_be_old(data: dict[str, Any]) -> bool:
    held = times.last_activity(data)
    if held is None or conf.MAX_AGE is not None:  # the start can move at any time
        return held is not None
    return (times.now() - held).total_seconds() > conf.timeouts.resolution


def _model(session: Any) -> Any:
    return session.model


def _rows(session: SessionBase, key: str) -> QuerySet[Any]:
    model: type[AbstractBaseSession] = _model(session)
    rows = model._default_manager.using(router.db_for_write(model))
    return rows.filter(session_key=key, expire_date__gt=timezone.now())


def _text(rows: QuerySet[Any]) -> str | None:
    return next(iter(rows.values_list("session_data", flat=True)), None)


def _decoded(session: SessionBase, text: str | None) -> dict[str, Any]:
    data: dict[str, Any] = type(session).decode(session, text) if text else {}
    return data


def _held_text(rows: QuerySet[Any]) -> str | None:
    """The text of a row that is ours until the transaction ends.

    An UPDATE takes the lock on every database. SELECT FOR UPDATE is nothing to SQLite, where a
    transaction that reads first can't write once another one has written.
    """
    return _text(rows) if rows.update(expire_date=F("expire_date")) else None


def _locked_text(rows: QuerySet[Any], patience: float) -> str | None:
    """The same, but whoever finds the row locked gives up after ``patience`` (seconds)."""
    if not connections[rows.db].features.has_select_for_update_skip_locked:
        return _held_text(rows)
    for _ in range(round(patience / PAUSE)):
        text = _text(rows.select_for_update(skip_locked=True))
        if text is not None or not rows.exists():
            return text
        time.sleep(PAUSE)
    raise SessionLocked
