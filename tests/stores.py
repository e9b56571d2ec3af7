"""Session stores that behave as real ones do on a bad day."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# --- databases ----------------------------------------------------------------------------------


@contextmanager
def session_database(
    alias: str, file: Path, options: dict[str, object] | None = None
) -> Iterator[BaseDatabaseWrapper]:
    """This thread's connection to one more SQLite database, with the table of the sessions."""
    connection = connections["default"].copy(alias)
    connection.settings_dict |= {"NAME": str(file), "OPTIONS": options or {}}
    connections[alias] = connection
    try:
        if not file.exists():
            with connection.schema_editor() as editor:
                editor.create_model(Session)
        yield connection
    finally:
        connection.close()
        del connections[alias]


class SessionRouter:
    """Sessions are read from one database, and written to another."""

    def __init__(self, read: str = "default", write: str = "default") -> None:
        self.read, self.write = read, write

    def db_for_read(self, model: type[Any], **hints: object) -> str | None:
        return self.read if model is Session else None

    def db_for_write(self, model: type[Any], **hints: object) -> str | None:
        return self.write if model is Session else None


def replicate(alias: str) -> None:
    """The replica has caught up with the default database."""
    Session.objects.using(alias).all().delete()
    Session.objects.using(alias).bulk_create(Session.objects.using("default"))


# --- caches -------------------------------------------------------------------------------------


class RefusingCache(LocMemCache):
    """A cache that can be read, and refuses writes: full, or a replica after a failover.

    Redis and Valkey delete even when they are full, and not when they are read-only.
    """

    is_full = is_read_only = False

    def add(self, *args: Any, **kwargs: Any) -> bool:
        self._check(self.is_full or self.is_read_only)
        return super().add(*args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._check(self.is_full or self.is_read_only)
        super().set(*args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> int:
        self._check(self.is_full or self.is_read_only)
        return super().incr(*args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        self._check(self.is_read_only)
        return super().touch(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        self._check(self.is_read_only)
        return super().delete(*args, **kwargs)

    def _check(self, refuses: bool) -> None:
        if refuses:
            raise ConnectionError("OOM command not allowed when used memory > 'maxmemory'.")


class SilentCache(LocMemCache):
    """A cache client that says "nothing" when its server is away, and raises nothing.

    Django's PyMemcacheCache after the first failure, and django-redis with IGNORE_EXCEPTIONS.
    """

    is_away = False

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return not self.is_away and super().add(*args, **kwargs)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return default if self.is_away else super().get(key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        if not self.is_away:
            super().set(*args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return not self.is_away and super().touch(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return not self.is_away and super().delete(*args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return not self.is_away and super().has_key(*args, **kwargs)


class Redis:
    """One server, with as much of redis-py's client as Django's backend uses."""

    def __init__(self) -> None:
        self.data: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.data.get(key)

    def exists(self, key: str) -> int:
        return int(key in self.data)

    def set(
        self,
        key: str,
        value: bytes,
        *,
        ex: int | None = None,
        px: int | None = None,
        nx: bool = False,
    ) -> bool | None:
        if nx and key in self.data:
            return None
        self.data[key] = value
        return True

    def expire(self, key: str, seconds: int) -> bool:
        return key in self.data

    def persist(self, key: str) -> bool:
        return key in self.data

    def delete(self, *keys: str) -> int:
        return sum(self.data.pop(key, None) is not None for key in keys)

    def flushdb(self) -> bool:
        self.data.clear()
        return True


class ReplicatedClient(RedisCacheClient):
    """Writes to the first server and reads from the second, as Django does with two locations."""

    primary, replica = Redis(), Redis()
    lags = False

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        reads_replica = self.lags and not write and len(self._servers) > 1  # type: ignore[attr-defined]
        return self.replica if reads_replica else self.primary


class ReplicatedCache(RedisCache):
    """Django's ``RedisCache`` with a replica, which falls behind when it is told to."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ReplicatedClient

    def fall_behind(self) -> None:
        """The replica has all there is, and from now on nothing more."""
        ReplicatedClient.replica.data = dict(ReplicatedClient.primary.data)
        ReplicatedClient.lags = True

    def catch_up(self) -> None:
        """The replica is no different any more."""
        ReplicatedClient.lags = False

    def read_primary(self, key: str) -> Any:
        """What the server holds to which all is written."""
        value = ReplicatedClient.primary.get(self.make_key(key))
        return None if value is None else pickle.loads(value)
