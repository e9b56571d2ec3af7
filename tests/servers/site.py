"""The tests' own site on real servers: gunicorn with threads, uvicorn or daphne for ASGI.

    with Site("db", database=postgres, valkey=valkey) as site:
        answer = client.send(site.port, "/page/", cookie)

Several sites may share the stores and the folder, with other clocks or other middleware.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import psutil  # type: ignore[import-untyped]

from .stores import DEADLINE, MariaDB, Postgres, Valkey, wait_for

ENGINES = ("db", "cached_db", "cache", "file", "signed_cookies")
USERS = ("alice", "bob")
ROOT = Path(__file__).resolve().parents[2]


class Site:
    """Server processes of the site; a context manager that starts and stops them.

    ``engine``: one of ENGINES. ``server``: "gunicorn" (``workers`` processes with ``threads``
    each), "uvicorn" (``workers`` processes) or "daphne" (one). ``chain``: "ours", "bare" (without
    our middleware) or "naive" (with one that does it wrong). ``clock_offset`` (seconds) is how
    wrong the clock of its processes is. ``expire_after``, ``warn_after``: seconds. ``folder`` holds
    the sessions of the engine file; give several sites the same one to let them share it.
    ``extra``: further environment variables. ``preload`` lets gunicorn import the site once and
    fork, which starts sooner. The database has to be prepared (:func:`migrate`).
    """

    def __init__(
        self,
        engine: str,
        *,
        database: Postgres | MariaDB,
        valkey: Valkey,
        server: str = "gunicorn",
        chain: str = "ours",
        workers: int = 2,
        threads: int = 4,
        expire_after: float = 600,
        warn_after: float | None = None,
        clock_offset: float = 0,
        folder: Path | None = None,
        extra: Mapping[str, str] | None = None,
        preload: bool = False,
    ) -> None:
        assert engine in ENGINES
        self.engine, self.server, self.chain = engine, server, chain
        self.workers, self.threads = workers, threads
        self.preload = preload and server == "gunicorn"
        self.expire_after = expire_after
        self.warn_after = 0.9 * expire_after if warn_after is None else warn_after
        self.clock_offset = clock_offset
        self._home = tempfile.TemporaryDirectory(prefix="site-")
        self._log = Path(self._home.name, "log")
        self._log.touch()
        self.environment = {
            **environment(engine, database, valkey, folder or Path(self._home.name)),
            "SITE_SERVER": server,
            "SITE_CHAIN": chain,
            "SITE_EXPIRE_AFTER": str(self.expire_after),
            "SITE_WARN_AFTER": str(self.warn_after),
            "SITE_CLOCK_OFFSET": str(clock_offset),
            **(extra or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        # It stays open over a restart: connections then wait, as with systemd's sockets.
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What all its processes have printed."""
        return self._log.read_text(errors="replace")

    @property
    def pids(self) -> list[int]:
        """The processes that answer requests."""
        if self.process is None or self.process.poll() is not None:
            return []
        found = []
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                helper = any("resource_tracker" in word for word in child.cmdline())
                if child.status() != psutil.STATUS_ZOMBIE and not helper:
                    found.append(child.pid)
        return found

    def start(self, wait: bool = True) -> None:
        """Start the server, and wait until all its workers are up."""
        seen = self._ready()
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(),
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self._socket.fileno()],
            )
        if wait:
            self.wait(seen)

    def wait(self, seen: int = 0) -> None:
        """Wait until all workers are up, ``seen`` of which were up once before."""
        process = self.process
        assert process

        def is_up() -> bool:
            if process.poll() is not None:
                raise AssertionError(f"{self.server} did not start:\n{self.log}")
            return self._ready() >= seen + (1 if self.preload else self.workers)

        try:
            wait_for(is_up, f"{self.server} is up")
        except AssertionError as error:
            error.add_note(self.log)
            raise

    def stop(self) -> None:
        """Stop all its processes; those that don't end in good order are killed."""
        if self.process is None or self.process.poll() is not None:
            return
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(DEADLINE)
        _, alive = psutil.wait_procs(children, timeout=1)
        for child in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()

    def kill(self) -> None:
        """End all its processes with SIGKILL."""
        if self.process is None or self.process.poll() is not None:
            return
        root = psutil.Process(self.process.pid)
        root.suspend()  # or it would start another worker for each that is killed
        for process in [*root.children(recursive=True), root]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(DEADLINE)

    def restart(self) -> None:
        """Stop and start at the same address; nothing but the stores remembers anything."""
        self.stop()
        self.start()

    def kill_worker(self, pid: int | None = None) -> int:
        """Kill (SIGKILL) a worker, the first unless told; its server starts another."""
        pid = pid or self.pids[0]
        os.kill(pid, signal.SIGKILL)
        return pid

    def close(self) -> None:
        """Stop, and give the address back."""
        self.stop()
        self._socket.close()
        self._home.cleanup()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _ready(self) -> int:
        return self.log.count("ready ")

    def _command(self) -> list[str]:
        fd = self._socket.fileno()
        if self.server == "gunicorn":
            return [
                *(sys.executable, "-m", "gunicorn", "tests.servers.application:wsgi"),
                *("--bind", f"fd://{fd}", "--worker-class", "gthread", "--no-control-socket"),
                *("--workers", str(self.workers), "--threads", str(self.threads)),
                *("--graceful-timeout", "2", "--log-level", "warning"),
                *(["--preload"] if self.preload else []),
            ]
        if self.server == "daphne":
            options = ["--fd", str(fd), "--verbosity", "0"]
            return [sys.executable, "-m", "daphne", *options, "tests.servers.application:asgi"]
        assert self.server == "uvicorn"
        return [
            *(sys.executable, "-m", "uvicorn", "tests.servers.application:asgi"),
            *("--fd", str(fd), "--workers", str(self.workers), "--lifespan", "off"),
            *("--log-level", "warning", "--no-access-log"),
            *("--timeout-graceful-shutdown", "2"),
        ]


def environment(
    engine: str, database: Postgres | MariaDB, valkey: Valkey, folder: Path
) -> dict[str, str]:
    """The variables that say where everything is, for the site and for its commands."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.servers.settings",
        "SITE_ENGINE": engine,
        "SITE_DATABASE": json.dumps(database.database),
        "SITE_CACHE": valkey.location,
        "SITE_FOLDER": str(folder),
        "SITE_SERVER": "gunicorn",
        "SITE_CHAIN": "ours",
        "SITE_EXPIRE_AFTER": "600",
        "SITE_WARN_AFTER": "540",
        "SITE_CLOCK_OFFSET": "0",
    }


def manage(code: str, database: Postgres | MariaDB, valkey: Valkey, folder: Path) -> str:
    """Run Python code in a process that has the site's settings; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django\ndjango.setup()\n{code}"],
        cwd=ROOT,
        env={**os.environ, **environment("db", database, valkey, folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def migrate(database: Postgres | MariaDB, valkey: Valkey, users: int = 0) -> None:
    """Make the tables, and alice, bob, and ``users`` named user0, user1 and so on."""
    code = f"""
from django.contrib.auth import get_user_model
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
names = [*{USERS!r}, *(f"user{{number}}" for number in range({users}))]
get_user_model().objects.bulk_create(get_user_model()(username=name) for name in names)
"""
    manage(code, database, valkey, Path(tempfile.gettempdir()))
