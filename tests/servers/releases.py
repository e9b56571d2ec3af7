"""A release of 2.x and this version, each serving ``beside.py`` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.settings import PEER
from benchmarks.variants import peer_python

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(__file__).with_name("beside.py")


class Server:
    """One of the two."""

    def __init__(self, python: Path, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [str(python), "-P", str(SITE), "serve"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._line())

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def set_clock(self, moment: datetime) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{moment.isoformat()}\n")
        self.process.stdin.flush()
        assert self._line() == "set\n"

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()  # it reads no more, and ends
        self.process.wait(30)
        self.process.stdout.close()


@contextmanager
def both(
    database: dict[str, Any], zone: str = "UTC", release: str = PEER, *, is_new: bool = False
) -> Iterator[tuple[Server, Server]]:
    """A release of 2.x and this version with one database; ``is_new``: it has no tables yet."""
    common = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    common |= {"BESIDE_DATABASE": json.dumps(database), "BESIDE_ZONE": zone}
    common.pop("DJANGO_SETTINGS_MODULE", None)
    ours = common | {"PYTHONPATH": str(ROOT / "src")}
    if is_new:
        subprocess.run([sys.executable, "-P", str(SITE), "prepare"], env=ours, check=True)
    old = Server(peer_python(release), common)
    try:
        new = Server(Path(sys.executable), ours)
        try:
            yield old, new
        finally:
            new.close()
    finally:
        old.close()
