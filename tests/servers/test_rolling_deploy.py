"""Release 2.6.8 and this version take each other's place under load, on one PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from .conftest import Figures
from .deploy import LIMIT, OLD_POLLS, TICK, UNEXPLAINED, Answer, Findings, Person, Turn
from .releases import both
from .stores import Postgres

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
ZONE = "Europe/Berlin"
THREADS = 8
TOGETHER = 4 * TICK  # while both answer


def switches(number: int) -> Iterator[tuple[int, str]]:
    """When which answer: ``number`` times in each direction, after times of many lengths."""
    random, now = Random(1), 0
    for _ in range(number):
        for release in ("new", "old"):
            now += random.randrange(5 * TICK, 26 * TICK, TICK)
            yield now, "both"
            yield now + TOGETHER, release
            now += TOGETHER


class Silent(Person):
    """Somebody whose requests are answered by nobody."""

    def send(self, method: str, path: str, body: str = "", *, is_script: bool = False) -> Answer:
        return Answer(200, "user1", True)


@pytest.fixture
def somebody() -> Silent:
    """Somebody who has acted at the moment 0."""
    person = Silent(1, Turn.__new__(Turn))
    person.sign_in(0)
    return person


def test_the_judge_sees_who_is_signed_out_at_work(somebody: Silent) -> None:
    somebody.is_told(False, LIMIT - 1)
    assert len(somebody.findings.signed_out_at_work) == 1
    somebody.is_told(False, LIMIT)
    assert len(somebody.findings.signed_out_at_work) == 1


def test_the_judge_sees_who_is_served_beyond_the_limit_and_why(somebody: Silent) -> None:
    somebody.is_told(True, LIMIT - 1)
    assert not somebody.findings.served_late
    somebody.is_told(True, LIMIT)
    assert somebody.findings.served_late == {UNEXPLAINED: 1}
    somebody.kept = 100
    somebody.is_told(True, LIMIT + 99)
    assert somebody.findings.served_late == {UNEXPLAINED: 1, OLD_POLLS: 1}
    somebody.is_told(True, LIMIT + 100)
    assert somebody.findings.served_late[UNEXPLAINED] == 2


def test_nobody_at_work_is_signed_out_and_nobody_idle_is_served_while_releases_change(
    postgres: Postgres, figures: Figures, full: bool
) -> None:
    people, times = (100, 10) if full else (20, 2)
    plan = dict(switches(times))
    end = max(plan) + 40 * TICK
    with both(postgres.database, ZONE) as (old, new), ThreadPoolExecutor(THREADS) as pool:
        turn = Turn(old, new)
        answering = {"old": [old], "new": [new], "both": [old, new]}
        crowd = [Person(number, turn) for number in range(people)]
        for now in range(0, end, TICK):
            for server in (old, new):
                server.set_clock(NOON + timedelta(seconds=now))
            Random(now).shuffle(crowd)
            under_way = [pool.submit(person.step, now) for person in crowd]
            if now in plan:
                under_way[people // 2].result()
                turn.answering = answering[plan[now]]
            for step in under_way:
                step.result()
    found = sum((person.findings for person in crowd), Findings())
    figures.add(
        "deploy",
        people=people,
        switches=2 * times,
        requests=found.requests,
        **{
            "hours": f"{end / 3600:.1f}",
            "errors": found.errors,
            "signed out at work": len(found.signed_out_at_work),
            "came back, and were signed out": found.found_signed_out,
            "served beyond the limit": found.served_late[UNEXPLAINED],
            "the same, as 2.6.8 takes scripts for people": found.served_late[OLD_POLLS],
            "for at most": f"{found.longest[OLD_POLLS]} s",
        },
    )
    assert found.errors == 0
    assert found.signed_out_at_work == []
    assert found.served_late[UNEXPLAINED] == 0
    assert found.found_signed_out > people // 5
