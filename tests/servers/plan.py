"""Simulated people: what they do, what they wrote down, and whether anyone was wronged.

Nothing here reads a clock or talks to anybody. Times are seconds since 1970, durations seconds.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

# What a request came to, besides a status such as "503", and "lost" for no answer at all.
SERVED = "served"  # as the signed-in user
OUT = "out"  # 401, a redirect to the login page, served as nobody, or the cookie taken away
OK = "ok"  # a page that does not look at the session
DROPPED = "dropped"  # lost on its way, by the plan

GRAIN = 0.05  # what clocks and rounding to milliseconds may come to
TICK = 1.0  # how often session_security.js looks whether a retry is due
PRECISION = 1.0  # how much newer a report has to be to be stored


@dataclass(frozen=True)
class Plan:
    """What the people are to do. ``urls`` are the sites between whom requests take turns.

    ``output``: the file for the ledgers. The load ends when there is one named as it with ".stop"
    behind, and everybody has been answered once more.
    ``back``: how far back, at most, the last act of those who are gone is set at the beginning;
    ``back_at_work``: of those at work.
    ``drop``: of so many pings one is lost, in turn the question and the answer; 0 for none.
    ``reports``: how often those at work report. ``mute``: their reports say nothing (a defect).
    """

    urls: Sequence[str]
    people: int
    expire_after: float
    warn_after: float
    back: float
    back_at_work: float
    output: str
    polls: float = 1.0
    pages: float = 2.0
    drop: int = 0
    reports: float = 0.0
    mute: bool = False


class Tab:
    """When session_security.js reports, as a function of the time: one tab of one browser."""

    def __init__(self, expire_after: float, warn_after: float, reports: float = 0.0) -> None:
        self.expire_after, self.warn_after = expire_after, warn_after
        self.reports = reports or expire_after / 5
        self.load(-math.inf)

    def load(self, now: float) -> None:
        """A page has come, and with it everything begins anew."""
        self.last = self.report = self.heard = now
        self.tried, self.failures, self.unreported = -math.inf, 0, False

    def act(self, now: float) -> None:
        """The person does something; when time is up nothing counts."""
        if now - self.last >= self.expire_after:
            return
        if now - self.last >= self.warn_after:
            self.report = -math.inf
        self.last, self.unreported = now, True

    def is_due(self, now: float) -> bool:
        """Whether there is something to report or to ask."""
        idle = now - self.last
        asks = idle >= self.warn_after and self.heard < self.last + self.warn_after
        reports = self.unreported and now - self.report >= self.reports
        return idle >= self.expire_after or asks or reports

    def wait(self, now: float) -> float:
        """How long to do nothing; 0 if it is time to ask."""
        if self.is_due(now):
            pause = min(30.0, self.expire_after / 20, 2.0 ** (self.failures - 1))
            return 0.0 if now - self.tried >= max(pause, TICK) else TICK
        until = self.warn_after - (now - self.last)
        if until <= 0:
            return TICK
        if self.unreported:
            until = min(until, self.reports - (now - self.report))
        return min(max(until, GRAIN), TICK)

    def ask(self, now: float) -> None:
        """A question sets out; if it stays without an answer for long, another one may."""
        self.tried = now + self.expire_after / 5

    def answer(self, now: float, asked: float, idle: float | None) -> None:
        """The server says how long the person has been idle; None if there was no answer."""
        self.tried = now
        if idle is None:
            self.failures += 1
            return
        self.failures = 0
        self.report = self.heard = max(self.heard, asked)
        self.unreported = self.unreported and self.last > asked
        self.last = max(self.last, min(asked - idle, now))


@dataclass(frozen=True)
class Entry:
    """A request: ``idle`` is what it told the server of the last act (0: it is an act itself).

    ``heard`` is what the server said of it, if it said anything.
    """

    kind: str
    sent: float
    answered: float
    outcome: str
    idle: float | None = None
    heard: float | None = None
    made: float = 0.0  # when the answer was made, if it was long on its way

    @property
    def decided(self) -> float:
        """When at the latest the server decided."""
        return self.made or self.answered


@dataclass
class Ledger:
    """What one person did, and what came of it."""

    name: str
    at_work: bool
    acts: list[float] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Fault:
    """What was wrong when, and what it may cost.

    ``spans``: beginnings and ends. ``recovery``: until when after each end requests may fail.
    ``early``: by how much earlier people may be signed out, in general; ``skew``: by how much
    even if the server has confirmed the act. ``late``: by how much later.
    """

    spans: Sequence[tuple[float, float]]
    recovery: float = 0.0
    early: float = 0.0
    skew: float = 0.0
    late: float = 0.0

    def covers(self, entry: Entry) -> bool:
        """Whether a request may have met it."""
        return any(
            entry.sent <= end + self.recovery and entry.answered >= start
            for start, end in self.spans
        )

    def outlasted(self, entry: Entry) -> float:
        """How long after its end a request failed."""
        ends = [end for start, end in self.spans if start <= entry.answered]
        return max(0.0, entry.answered - ends[-1]) if ends else 0.0


@dataclass
class Judgement:
    """What the ledgers come to; the lists name what must not happen."""

    wrongly_out: list[str] = field(default_factory=list)
    served_late: list[str] = field(default_factory=list)
    failed_outside: list[str] = field(default_factory=list)
    not_back: list[str] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    out_at_work: int = 0
    recovery: float = 0.0
    longest_served: float = 0.0  # idle time
    shortest_out: float = math.inf  # idle time
    beyond: float = -math.inf  # longest served beyond the limit, the fault and the reports' delay

    @property
    def complaints(self) -> list[str]:
        """Everything that must not happen."""
        return [*self.wrongly_out, *self.served_late, *self.failed_outside, *self.not_back]


def judge(
    ledgers: Sequence[Ledger],
    fault: Fault,
    *,
    expire_after: float,
    resolution: float,
    reports: float = 0.0,
) -> Judgement:
    """Whether anyone was signed out early, or served late, and whether all went well again.

    ``resolution`` is that with which page views are stored, ``reports`` the time between reports.
    """
    judgement = Judgement()
    precision = max(PRECISION, resolution)
    # What the server has confirmed must hold; what it could not be told, only by and large.
    confirmed = expire_after - precision - fault.skew
    by_and_large = expire_after - precision - fault.early - (reports or expire_after / 5) - 2 * TICK
    for ledger in ledgers:
        acts = sorted(ledger.acts)
        entries = sorted(ledger.entries, key=lambda entry: entry.decided)
        first_out = next((entry for entry in entries if entry.outcome == OUT), None)
        if first_out:
            told = _told(entries, first_out, fault)
            delay = max(entry.decided - entry.sent for entry in entries)
            between = acts[bisect_right(acts, told) : bisect_left(acts, first_out.sent)]
            times = [told, *between, first_out.decided]
            longest = max(b - a for a, b in pairwise(times))
            idle = first_out.decided - times[-2]
            judgement.shortest_out = min(judgement.shortest_out, idle)
            judgement.out_at_work += ledger.at_work
            if first_out.decided - told < confirmed or longest < by_and_large - delay:
                judgement.wrongly_out.append(
                    f"{ledger.name} was signed out by {first_out}, {idle:.2f} s after an act; "
                    f"{first_out.decided - told:.2f} s after one that the server had confirmed"
                )
        for entry in entries:
            if entry.outcome == SERVED and entry.kind != "start":
                before = bisect_left if entry.kind == "page" else bisect_right
                idle = entry.sent - acts[before(acts, entry.sent) - 1]
                known, delay = _known(entries, entry)
                over = max(idle - delay, entry.sent - known) - expire_after - fault.late
                judgement.longest_served = max(judgement.longest_served, idle)
                judgement.beyond = max(judgement.beyond, over)
                if over > GRAIN:
                    judgement.served_late.append(
                        f"{ledger.name} was served by {entry}, {idle:.2f} s after the last act"
                    )
                elif first_out and entry.sent > first_out.answered:
                    judgement.served_late.append(
                        f"{ledger.name} was served by {entry}, after {first_out}"
                    )
            elif entry.outcome not in (SERVED, OUT, OK, DROPPED):
                judgement.failed[entry.outcome] += 1
                if fault.covers(entry):
                    judgement.recovery = max(judgement.recovery, fault.outlasted(entry))
                else:
                    judgement.failed_outside.append(f"{ledger.name} got {entry}, with no fault")
        end = max((end for _, end in fault.spans), default=0.0)
        last = [e for e in entries if e.kind != "plain" and e.outcome != DROPPED][-1]
        if ledger.at_work and not first_out and (last.outcome != SERVED or last.answered < end):
            judgement.not_back.append(f"{ledger.name} was served no more after the fault: {last}")
    return judgement


def _told(entries: Sequence[Entry], until: Entry, fault: Fault) -> float:
    """The latest act that the server had confirmed when a request was sent.

    A page does not say whether the act was stored: if the store was out of reach, it was not.
    """
    return max(
        entry.sent - max(entry.idle, entry.heard or 0.0)
        for entry in entries
        if entry.idle is not None
        and entry.outcome == SERVED
        and entry.decided <= until.sent
        and not (entry.kind == "page" and fault.covers(entry))
    )


def _known(entries: Sequence[Entry], request: Entry) -> tuple[float, float]:
    """The latest time for which a server may have taken the last act, and the longest delay.

    By what other requests than this one have told: none is served for its own sake.
    """
    known, delay = -math.inf, 0.0
    for entry in entries:
        if entry is request or entry.idle is None or entry.sent >= request.decided:
            continue
        known = max(known, entry.decided - entry.idle)
        delay = max(delay, entry.decided - entry.sent)
    return known, delay
