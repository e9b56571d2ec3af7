"""Many requests of one session at once, which are no acts: they cost what they cost without us.

Counted is what is asked of the cache, and not how long it takes.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from time import sleep
from typing import Any, ClassVar

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connections
from pytest_django import Settings
from time_machine import Traveller

from . import settings as plain
from .neighbours import WITHOUT
from .visitor import Visitor

MANY = 30
DISTANCE = 0.002  # seconds that each command takes, as over a network


class CountingCache(LocMemCache):
    """Counts what it is asked."""

    commands: ClassVar[Counter[str]] = Counter()
    distance: ClassVar[float] = 0.0
    counting = Lock()

    def _count(self, name: str) -> None:
        with self.counting:
            self.commands[name] += 1
        sleep(self.distance)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        self._count("add")
        return super().add(*args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        self._count("get")
        return super().get(*args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._count("set")
        super().set(*args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        self._count("touch")
        return super().touch(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        self._count("delete")
        return super().delete(*args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        self._count("has_key")
        return super().has_key(*args, **kwargs)


@pytest.fixture
def commands(settings: Settings) -> Iterator[Counter[str]]:
    """What was asked of the cache; ask for it before ``alice``."""
    settings.CACHES = {"default": {"BACKEND": "tests.test_many_polls.CountingCache"}}
    settings.SESSION_SAVE_EVERY_REQUEST = True
    yield CountingCache.commands
    CountingCache.distance = 0.0
    cache.clear()


def poll(visitor: Visitor, times: int) -> None:
    """Ask so many times at once."""
    start = Barrier(times)
    tabs = [visitor.tab() for _ in range(times)]
    for tab in tabs:
        tab.fetch("/")  # everything is loaded

    def ask(tab: Visitor) -> None:
        start.wait(30)
        try:
            response = tab.fetch("/passive/function/")
            assert response.status_code == 200
        finally:
            connections.close_all()

    CountingCache.commands.clear()
    with ThreadPoolExecutor(times) as pool:
        list(pool.map(ask, tabs))


@pytest.mark.parametrize("engine", ["cache"], indirect=True)
class TestPolls:
    def test_one_costs_hardly_more_than_bare(
        self,
        engine: str,
        commands: Counter[str],
        settings: Settings,
        alice: Visitor,
        clock: Traveller,
    ) -> None:
        found = {}
        for name, middleware in {"bare": WITHOUT, "ours": plain.MIDDLEWARE}.items():
            settings.MIDDLEWARE = middleware
            alice.fetch("/name/")
            commands.clear()
            alice.fetch("/name/")
            found[name] = Counter(commands)
        assert found["ours"].total() <= found["bare"].total() + 1, found

    @pytest.mark.django_db(transaction=True)
    def test_nobody_waits_for_another(
        self, engine: str, commands: Counter[str], alice: Visitor, clock: Traveller
    ) -> None:
        """None of them has anything to store, so none has anything to wait for."""
        CountingCache.distance = DISTANCE
        clock.shift(100)
        poll(alice, 1)
        alone = commands.total()
        poll(alice, MANY)
        assert commands.total() <= MANY * alone, commands

    @pytest.mark.django_db(transaction=True)
    def test_polls_turn_no_act_back(
        self, engine: str, commands: Counter[str], alice: Visitor, clock: Traveller
    ) -> None:
        """Each of them saves what it has read."""
        CountingCache.distance = DISTANCE
        for _ in range(3):
            clock.shift(300)
            with ThreadPoolExecutor(1) as pool:
                polls = pool.submit(poll, alice, MANY)
                alice.tab().ping(idleFor=0)
                polls.result()
            assert alice.ping().json()["idle"] == 0
        assert get_user_model().objects.count() == 2
