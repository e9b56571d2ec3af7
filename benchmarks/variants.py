"""The processes that are compared, and the environment that the peer runs in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from benchmarks.settings import PEER

ROOT = Path(__file__).resolve().parent.parent


def peer_environment(release: str) -> Path:
    return Path(sys.prefix) / f"benchmarks-{release}"


def peer_python(release: str = PEER) -> Path:
    """Return the interpreter that has a release of 2.x; install it the first time."""
    environment = peer_environment(release)
    wanted = "\n".join(
        [
            f"django-session-security=={release}",
            f"django=={version('django')}",
            f"time-machine=={version('time-machine')}",
            f"psycopg[binary]=={version('psycopg')}",  # for the tests that share a store
            "xstatic-jquery==3.7.1.1",  # which it needs and leaves to the site
        ]
    )
    python = environment / "bin" / "python"
    installed = environment / "installed.txt"
    if not installed.exists() or installed.read_text() != wanted:
        print(f"Installing release {release} into an environment of its own.", file=sys.stderr)
        venv.create(environment, clear=True, with_pip=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([str(python), *install, *wanted.split("\n")], check=True)
        installed.write_text(wanted)
    return python


def peer_file(pattern: str) -> Path:
    """Return the one file in the peer's environment that matches `pattern`."""
    (file,) = peer_environment(PEER).glob(f"lib/python*/site-packages/{pattern}")
    return file


class Process:
    """A `benchmarks.worker.Worker` in a process of its own; `ask` calls one of its methods."""

    def __init__(self, variant: str, warn_after: int = 540, expire_after: int = 600) -> None:
        self._folder = TemporaryDirectory()
        python = peer_python() if variant == PEER else sys.executable
        environment = {
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "BENCHMARK_VARIANT": variant,
            "BENCHMARK_DATABASE": str(Path(self._folder.name, "db.sqlite3")),
            "BENCHMARK_WARN_AFTER": str(warn_after),
            "BENCHMARK_EXPIRE_AFTER": str(expire_after),
            # ours is taken from src, as it stands; the peer is in its interpreter
            "PYTHONPATH": str(ROOT) if variant == PEER else f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        }
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.worker"],
            env={**os.environ, **environment},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, command: str, **arguments: Any) -> Any:
        """Call the worker's method `command`; return what it returns."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([command, arguments]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the worker has ended in {command}; see its error above")
        return json.loads(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate()  # closes its input, which ends it
        self._folder.cleanup()
