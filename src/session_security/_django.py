"""Every private or undocumented name of Django that this package touches; tests say what for.

The names are those of Django 5.2 to 6.1. A test for each, in tests/test_django.py, fails when a
later release changes one.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import partial
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage import default_storage
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache.backends.base import BaseCache
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, connections
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.functional import LazyObject, SimpleLazyObject, empty

# Methods that are put on an instance, and know only that one.
_PATCHED = ("save", "asave", "delete", "adelete", "session_security_text")

# Where the caches come from that have replicas.
_REDIS = ("django.core.cache.backends.redis", "django_redis.")


# Sessions


def session_data(session: SessionBase) -> dict[str, Any]:
    """The data of a session, loaded if it was not; a change to it does not mark it modified."""
    data: dict[str, Any] = session._session  # type: ignore[attr-defined]
    return data


def set_session_data(session: SessionBase, data: dict[str, Any]) -> None:
    """Put ``data`` in the place of what was loaded."""
    session._session_cache = data  # type: ignore[attr-defined]


def set_session_key(session: SessionBase, key: str | None) -> None:
    """Give the session another key, or none."""
    session._session_key = key


def detach(session: SessionBase) -> None:
    """Leave the session to its store, and be an empty one without a key."""
    set_session_data(session, {})
    set_session_key(session, None)
    session.accessed = session.modified = True


def reopened(session: SessionBase, key: str | None) -> SessionBase:
    """The session ``key`` before it is read, with all that its engine keeps on an instance."""
    other = copy(session)
    for name in ("_session_cache", *_PATCHED):
        vars(other).pop(name, None)
    set_session_key(other, key)
    other.accessed = other.modified = False
    return other


@contextmanager
def keeping_decoded_text(session: SessionBase) -> Iterator[None]:
    """Remember the text that the session is decoded from, if it is loaded meanwhile."""

    def decode(text: str) -> dict[str, Any]:
        vars(session)["session_security_text"] = text
        data: dict[str, Any] = type(session).decode(session, text)
        return data

    session.decode = decode  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        del session.decode


def pop_decoded_text(session: SessionBase) -> str | None:
    """That text, once; None if the session was not decoded."""
    text: str | None = vars(session).pop("session_security_text", None)
    return text


def cache_key(session: SessionBase, key: str | None) -> str:
    """What the ``cache`` and ``cached_db`` engines call a session in the cache."""
    return f"{session.cache_key_prefix}{key}"  # type: ignore[attr-defined]


def session_cache(session: SessionBase) -> BaseCache:
    """The cache of these engines."""
    cache: BaseCache = session._cache  # type: ignore[attr-defined]
    return cache


def primary_session_cache(session: SessionBase) -> BaseCache:
    """The same, where it is written to: a replica may be behind.

    Redis caches write to the first of several places and read from the others.
    """
    cache = session_cache(session)
    params = dict(settings.CACHES[settings.SESSION_CACHE_ALIAS])
    location = params.pop("LOCATION", "")
    servers = re.split("[;,]", location) if isinstance(location, str) else location
    is_redis = any(cls.__module__.startswith(_REDIS) for cls in type(cache).__mro__)
    if not is_redis or len(servers) < 2:
        return cache
    del params["BACKEND"]
    backend: Callable[[str, dict[str, Any]], BaseCache] = type(cache)
    return backend(servers[0], params)


def session_folder(session: SessionBase) -> str:
    """Where the ``file`` engine keeps its files."""
    return str(session.storage_path)  # type: ignore[attr-defined]


# Requests


def forget_user(request: HttpRequest) -> None:
    """Make the rest of the request anonymous.

    ``request.auser()`` has a cache that ``logout()`` does not clear on Django 5.2 and 6.0.
    """
    request.user = request._cached_user = request._acached_user = AnonymousUser()  # type: ignore[attr-defined]


def message_storage(request: HttpRequest) -> BaseStorage:
    """The messages of a request, also where ``MessageMiddleware`` was not reached."""
    if not hasattr(request, "_messages"):
        request._messages = default_storage(request)  # type: ignore[attr-defined]
    storage: BaseStorage = request._messages  # type: ignore[attr-defined]
    return storage


def asked_again(request: Any, key: str) -> Any:
    """The same request as if it came only now: its session and its user have not been read.

    (A copy of Django's own is without what can't be pickled.)
    """
    other = object.__new__(type(request))
    vars(other).update(vars(request))
    for name in ("_cached_user", "_acached_user"):
        vars(other).pop(name, None)
    other.META, other.COOKIES = dict(request.META), dict(request.COOKIES)
    other.session = reopened(request.session, key)
    other.user = SimpleLazyObject(partial(user_of, other.session))
    return other


def user_of(session: SessionBase) -> Any:
    """The user of a session, which stays as it is.

    Django gives it another key if it finds a fallback of ``SECRET_KEY`` in use, and deletes it if
    the password has changed; the browser could not be told.
    """
    request = HttpRequest()
    request.session = copy(session)
    set_session_data(request.session, dict(session.items()))
    request.session.cycle_key = request.session.flush = lambda: None  # type: ignore[method-assign]
    return get_user(request)


def handshake(scope: Mapping[str, Any]) -> HttpRequest:
    """The handshake of a WebSocket as a request: a GET over HTTP, which it was."""
    query = scope.get("query_string", b"")
    as_http = {
        "type": "http",
        "method": "GET",
        "scheme": "https" if scope.get("scheme") == "wss" else "http",
        # Django does not expect bytes here that are no text.
        "query_string": query.decode(errors="replace") if isinstance(query, bytes) else query,
    }
    return ASGIRequest({**scope, **as_http}, BytesIO())


def unwrapped(value: Any) -> Any:
    """What a lazy object stands for; None if it does not know yet."""
    if not isinstance(value, LazyObject):
        return value
    wrapped = vars(value)["_wrapped"]
    return None if wrapped is empty else wrapped


# Responses


def streamed_parts(response: StreamingHttpResponse) -> Iterator[Any] | AsyncIterator[Any]:
    """What a response reads its content from; it can be put back as ``streaming_content``.

    What ``streaming_content`` gives can't be closed.
    """
    parts: Iterator[Any] | AsyncIterator[Any] = response._iterator  # type: ignore[attr-defined]
    return parts


# Databases


def close_broken_connections() -> None:
    """Let the next query of this thread connect anew where its connection is lost.

    Django does so between two requests. A connection that works may be in use.
    """
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred and not connection.in_atomic_block:
            if connection.is_usable():
                connection.errors_occurred = False
            else:
                connection.close()


def in_transaction(using: str) -> bool:
    """Whether somebody further out has a transaction open (a test case's own does not count)."""
    connection = connections[using]
    return connection.in_atomic_block and not connection.atomic_blocks[-1]._from_testcase  # type: ignore[attr-defined]


@contextmanager
def brief_waits(using: str, seconds: float) -> Iterator[None]:
    """Let SQLite wait for another writer no longer than this; other databases skip locked rows."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    # Not by a cursor of Django's, which would count and log these as queries.
    execute = connection.connection.execute
    [before] = execute("PRAGMA busy_timeout").fetchone()
    execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
    try:
        yield
    finally:
        execute(f"PRAGMA busy_timeout = {before}")


@contextmanager
def harmless_errors(using: str) -> Iterator[None]:
    """Let a statement that fails not spoil the transaction around it.

    Only for databases where such a statement has changed nothing, and the next one can be made.
    """
    connection = connections[using]
    before = connection.needs_rollback
    try:
        yield
    except DatabaseError:
        if connection.in_atomic_block:
            connection.set_rollback(before)
        raise
