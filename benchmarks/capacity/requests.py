"""What one request costs on each engine: queries, commands, bytes and processor time."""

from __future__ import annotations

import http.client
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

import redis

from benchmarks.capacity.counting import ANSWER, ASK
from benchmarks.capacity.stores import DurablePostgres, SQLite, busy, family
from tests.servers.client import COOKIE, NAVIGATION, PING, SCRIPT, change, sign_in
from tests.servers.site import Site, migrate
from tests.servers.stores import Valkey

DUE = 100  # seconds since the stored act, so that another one is stored


@dataclass(frozen=True)
class Setup:
    """A session engine on its stores."""

    title: str
    engine: str
    sqlite: bool = False


SETUPS = (
    Setup("db, PostgreSQL", "db"),
    Setup("db, SQLite", "db", sqlite=True),
    Setup("cached_db, PostgreSQL + Valkey", "cached_db"),
    Setup("cache, Valkey", "cache"),
    Setup("file", "file"),
    Setup("signed_cookies", "signed_cookies"),
)


@dataclass(frozen=True)
class Kind:
    """A kind of request; ``report`` is what a ping says in ``idleFor``."""

    title: str
    chain: str
    path: str = "/page/"
    due: bool = False
    report: int | None = None


BARE, WRITING = "bare Django: page", "bare Django: page that writes a key"
PAGE, STORING = "page, stores nothing", "page, stores the act"
ASKING, REPORTING = "ping, only asks", "ping, stores the act"
KINDS = (
    Kind(BARE, "bare"),
    Kind(WRITING, "bare", "/write/?key=draft&value=text"),
    Kind(PAGE, "ours"),
    Kind(STORING, "ours", due=True),
    Kind(ASKING, "ours", PING, report=60),
    Kind(REPORTING, "ours", PING, due=True, report=0),
)

# What is measured of one kind on one setup; processor times in milliseconds.
Cost = dict[str, Any]


class Bench:
    """All the sites at once, on the same stores."""

    def __init__(self, postgres: DurablePostgres, valkey: Valkey, folder: Path, size: int) -> None:
        self.postgres, self.valkey, self.size = postgres, valkey, size
        self.sqlite: Any = SQLite(folder / "db.sqlite3")  # in place of a store with a server
        self.folder = folder
        self.connection = postgres.connect()
        self.redis: Any = redis.Redis(unix_socket_path=str(valkey.socket))
        self.sites: dict[tuple[Setup, str], Site] = {}
        self.cookies: dict[tuple[Setup, str], list[str]] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Around everything: the sites are up, and people signed in."""
        with ExitStack() as stack:
            migrate(self.postgres, self.valkey)
            migrate(self.sqlite, self.valkey)
            for setup in SETUPS:
                for chain in ("bare", "ours"):
                    (folder := self.folder / f"{setup.engine}-{chain}").mkdir(exist_ok=True)
                    self.sites[setup, chain] = site = stack.enter_context(
                        Site(
                            setup.engine,
                            database=self.sqlite if setup.sqlite else self.postgres,
                            valkey=self.valkey,
                            chain=chain,
                            workers=1,
                            threads=1,
                            folder=folder,
                            extra={"DJANGO_SETTINGS_MODULE": "benchmarks.capacity.settings"},
                        )
                    )
                    self.cookies[setup, chain] = [sign_in(site.port) for _ in range(self.size)]
            yield

    def measure(self, rounds: int) -> dict[str, dict[str, Cost]]:
        """What each kind costs on each setup, as the median of all rounds."""
        blocks: dict[tuple[Setup, Kind], list[Cost]] = defaultdict(list)
        for number in range(rounds + 1):
            print(f"round {number} of {rounds}", file=sys.stderr)
            for setup in SETUPS:
                turn = number % len(KINDS)  # who is first changes from round to round
                for kind in KINDS[turn:] + KINDS[:turn]:
                    block = self._block(setup, kind)
                    if number:  # the first warms up
                        blocks[setup, kind].append(block)
        return {
            setup.title: {
                kind.title: {
                    **self._queries(setup, kind),
                    **_summary(blocks[setup, kind]),
                    "ratio": _ratio(blocks[setup, kind], blocks[setup, KINDS[0]]),
                }
                for kind in KINDS
            }
            for setup in SETUPS
        }

    def _block(self, setup: Setup, kind: Kind) -> Cost:
        """Ask once with each cookie; return what one request cost."""
        site, cookies = self.sites[setup, kind.chain], self._prepared(setup, kind)
        me = self.connection.info.backend_pid
        processes = {
            "django": site.pids,
            "postgres": family(self.postgres, without=[me]),
            "valkey": family(self.valkey),
        }
        commands, written = self._commands(), self._written(site)
        before = {name: busy(pids) for name, pids in processes.items()}
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
        for cookie in cookies:
            _ask(connection, kind, cookie)
        connection.close()
        after = {name: busy(pids) for name, pids in processes.items()}
        # The measuring itself is not in it: what it asks of the stores comes before and after.
        counted = self._commands() - commands
        written = {name: end - written[name] for name, end in self._written(site).items()}
        size = len(cookies)
        return {
            **{name: 1000 * (after[name] - before[name]) / size for name in processes},
            **{name: value / size for name, value in written.items()},
            "commands": {name: round(calls / size, 2) for name, calls in counted.items()},
        }

    def _prepared(self, setup: Setup, kind: Kind) -> list[str]:
        """Cookies of people whose act is due to be stored, or of people who have just acted."""
        site, cookies = self.sites[setup, kind.chain], self.cookies[setup, kind.chain]
        ago = DUE if kind.due else 0
        if setup.engine == "signed_cookies":
            return [sign_in(site.port, ago=ago or 0.001) for _ in cookies]
        for cookie in cookies:
            change(site.port, cookie, ago=ago)
        return cookies

    def _queries(self, setup: Setup, kind: Kind) -> Cost:
        site, cookies = self.sites[setup, kind.chain], self._prepared(setup, kind)
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
        _ask(connection, kind, cookies[0])
        response = _ask(connection, kind, cookies[1], {ASK: "1"})
        connection.close()
        return {
            "queries": Counter(response.headers.get(ANSWER, "").split()),
            "cookie": len(response.headers.get("Set-Cookie", "")),
        }

    def _commands(self) -> Counter[str]:
        """How often Valkey has had each command; what a connection says at first is left out."""
        stats: dict[str, dict[str, int]] = self.redis.info("commandstats")
        calls = {name.removeprefix("cmdstat_"): value["calls"] for name, value in stats.items()}
        kept = {name: count for name, count in calls.items() if name in ("get", "set", "del")}
        return Counter(kept)

    def _written(self, site: Site) -> dict[str, float]:
        row = self.connection.execute(
            "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"
        ).fetchone()
        lines = Path(f"/proc/{site.pids[0]}/io").read_text().splitlines()
        return {
            "wal": float(row[0]),
            "aof": float(self.redis.info("persistence")["aof_current_size"]),
            "files": float(dict(line.split(": ") for line in lines)["write_bytes"]),
        }


def _ask(
    connection: http.client.HTTPConnection,
    kind: Kind,
    cookie: str,
    extra: dict[str, str] | None = None,
) -> http.client.HTTPResponse:
    body = None if kind.report is None else urlencode({"idleFor": kind.report})
    headers = SCRIPT if body else NAVIGATION
    own = {"Cookie": f"{COOKIE}={cookie}", **(extra or {})}
    connection.request("POST" if body else "GET", kind.path, body, {**headers, **own})
    response = connection.getresponse()
    content = response.read()
    assert response.status == 200, (kind.title, response.status, content)
    return response


def _summary(blocks: list[Cost]) -> Cost:
    names = [name for name in blocks[0] if name != "commands"]
    return {
        **{name: median(block[name] for block in blocks) for name in names},
        "commands": blocks[-1]["commands"],
    }


def _ratio(mine: list[Cost], bare: list[Cost]) -> list[float]:
    """Django's processor time beside the bare page's of the same round: quartiles."""
    ratios = [a["django"] / b["django"] for a, b in zip(mine, bare, strict=True)]
    return quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3
