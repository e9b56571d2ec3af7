"""A replica that is some seconds behind, and a router that reads sessions from it.

The router of the site's processes follows a file: only while there is one do reads come from the
replica. A thread of the tests' process copies what the table held ``lag`` seconds ago.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from .stores import Postgres

NAME = "replica"
COLUMNS = "session_key, session_data, expire_date"


class Router:
    """For ``DATABASE_ROUTERS``."""

    def db_for_read(self, model: type[Any], **hints: object) -> str | None:
        """Sessions come from the replica while it is in use."""
        is_session = model._meta.label == "sessions.Session"
        return "replica" if is_session and Path(os.environ["SITE_REPLICA_FLAG"]).exists() else None

    def db_for_write(self, model: type[Any], **hints: object) -> str | None:
        """All is written where it always was."""
        return "default"


class Replica:
    """The other database of the same server; a context manager that makes and removes it."""

    def __init__(self, postgres: Postgres, folder: Path, lag: float) -> None:
        self.postgres, self.lag = postgres, lag
        self.flag = folder / "replica-in-use"
        self._stop = Event()
        self._thread = Thread(target=self._follow)
        self._copied = Event()

    @property
    def environment(self) -> dict[str, str]:
        """For the site."""
        return {"SITE_REPLICA": NAME, "SITE_REPLICA_FLAG": str(self.flag)}

    def __enter__(self) -> Replica:
        with self.postgres.connect() as connection:
            connection.execute(f"CREATE DATABASE {NAME}")
        with self.postgres.connect(NAME) as connection:
            connection.execute(
                "CREATE TABLE django_session (session_key varchar(40) PRIMARY KEY,"
                " session_data text NOT NULL, expire_date timestamptz NOT NULL)"
            )
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()
        with self.postgres.connect() as connection:
            connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let sessions be read from the replica, as soon as it holds something."""
        assert self._copied.wait(10 + self.lag)
        self.flag.touch()
        try:
            yield
        finally:
            self.flag.unlink()

    def _follow(self) -> None:
        snapshots: deque[tuple[float, list[Any]]] = deque()
        with self.postgres.connect() as primary, self.postgres.connect(NAME) as replica:
            while not self._stop.wait(0.1):
                rows = primary.execute(f"SELECT {COLUMNS} FROM django_session").fetchall()
                snapshots.append((time.monotonic(), rows))
                if time.monotonic() - snapshots[0][0] < self.lag:
                    continue
                _, rows = snapshots.popleft()
                with replica.transaction(), replica.cursor() as cursor:
                    cursor.execute("DELETE FROM django_session")
                    cursor.executemany("INSERT INTO django_session VALUES (%s, %s, %s)", rows)
                self._copied.set()
