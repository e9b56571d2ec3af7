"""What is measured on the server's side, and the limits that the project has set itself."""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.report import Row
from benchmarks.settings import BARE, OURS, PEER, VARIANTS
from benchmarks.variants import ROOT, Process, peer_file


@dataclass(frozen=True)
class Case:
    """A kind of request: how it is asked for, and what is shown about it.

    `limit` is on the time, as a ratio to the bare case of the same title or of the title `base`;
    with it, each of `facts` must be as on bare Django, or `allowed`; queries may be `more`.
    """

    title: str
    arguments: dict[str, Any]
    asynchronous: bool = False
    count: int = 20
    base: str = ""
    limit: float | None = None
    facts: tuple[str, ...] = ("queries",)
    allowed: str = ""
    more: int = 0

    @property
    def variants(self) -> list[str]:
        """The variants that can answer such a request."""
        return [name for name in VARIANTS if name != BARE or not self.base]


PAGE = "login_required page"
CASES = (
    Case(PAGE, {"page": "private"}, limit=1.05, facts=("queries", "Set-Cookie")),
    Case(
        "the same, when activity is due to be stored",
        {"page": "private", "due": True},
        limit=1.6,
        more=2,
    ),
    Case("the same, with the client in it", {"page": "with-client"}, limit=1.2),
    Case(
        "anonymous visitor's page",
        {"page": "public", "signed_in": False},
        count=50,
        limit=1.05,
        facts=("queries", "Vary"),
    ),
    Case("public page, visitor signed in", {"page": "public"}, count=50),
    Case("ping, nothing due to be stored", {"page": "ping"}, base=PAGE, limit=0.6, allowed="1"),
    Case(
        "login_required page under ASGI",
        {"page": "private-async"},
        asynchronous=True,
        count=10,
        limit=1.05,
        facts=("thread hops",),
    ),
    Case("stream of 10,000 small parts", {"page": "stream"}, count=3, limit=1.02),
    Case(
        "stream of 10,000 small parts under ASGI",
        {"page": "stream-async"},
        asynchronous=True,
        count=3,
        facts=("thread hops",),
        limit=1.05,
    ),
    # Its one hop is Django's for the view, and the session can't wait for that.
    Case(
        "the same, with a synchronous view",
        {"page": "private"},
        asynchronous=True,
        count=10,
        facts=("thread hops",),
    ),
)


def requests(starts: int, rounds: int) -> Iterator[Row]:
    """Measure the `CASES`; the processes are started `starts` times, for `rounds` rounds each."""
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    facts: dict[tuple[str, str], dict[str, str]] = {}
    for _ in range(starts):
        with ExitStack() as stack:
            stack.enter_context(_one_processor())
            processes = {name: stack.enter_context(Process(name)) for name in VARIANTS}
            for case in CASES:
                for name in case.variants:  # warms up as well
                    command = "facts_async" if case.asynchronous else "facts"
                    found = processes[name].ask(command, **case.arguments)
                    if found["status"] != 200:
                        raise RuntimeError(f"{case.title}, {name}: status {found['status']}")
                    facts[case.title, name] = found
            for number in range(rounds):
                for case in CASES:
                    first = number % len(case.variants)  # changes from round to round
                    for name in case.variants[first:] + case.variants[:first]:
                        command = "timed_async" if case.asynchronous else "timed"
                        times = processes[name].ask(command, count=case.count, **case.arguments)
                        seconds[case.title, name].append(min(times))
    for case in CASES:
        bare = seconds[case.base or case.title, BARE]
        ratios = {
            name: [mine / base for mine, base in zip(seconds[case.title, name], bare, strict=True)]
            for name in (OURS, PEER)
        }
        yield Row(
            f"{case.title}: time",
            f"{median(bare) * 1000:.2f} ms",
            _spread(ratios[OURS]),
            _spread(ratios[PEER]),
            f"{case.limit} ×" if case.limit else "",
            case.limit is None or median(ratios[OURS]) <= case.limit,
        )
        for fact in case.facts:
            found = {name: facts[case.title, name][fact] for name in case.variants}
            allowed = case.allowed or found[BARE]
            if case.more:
                allowed = str(int(allowed) + case.more)
            yield Row(
                f"{case.title}: {fact}",
                found.get(BARE, ""),
                found[OURS],
                found[PEER],
                allowed if case.limit else "",
                not case.limit
                or found[OURS] == allowed
                or (fact == "queries" and int(found[OURS]) < int(allowed)),
            )


@contextmanager
def _one_processor() -> Iterator[None]:
    """Keep this process and those it starts on one processor: they take turns, and so do threads.

    Threads that wake each other across processors take from 0.9 to 1.3 times as long by chance.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(processors)})
    yield
    os.sched_setaffinity(0, processors)


def _spread(ratios: list[float]) -> str:
    low, middle, high = quantiles(ratios, n=4, method="inclusive")
    return f"{middle:.2f} × ({low:.2f}–{high:.2f})"


def races(pairs: int = 200) -> Iterator[Row]:
    """Count the writes of another view that are lost to page views due to store activity."""
    lost, chance, failed = {}, {}, {}
    for name in VARIANTS:
        with Process(name) as process:
            process.ask("serve")
            lost[name] = process.ask("race", pairs=pairs, in_step=True)["lost"]
            found = process.ask("race", pairs=pairs, in_step=False)
            chance[name], failed[name] = found["lost"], found["failed"]
    yield _counts(f"writes lost, {pairs} made during a page view", lost, 0)
    yield _counts(f"writes lost, {pairs} started together with a page view", chance, 0)
    yield _counts("the same: requests not answered 200", failed, 0)


def _counts(what: str, by_variant: dict[str, int], limit: int) -> Row:
    bare, ours, peer = (str(by_variant[name]) for name in VARIANTS)
    return Row(what, bare, ours, peer, str(limit), by_variant[OURS] <= limit)


def sockets(count: int = 200, looked_at: int = 10) -> Iterator[Row]:
    """Measure what an open socket takes; it is looked at each 30 s, whatever the timeouts are."""
    memory, queries = {}, {}
    for name in (BARE, OURS):
        with Process(name) as process:
            memory[name] = process.ask("socket_memory", count=count)
        with Process(name, warn_after=7_000, expire_after=7_200) as process:
            queries[name] = process.ask("socket_queries", seconds=3_600, count=looked_at)
    bare, ours = (f"{memory[name] / 1024:.1f} KiB" for name in (BARE, OURS))
    yield Row(f"open socket, of {count:,}: memory", bare, ours, "")
    for when, what, limit in (("open", "opened", 2), ("then", "open for an hour", 240)):
        bare, ours = (f"{queries[name][when]:g}" for name in (BARE, OURS))
        kept = queries[OURS][when] <= limit
        yield Row(f"socket {what}: queries", bare, ours, "", str(limit), kept)


def sizes(limit: int = 10_000) -> Iterator[Row]:
    """Add up what a browser loads, each file by gzip -9; 2.6.8 with the jQuery that it needs."""
    static = "session_security/static/session_security"
    ours = ROOT / "src" / static
    mine = _gzipped(ours / "session_security.js", ours / "style.css")
    peers = _gzipped(
        peer_file(f"{static}/script.js"),
        peer_file(f"{static}/style.css"),
        peer_file("xstatic/pkg/jquery/data/jquery.min.js"),
    )
    yield Row(
        "JavaScript and CSS, gzipped",
        "",
        f"{mine:,} bytes",
        f"{peers:,} bytes",
        f"{limit:,} bytes",
        mine <= limit,
    )


def _gzipped(*files: Path) -> int:
    command = ["gzip", "-9", "--no-name", "--stdout"]
    return sum(
        len(subprocess.run([*command, file], stdout=subprocess.PIPE, check=True).stdout)
        for file in files
    )
