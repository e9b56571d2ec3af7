"""Everything around the app goes wrong, under the load of simulated people.

Each test runs people (``load``) against real servers, lets something go wrong, and has what they
wrote down judged (``plan.judge``): nobody who acted within the limit was signed out, nobody was
served beyond it, and all went well again by itself. A few seconds each; a minute with ``--full``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from threading import Timer
from typing import Any

import pytest

from session_security.policy import Timeouts

from . import client
from .conftest import Figures
from .plan import DROPPED, OK, OUT, SERVED, Entry, Fault, Judgement, Ledger, Plan, Tab, judge
from .replica import Replica
from .site import ROOT, Site
from .stores import Postgres, Valkey

# --- what it takes ------------------------------------------------------------------------------


class Crowd:
    """The process that ``load`` runs in, for all tests: locust takes a second to start."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="crowd-")
        self.log = Path(self.folder.name, "log")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.servers.load"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def begin(self, plan: Plan) -> None:
        """Return when everybody has signed in."""
        assert self.process.stdin
        self.process.stdin.write(f"{json.dumps(asdict(plan))}\n")
        self.process.stdin.flush()
        self.hear("go", 70)

    def end(self, plan: Plan) -> list[Ledger]:
        """End the load; return what they have written down."""
        stop = Path(f"{plan.output}.stop")
        stop.touch()
        self.hear("done", 60)
        stop.unlink()
        ledgers = json.loads(Path(plan.output).read_text())
        for ledger in ledgers:
            ledger["entries"] = [Entry(**entry) for entry in ledger["entries"]]
        return [Ledger(**ledger) for ledger in ledgers]

    def hear(self, word: str, seconds: float) -> None:
        """Wait for a word; fail with what the process printed if it ends, or takes too long."""
        assert self.process.stdout
        limit = Timer(seconds, self.process.kill)
        limit.start()
        try:
            line = self.process.stdout.readline().strip()
        finally:
            limit.cancel()
        assert line == word, f"{line or 'ended, or took too long'}\n{self.log.read_text()}"

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()
        self.folder.cleanup()


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    crowd = Crowd()
    yield crowd
    crowd.close()


class SlowSite(Site):
    """A site whose answers are long on their way."""

    def _command(self) -> list[str]:
        return [word.replace("application:", "delayed:") for word in super()._command()]


@dataclass
class Clock:
    """When the load began, and when the fault began and ended."""

    begin: float = 0.0
    end: float = 0.0
    spans: list[tuple[float, float]] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        """Wait until so many seconds after the beginning."""
        time.sleep(max(0.0, self.begin + seconds - time.time()))

    @contextmanager
    def fault(self) -> Iterator[None]:
        """Around what is wrong."""
        start = time.time()
        yield
        self.spans.append((start, time.time()))


@dataclass
class Fire:
    """Runs the load, and judges."""

    crowd: Crowd
    postgres: Postgres
    valkey: Valkey
    figures: Figures
    full: bool

    def site(
        self, engine: str, kind: type[Site] = Site, expire_after: float = 0, **options: Any
    ) -> Site:
        """Servers with short timeouts."""
        expire_after = expire_after or (30 if self.full else 10)
        options = {"preload": not self.full, **options}
        return kind(
            engine,
            database=self.postgres,
            valkey=self.valkey,
            expire_after=expire_after,
            warn_after=0.8 * expire_after,
            **options,
        )

    def run(
        self,
        name: str,
        sites: Site | Sequence[Site],
        happens: Callable[[Clock], None] | None = None,
        *,
        length: float,
        recovery: float = 0,
        allow: Mapping[str, float] | None = None,
        row: bool = True,
        **plan: Any,
    ) -> tuple[Judgement, list[Ledger]]:
        """Let it happen under load, add a row to the figures, and return the judgement.

        ``length`` (seconds) is that of the short form, and of those without a row. Without
        ``happens``, what is wrong is wrong all the time.
        """
        sites = [sites] if isinstance(sites, Site) else sites
        expire_after = sites[0].expire_after
        timeouts = Timeouts(sites[0].warn_after, expire_after)
        order = Plan(
            **{
                "urls": [site.url for site in sites],
                "people": 220 if self.full and row else 48,
                "polls": 1.0 if self.full and row else 0.22,
                "expire_after": expire_after,
                "warn_after": sites[0].warn_after,
                "back": 1.1 * expire_after,
                "back_at_work": 0.5 * expire_after,
                "output": str(Path(self.crowd.folder.name, "ledgers.json")),
                **plan,
            }
        )
        servers = [(site.process, site.process and site.process.pid) for site in sites]
        self.crowd.begin(order)
        clock = Clock(begin=time.time())
        if happens:
            happens(clock)
        clock.wait(60 if self.full and row else length)
        if clock.spans:  # until everything is well again, however slow the machine
            clock.wait(
                clock.spans[-1][1] + (recovery + 5 if self.full and row else 0.3) - clock.begin
            )
        clock.end = time.time()
        ledgers = self.crowd.end(order)
        assert servers == [(site.process, site.process and site.process.pid) for site in sites]
        assert all(site.process and site.process.poll() is None for site in sites)
        fault = Fault(clock.spans, recovery, **(allow or {}))
        judgement = judge(
            ledgers,
            fault,
            expire_after=expire_after,
            resolution=timeouts.resolution,
            reports=order.reports,
        )
        if row:
            found = _row(name, sites[0], order, clock, ledgers, judgement)
            self.figures.add("faults", **found)
            assert not self.full or found["requests/s"] >= 200
        return judgement, ledgers


def _row(
    name: str,
    site: Site,
    plan: Plan,
    clock: Clock,
    ledgers: Sequence[Ledger],
    judgement: Judgement,
) -> dict[str, Any]:
    requests = [
        entry for ledger in ledgers for entry in ledger.entries if entry.sent >= clock.begin
    ]
    times = [1000 * (entry.answered - entry.sent) for entry in requests if entry.outcome != DROPPED]
    parts = quantiles(times, n=20)
    seconds = clock.end - clock.begin
    longest = max((end - start for start, end in clock.spans), default=None)
    failed = ", ".join(f"{n} {outcome}" for outcome, n in sorted(judgement.failed.items()))
    return {
        "fault": name,
        "engine": site.engine,
        "server": site.server,
        "lasted s": "all the time" if longest is None else f"{longest:.1f}",
        "people": plan.people,
        "requests/s": round(len(times) / seconds),
        "p50 ms": f"{parts[9]:.0f}",
        "p95 ms": f"{parts[18]:.0f}",
        "limit s": f"{plan.expire_after:g}",
        "served, idle for at most s": f"{judgement.longest_served:.2f}",
        "beyond limit, fault and delay s": f"{judgement.beyond:.2f}",
        "signed out, idle for at least s": f"{judgement.shortest_out:.2f}",
        "signed out too early": len(judgement.wrongly_out),
        "signed out at work": judgement.out_at_work,
        "served too late": len(judgement.served_late),
        "failed meanwhile": failed or "0",
        "failed afterwards or before": len(judgement.failed_outside),
        "recovered after s": f"{judgement.recovery:.2f}",
        "for s": f"{seconds:.0f}",
    }


@pytest.fixture
def fire(
    crowd: Crowd, valkey: Valkey, postgres: Postgres, figures: Figures, full: bool
) -> Iterator[Fire]:
    yield Fire(crowd, postgres, valkey, figures, full)
    with postgres.connect() as connection:
        connection.execute("TRUNCATE django_session")


# --- the faults ---------------------------------------------------------------------------------


def test_a_worker_is_killed(fire: Fire) -> None:
    for server in ["gunicorn", "uvicorn"] if fire.full else ["gunicorn"]:
        with fire.site("db", server=server, preload=False) as site:

            def happens(clock: Clock, site: Site = site) -> None:
                for second in range(5, 55, 10) if fire.full else [0.5]:
                    clock.wait(second)
                    seen = site.log.count("ready ") - 1
                    with clock.fault():
                        site.kill_worker()
                        site.wait(seen)

            judgement, _ = fire.run("kill -9 a worker", site, happens, length=2, recovery=2)
        assert not judgement.complaints


@pytest.mark.parametrize("engine", ["db", "cached_db"])
def test_postgresql_is_restarted(fire: Fire, engine: str) -> None:
    with fire.site(engine) as site:

        def happens(clock: Clock) -> None:
            clock.wait(15 if fire.full else 0.5)
            with clock.fault():
                fire.postgres.restart()
            if fire.full:
                clock.wait(35)
                with clock.fault():
                    fire.postgres.kill()
                    fire.postgres.start()

        judgement, _ = fire.run("restart PostgreSQL", site, happens, length=1.5, recovery=3)
    assert not judgement.complaints


@pytest.mark.parametrize("engine", ["cache", "cached_db"])
def test_valkey_is_away(fire: Fire, engine: str) -> None:
    length = 10 if fire.full else 2
    with fire.site(engine) as site:

        def happens(clock: Clock) -> None:
            clock.wait(15 if fire.full else 0.5)
            with clock.fault():
                fire.valkey.stop()
                time.sleep(length)
                fire.valkey.start()

        judgement, _ = fire.run(
            f"stop Valkey for {length} s",
            site,
            happens,
            length=3,
            recovery=3,
            allow={"early": length},
        )
    assert not judgement.complaints
    assert judgement.failed["503"]


def test_the_session_table_is_filled(fire: Fire) -> None:
    rows = 1_000_000 if fire.full else 20_000
    with fire.site("db") as site:

        def happens(clock: Clock) -> None:
            clock.wait(5 if fire.full else 0.3)
            with clock.fault(), fire.postgres.connect() as connection:
                connection.execute(
                    "INSERT INTO django_session SELECT 'filler' || lpad(n::text, 26, '0'),"
                    " repeat('x', 300), now() + interval '1 day' FROM generate_series(1, %s) n",
                    [rows],
                )

        judgement, _ = fire.run(f"add {rows:,} sessions", site, happens, length=1.5)
        with fire.postgres.connect() as connection:
            count = connection.execute("SELECT count(*) FROM django_session").fetchone()
    assert count
    assert count[0] > rows
    assert not judgement.complaints
    assert not judgement.failed


def test_sessions_are_read_from_a_replica_that_lags(fire: Fire) -> None:
    lag = 3
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="replica-")))
        replica = stack.enter_context(Replica(fire.postgres, folder, lag))
        site = stack.enter_context(fire.site("db", extra=replica.environment))

        def happens(clock: Clock) -> None:
            clock.wait(lag + 1)  # by then the replica knows everybody
            with clock.fault(), replica.in_use():
                time.sleep(40 if fire.full else 12)

        judgement, _ = fire.run(
            f"read from a replica {lag} s behind", site, happens, length=lag + 14, recovery=lag
        )
    assert not judgement.complaints
    assert not judgement.failed


@pytest.mark.parametrize("engine", ["cache", "cached_db"])
@pytest.mark.parametrize("how", ["full", "read-only"])
def test_valkey_refuses_writes(fire: Fire, engine: str, how: str) -> None:
    length: float = 10 if fire.full else 2
    with fire.site(engine) as site:
        if engine == "cached_db":  # the rows hold all, however long it takes
            length = 1.2 * site.expire_after

        def happens(clock: Clock) -> None:
            clock.wait(10 if fire.full else 0.5)
            refusing = fire.valkey.full() if how == "full" else fire.valkey.read_only()
            with clock.fault(), refusing:
                time.sleep(length)

        judgement, _ = fire.run(
            f"Valkey {how} for {length:g} s",
            site,
            happens,
            length=length + 1,
            recovery=3,
            allow={"early": length} if engine == "cache" else None,
        )
    assert not judgement.complaints
    assert set(judgement.failed) <= {"503"}


def test_valkey_is_empty_for_a_second(fire: Fire) -> None:
    """The rows are there."""
    with fire.site("cached_db") as site:

        def happens(clock: Clock) -> None:
            clock.wait(15 if fire.full else 0.5)
            with clock.fault():
                for _ in range(20):
                    fire.valkey.empty()
                    time.sleep(0.05)

        judgement, _ = fire.run("Valkey empty for 1 s", site, happens, length=3)
    assert not judgement.complaints
    assert not judgement.failed


def test_another_transaction_holds_the_rows(fire: Fire) -> None:
    """Somebody maintains the table, or a request has a transaction open for as long as it takes."""
    length = 10 if fire.full else 3
    with fire.site("db") as site:

        def happens(clock: Clock) -> None:
            clock.wait(15 if fire.full else 0.5)
            with clock.fault(), fire.postgres.connect() as connection, connection.transaction():
                connection.execute("SELECT session_key FROM django_session FOR UPDATE").fetchall()
                time.sleep(length)

        judgement, ledgers = fire.run(
            f"rows held for {length} s",
            site,
            happens,
            length=5,
            recovery=2,
            allow={"early": length},
        )
    slowest = max(
        (entry for ledger in ledgers for entry in ledger.entries),
        key=lambda entry: entry.answered - entry.sent,
    )
    # Whoever waits for the rows, and had asked as soon as they were held, waits for longer.
    assert slowest.answered - slowest.sent < 2.5, slowest
    assert not judgement.complaints
    assert set(judgement.failed) <= {"503"}


@pytest.mark.parametrize("engine", ["db", "cache", "file"])
def test_the_key_is_rotated(fire: Fire, engine: str) -> None:
    """Those at work go on at servers with the new key, which know the old one as well.

    Each waits for one answer before the next request: Django gives a session another key when it
    meets the old one's hash, and what was sent meanwhile finds nothing, with or without us.
    """
    old, new = ("the key of the beginning, as long", "the key that came after it, as long")
    rounds, people = 40 if fire.full else 5, 16
    complaints: list[str] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sessions-")))
        sites = [
            stack.enter_context(
                fire.site(
                    engine, expire_after=600, folder=folder, extra={"SITE_KEYS": json.dumps(keys)}
                )
            )
            for keys in ([old], [new, old])
        ]

        def work(number: int) -> None:
            cookie, tag = client.sign_in(sites[0].port, f"user{number}"), ""
            for port in [site.port for site in sites for _ in range(rounds)]:
                report = client.ping(port, cookie, 0, user=tag)
                page = client.send(port, "/page/", report.cookie or cookie)
                cookie = page.cookie or report.cookie or cookie
                if (report.status, page.status) != (200, 200):
                    complaints.append(f"user{number} got {report} and {page}")
                    return
                tag = tag or report.json["user"]
                if report.json["user"] != tag:
                    complaints.append(f"user{number} was taken for another: {report}")
                if report.json["idle"] > 1:
                    complaints.append(f"the report of user{number} did not count: {report}")
                client.change(port, cookie, ago=30)

        with ThreadPoolExecutor(people) as pool:
            list(pool.map(work, range(people)))
    assert not complaints, "\n".join([f"{len(complaints)} complaints", *complaints[:5]])


def test_the_clocks_of_two_servers_are_wrong(fire: Fire) -> None:
    # What one server has stored the other judges, so the limit is off by up to twice the skew.
    # Nobody waits for it: the stored times of those who are gone are set back by up to 23 minutes.
    # In exchange those at work report every two seconds, not every two minutes.
    skew, expire_after = 300, 660
    with ExitStack() as stack:
        sites = [
            stack.enter_context(
                fire.site("db", expire_after=expire_after, clock_offset=offset, workers=1)
            )
            for offset in (skew, -skew)
        ]

        judgement, _ = fire.run(
            "clocks 5 min ahead and behind",
            sites,
            length=2,
            allow={"early": 2 * skew, "skew": 2 * skew, "late": 2 * skew},
            back=1400,
            back_at_work=0,
            reports=2,
        )
    assert not judgement.complaints
    assert not judgement.failed


def test_every_third_ping_is_lost(fire: Fire) -> None:
    with fire.site("db", server="uvicorn", workers=2 if fire.full else 1) as site:
        judgement, ledgers = fire.run("lose every third ping", site, length=2.5, drop=3)
    assert not judgement.complaints
    assert not judgement.failed
    assert any(entry.outcome == DROPPED for ledger in ledgers for entry in ledger.entries)


def test_answers_are_late(fire: Fire) -> None:
    # A report is due every fifth of the limit, whether or not the one before has been answered.
    delay = 20 if fire.full else 3
    with fire.site(
        "db",
        SlowSite,
        expire_after=3 * delay,
        server="uvicorn",
        workers=2 if fire.full else 1,
        extra={"SITE_DELAY": str(delay)},
    ) as site:
        judgement, ledgers = fire.run(
            f"delay pings and every fourth page by {delay} s",
            site,
            length=2,
        )
    assert not judgement.complaints
    assert not judgement.failed
    assert any(entry.made for ledger in ledgers for entry in ledger.entries)


# --- whether the check can fail -----------------------------------------------------------------


def test_a_browser_that_reports_nothing_is_caught(fire: Fire) -> None:
    _only_in_full(fire)
    with fire.site("db", expire_after=10) as site:
        judgement, _ = fire.run("", site, length=12, row=False, mute=True)
    assert judgement.wrongly_out


def test_a_server_that_takes_polls_for_acts_is_caught(fire: Fire) -> None:
    _only_in_full(fire)
    defect = {"DJANGO_SETTINGS_MODULE": "tests.servers.defective", "SITE_DEFECT": "Generous"}
    with fire.site("db", expire_after=5, extra=defect) as site:
        judgement, _ = fire.run("", site, length=5, row=False)
    assert judgement.served_late


def test_a_server_without_expiry_is_caught(fire: Fire) -> None:
    _only_in_full(fire)
    with fire.site("db", expire_after=5, chain="naive") as site:
        judgement, _ = fire.run("", site, length=5, row=False)
    assert judgement.served_late


@pytest.mark.parametrize("engine", ["db", "cache"])
def test_a_server_that_takes_the_unknown_for_nobody_is_caught(fire: Fire, engine: str) -> None:
    _only_in_full(fire)
    defect = {"DJANGO_SETTINGS_MODULE": "tests.servers.defective", "SITE_DEFECT": "Hasty"}
    store = fire.valkey if engine == "cache" else fire.postgres
    with fire.site(engine, expire_after=5, extra=defect) as site:

        def happens(clock: Clock) -> None:
            with clock.fault():
                store.stop()
                time.sleep(1)
                store.start()

        judgement, _ = fire.run("", site, happens, length=3, row=False, allow={"early": 1})
    assert judgement.wrongly_out


def _only_in_full(fire: Fire) -> None:
    if not fire.full:
        pytest.skip("whether a real defect is caught is tested only with --full")


# --- the judge, on what was made up -------------------------------------------------------------


def entry(kind: str, sent: float, outcome: str, idle: float | None = None) -> Entry:
    return Entry(kind, sent, sent + 0.01, outcome, idle)


def judged(*entries: Entry, acts: Sequence[float] = (), **fault: Any) -> Judgement:
    """Of somebody at work since 0, with a limit of 20 s, reports each 4 s, no fault unless said."""
    ledger = Ledger("user1", True, [0.0, *acts], [entry("start", 0.0, SERVED, 0.0), *entries])
    about = Fault(**{"spans": [], **fault})
    return judge([ledger], about, expire_after=20, resolution=1)


def test_who_is_served_in_time_and_signed_out_in_time_is_no_complaint() -> None:
    judgement = judged(entry("poll", 19.9, SERVED), entry("poll", 20.1, OUT))
    assert not judgement.complaints
    assert judgement.longest_served == pytest.approx(19.9)
    assert judgement.shortest_out == pytest.approx(20.11)


@pytest.mark.parametrize("kind", ["poll", "ping", "page"])
def test_who_is_served_too_late_is_found(kind: str) -> None:
    idle = {"poll": None, "ping": 20.2, "page": 0.0}[kind]
    acts = [20.2] if kind == "page" else []
    assert judged(entry(kind, 20.2, SERVED, idle), acts=acts).served_late
    assert not judged(entry(kind, 20.2, SERVED, idle), acts=acts, late=1).served_late


def test_a_report_that_revives_is_found() -> None:
    assert judged(entry("ping", 21, SERVED, 0.5), acts=[20.5]).served_late
    assert not judged(
        entry("ping", 4, SERVED, 0), entry("ping", 23, SERVED, 0.5), acts=[4.0, 22.5]
    ).served_late


def test_who_is_served_again_after_the_end_is_found() -> None:
    assert judged(entry("poll", 20.1, OUT), entry("poll", 20.2, SERVED), late=1).served_late


def test_the_delay_of_a_report_counts_for_the_person() -> None:
    slow = Entry("ping", 4.0, 6.0, SERVED, 0.0)
    assert not judged(slow, entry("poll", 25.9, SERVED), acts=[4.0]).served_late
    assert judged(slow, entry("poll", 26.1, SERVED), acts=[4.0]).served_late
    late = Entry("ping", 4.0, 24.0, SERVED, 0.0, made=6.0)  # the answer alone was slow
    assert judged(late, entry("poll", 26.1, SERVED), acts=[4.0]).served_late


def test_who_is_signed_out_although_the_server_knew_is_found() -> None:
    told = entry("ping", 10, SERVED, 0)
    assert judged(told, entry("poll", 28.9, OUT), acts=[10.0]).wrongly_out
    assert not judged(told, entry("poll", 29.1, OUT), acts=[10.0]).wrongly_out
    assert not judged(told, entry("poll", 28.9, OUT), acts=[10.0], skew=1).wrongly_out


def test_what_the_server_did_not_confirm_is_not_held_against_it() -> None:
    deaf = Entry("ping", 10, 10.01, SERVED, 0.0, heard=10.0)
    out = entry("poll", 20, OUT)
    assert not judged(deaf, out, acts=[10.0], early=10).wrongly_out
    page = entry("page", 10, SERVED, 0.0)
    assert judged(page, out, acts=[10.0], early=10).wrongly_out
    assert not judged(page, out, acts=[10.0], early=10, spans=[(9, 11)]).wrongly_out


def test_who_is_signed_out_because_nothing_was_reported_is_found() -> None:
    acts = [float(moment) for moment in range(20)]
    assert judged(entry("poll", 20, OUT), acts=acts).wrongly_out
    pause = [1.0, 2.0, 15.5, 16.0]  # longer than the limit less the fault
    assert judged(entry("poll", 20, OUT), acts=pause).wrongly_out == []
    assert judged(entry("poll", 20, OUT), acts=acts, early=15).wrongly_out == []


def test_failures_are_allowed_during_the_fault_alone() -> None:
    failures = [entry("poll", moment, "503") for moment in (5.0, 6.5)]
    judgement = judged(*failures, entry("poll", 8, SERVED), spans=[(4.5, 6)], recovery=1)
    assert not judgement.complaints
    assert judgement.failed == {"503": 2}
    assert judgement.recovery == pytest.approx(0.51)
    assert len(judged(*failures, entry("poll", 8, SERVED), spans=[(4.5, 6)]).failed_outside) == 1
    assert len(judged(*failures, entry("poll", 8, SERVED)).failed_outside) == 2


def test_whoever_is_not_served_after_the_fault_is_found() -> None:
    assert judged(entry("poll", 5, SERVED), spans=[(4, 6)]).not_back
    assert judged(
        entry("poll", 7, SERVED), entry("poll", 8, "503"), spans=[(4, 6)], recovery=5
    ).not_back
    assert not judged(entry("poll", 7, SERVED), entry("plain", 8, OK), spans=[(4, 6)]).not_back


# --- the tab ------------------------------------------------------------------------------------


def test_a_tab_reports_as_the_script_does() -> None:
    tab = Tab(expire_after=600, warn_after=540)
    tab.load(0)
    assert tab.wait(1) == 1
    tab.act(100)
    assert tab.wait(100) == 1
    assert tab.wait(120) == 0
    tab.answer(120.1, 120, 20)
    assert tab.wait(121) == 1
    tab.act(130)
    assert tab.wait(239.5) == pytest.approx(0.5)
    assert tab.wait(240) == 0


def test_a_tab_tries_again_after_1_2_4_seconds() -> None:
    tab = Tab(expire_after=600, warn_after=540)
    tab.load(0)
    tab.act(100)
    now, pauses = 120.0, []
    for _ in range(6):
        tab.answer(now, now, None)
        failed = now
        while tab.wait(now):
            now += tab.wait(now)
        pauses.append(now - failed)
    assert pauses == [1, 2, 4, 8, 16, 30]


def test_an_idle_tab_asks_once_at_the_warning_and_again_at_the_end() -> None:
    tab = Tab(expire_after=600, warn_after=540)
    tab.load(0)
    assert tab.wait(539.5) == 0.5
    assert tab.wait(540) == 0
    tab.answer(540.1, 540.0, 540.0)
    assert tab.wait(541) == 1
    assert tab.wait(600) == 0
    tab.act(601)
    assert tab.last == 0
