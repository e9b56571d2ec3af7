"""Streams and sockets of many people on real servers, while the store goes away and comes back.

A third of the people have gone. Nothing reaches them later than their deadline, and what their
pages had opened is closed within the time that the docs state. Nobody else is disturbed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from session_security.watch import GRACE

from . import client
from .conftest import Figures
from .site import Site
from .sockets import LOOK_EVERY
from .stores import DEADLINE, Postgres, Valkey

LIMIT, LASTS = 10.0, 17.0  # seconds
AWAY = (2.0, 1.0)  # when the database goes, and for how long
# What a busy machine may take between the reading of a clock and the sending, and to look.
MOMENT, DELAY = 0.2, 5.0
KINDS = ("bare", "channels", "stream")


@dataclass
class Person:
    """Somebody with one page, which has opened one connection."""

    site: Site
    kind: str
    number: int
    cookie: str = ""
    # Moments of the one clock that all have. The last act that the server has confirmed was
    # between the first two; the third is what the last part that came says of itself.
    asked: float = 0.0
    acted: float = 0.0
    told: float = 0.0
    closed: float = 0.0
    code: int | None = None
    is_open: bool = False
    failures: list[int] = field(default_factory=list)

    @property
    def is_at_work(self) -> bool:
        return self.number % 3 > 0

    async def sign_in(self) -> None:
        self.cookie = await asyncio.to_thread(client.sign_in, self.site.port, f"user{self.number}")

    async def listen(self) -> None:
        """Until it is closed."""
        try:
            await (self._stream() if self.kind == "stream" else self._socket())
        finally:
            self.closed = time.time()

    async def _socket(self) -> None:
        address = f"ws://127.0.0.1:{self.site.port}/ws/{self.kind}/"
        headers = {"Cookie": f"{client.COOKIE}={self.cookie}"}
        async with connect(
            address, additional_headers=headers, proxy=None, open_timeout=DEADLINE
        ) as socket:
            try:
                while True:
                    self.told = float(await socket.recv())
            except ConnectionClosed as error:
                self.code = error.rcvd.code if error.rcvd else None

    async def _stream(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.site.port)
        lines = [
            "GET /ticks/ HTTP/1.1",
            "Host: localhost",
            "Accept: text/event-stream",
            "Sec-Fetch-Mode: cors",
            "Sec-Fetch-Dest: empty",
            f"Cookie: {client.COOKIE}={self.cookie}",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        try:
            while (line := await reader.readline()) != b"0\r\n" and line:
                if line.startswith(b"data:"):
                    self.told = float(line.removeprefix(b"data:"))
        finally:
            writer.close()

    async def act(self) -> None:
        """Act, and let the page report it."""
        asked = time.time()
        answer = await asyncio.to_thread(client.ping, self.site.port, self.cookie, 0)
        if answer.status == 200:
            self.asked, self.acted = asked, time.time()
        else:
            self.failures.append(answer.status)

    async def work(self, end: float) -> None:
        """Act again and again."""
        while time.time() < end:
            await self.act()
            await asyncio.sleep(0.8)


@pytest.fixture
def sites(postgres: Postgres, valkey: Valkey, full: bool) -> Iterator[list[Site]]:
    """One of each server."""
    common = {"database": postgres, "valkey": valkey, "expire_after": LIMIT}
    # A pool that has lost its database waits longer and longer before it tries again.
    unpooled = {"SITE_UNPOOLED": ""}
    layer = {"SITE_LAYER": f"unix://{valkey.socket}", **unpooled}
    with ExitStack() as stack:
        made = [
            Site("db", server="uvicorn", workers=1, extra=layer, **common),  # type: ignore[arg-type]
            Site("cached_db", server="daphne", workers=1, extra=unpooled, **common),  # type: ignore[arg-type]
            Site("db", workers=1, threads=100 if full else 24, **common),  # type: ignore[arg-type]
        ]
        for site in made:
            stack.callback(site.close)
            site.start(wait=False)
        for site in made:
            site.wait()
        yield made


def people(sites: list[Site], count: int) -> list[Person]:
    """Those of gunicorn have streams alone."""
    places = [
        (site, kind)
        for site in sites
        for kind in (KINDS if site.server != "gunicorn" else KINDS[2:])
    ]
    return [Person(*places[number % len(places)], number) for number in range(count)]


async def live(everybody: list[Person], postgres: Postgres) -> None:
    """All of it."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(len(everybody)))

    all_are_there = asyncio.Event()

    async def arrive(person: Person) -> asyncio.Task[None]:
        await person.sign_in()
        listening = asyncio.create_task(person.listen())
        while not all_are_there.is_set():
            await person.act()
            await asyncio.sleep(0.5)
        await person.act()
        return listening

    arriving = [asyncio.create_task(arrive(person)) for person in everybody]
    async with asyncio.timeout(DEADLINE):
        while not all(person.told for person in everybody):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    all_are_there.set()
    listening = await asyncio.gather(*arriving)
    end = time.time() + LASTS
    working = [asyncio.create_task(person.work(end)) for person in everybody if person.is_at_work]
    await asyncio.sleep(AWAY[0])
    await asyncio.to_thread(postgres.stop)
    await asyncio.sleep(AWAY[1])
    await asyncio.to_thread(postgres.start)
    await asyncio.gather(*working)
    for person, task in zip(everybody, listening, strict=True):
        person.is_open = not task.done()
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)


def test_nothing_reaches_those_who_have_gone_and_nobody_at_work_is_disturbed(
    sites: list[Site], postgres: Postgres, full: bool, figures: Figures
) -> None:
    everybody = people(sites, 200 if full else 42)
    asyncio.run(live(everybody, postgres))
    end = time.time()
    for person in everybody:
        if not person.is_at_work:
            assert person.asked < person.told <= person.acted + LIMIT + MOMENT, person
            assert person.closed <= person.acted + LIMIT + GRACE + LOOK_EVERY + DELAY, person
            assert person.code in (None, 4401), person
        elif person.is_open:
            assert end - person.told < DELAY, person  # it goes on after all that has happened
        else:  # a machine so busy that no report got through in time
            assert person.closed > person.asked + LIMIT, person
    at_work = [person for person in everybody if person.is_at_work]
    assert sum(person.is_open for person in at_work) > len(at_work) / 2
    assert any(503 in person.failures for person in at_work)
    for site in sites:
        assert site.log.count("Session ended") > 0
        for kind in KINDS:
            if own := [each for each in everybody if (each.site, each.kind) == (site, kind)]:
                figures.add("connections", server=site.server, **row(kind, own))


def row(kind: str, everybody: list[Person]) -> dict[str, object]:
    """What became of those with one kind of connection."""
    gone = [person for person in everybody if not person.is_at_work]
    lost = [person for person in everybody if person.is_at_work and not person.is_open]
    return {
        "connection": {"bare": "socket", "channels": "socket of Channels"}.get(kind, kind),
        "people": len(everybody),
        "gone": len(gone),
        "limit": f"{LIMIT:g} s",
        "last part after": f"{max(each.told - each.acted for each in gone):.2f} s",
        "closed after": f"{max(each.closed - each.acted for each in gone):.2f} s",
        "closed at work": len(lost),
    }
