"""The stores that are measured, and the processor time that processes have taken."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from tests.servers.stores import Postgres, Valkey


class DurablePostgres(Postgres):
    """PostgreSQL that waits for the disk at each commit, as in operation; the tests' does not."""

    def command(self) -> Sequence[str | Path]:
        """The later of two values for one setting counts."""
        return [*super().command(), "-c", "fsync=on", "-c", "shared_buffers=1GB"]

    def pgbench(self, script: str, seconds: int, clients: int, rows: int) -> float:
        """Run a transaction over and over; return how many there were in a second."""
        file = self.folder / "script.sql"
        file.write_text(script)
        done = subprocess.run(
            [
                *(self.programs / "bin" / "pgbench", "--no-vacuum", f"--file={file}"),
                *(f"--host={self.folder}", "--username=postgres", f"--define=rows={rows}"),
                *(f"--client={clients}", "--jobs=1", f"--time={seconds}", "postgres"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        rate = re.search(r"tps = ([\d.]+)", done.stdout)
        assert rate, done.stdout + done.stderr
        return float(rate[1])


@dataclass(frozen=True)
class SQLite:
    """An SQLite file, with Django's defaults."""

    file: Path

    @property
    def database(self) -> dict[str, Any]:
        """For ``DATABASES["default"]``."""
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(self.file)}


def family(store: Postgres | Valkey, without: Collection[int] = ()) -> list[int]:
    """The processes of a store."""
    assert store.process
    root = psutil.Process(store.process.pid)
    return [p.pid for p in [root, *root.children(recursive=True)] if p.pid not in without]


def busy(pids: Iterable[int]) -> float:
    """The seconds that all threads of these processes have run, to the nanosecond."""
    total = 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):  # one that has ended meanwhile
            for task in Path(f"/proc/{pid}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def busy_with_children(store: Postgres | Valkey) -> float:
    """The same to the hundredth of a second, with the processes that have ended since."""
    assert store.process
    root = psutil.Process(store.process.pid)
    times = [process.cpu_times() for process in [root, *root.children()]]
    return float(sum(sum(time[:4]) for time in times))
