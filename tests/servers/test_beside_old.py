"""Releases of 2.x beside this version: two servers, one session store, requests in turn."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Self

import pytest

from .releases import Server, both

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
NIGHTS = {  # half an hour before the clocks are changed in Europe
    "spring": datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    "autumn": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
}
# Older ones do not start with a Django that this version supports.
RELEASES = [("2.6.8", "UTC"), ("2.6.8", "Europe/Berlin"), ("2.6.7", "Europe/Berlin")]
PING = "/session_security/ping/"


class Person:
    """Somebody at a browser whose requests reach either server."""

    def __init__(self, old: Server, new: Server) -> None:
        self.old, self.new = old, new
        self.cookie = ""
        self.moment = NOON
        self.at(NOON)

    def at(self, moment: datetime) -> Self:
        self.moment = moment
        for server in (self.old, self.new):
            server.set_clock(moment)
        return self

    def wait(self, seconds: float) -> Self:
        return self.at(self.moment + timedelta(seconds=seconds))

    def send(self, server: Server, method: str, path: str, body: str = "") -> str:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        headers = {"Cookie": self.cookie}
        if path.startswith(PING):
            headers |= {
                "X-Session-Security": "1",
                "X-Requested-With": "XMLHttpRequest",
                "Content-Type": "application/x-www-form-urlencoded",
            }
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        for value in response.headers.get_all("Set-Cookie", []):
            if value.startswith("sessionid="):
                self.cookie = value.partition(";")[0]
        text = response.read().decode()
        connection.close()
        return text

    def sign_in(self, server: Server) -> None:
        self.send(server, "GET", "/sign-in/")

    def name(self, server: Server) -> str:
        """Who opens a page there."""
        return self.send(server, "GET", "/name/")

    def ping_by_post(self, server: Server, idle: float) -> str:
        """As a page of this version does."""
        return self.send(server, "POST", f"{PING}?idleFor={int(idle)}", f"idleFor={idle}")

    def ping_by_get(self, server: Server, idle: float) -> str:
        """As a page of 2.6.8 does, and one of this version whose POST was refused."""
        return self.send(server, "GET", f"{PING}?idleFor={int(idle)}")


@pytest.fixture(scope="module", params=RELEASES, ids="-".join)
def servers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Server]]:
    file = tmp_path_factory.mktemp("beside") / "db.sqlite3"
    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {"timeout": 30},
    }
    release, zone = request.param
    with both(database, zone, release, is_new=True) as pair:
        yield pair


@pytest.fixture
def person(servers: tuple[Server, Server]) -> Person:
    return Person(*servers)


Chosen = Callable[[Person], tuple[Server, Server]]
ORDERS: dict[str, Chosen] = {
    "old first": lambda person: (person.old, person.new),
    "new first": lambda person: (person.new, person.old),
}


@pytest.mark.parametrize("order", ORDERS)
def test_who_works_on_both_in_turn_stays_and_who_leaves_is_signed_out(
    person: Person, order: str
) -> None:
    first, second = ORDERS[order](person)
    person.sign_in(first)
    person.name(first)  # 2.6.8 starts the time with the request after the sign-in
    for _ in range(5):
        assert person.wait(590).name(second) == "alice"
        assert person.wait(590).name(first) == "alice"
    assert person.wait(600).name(second) == ""


@pytest.mark.parametrize("order", ORDERS)
def test_what_one_has_stored_the_other_ends_on_time(person: Person, order: str) -> None:
    first, second = ORDERS[order](person)
    person.sign_in(first)
    person.name(first)
    assert person.wait(300).name(first) == "alice"
    assert person.wait(599).ping_by_get(second, 599) == "599"
    assert person.wait(1).name(second) == ""


@pytest.mark.parametrize("order", ORDERS)
def test_reports_of_a_page_keep_the_session_on_both(person: Person, order: str) -> None:
    """Somebody types for an hour; each report reaches the other server."""
    first, second = ORDERS[order](person)
    person.sign_in(first)
    person.name(first)
    for server in (second, first) * 4:
        assert person.wait(500).ping_by_get(server, 20) == "20"
    assert person.wait(579).ping_by_get(first, 599) == "599"
    assert person.wait(1).name(second) == ""


def test_an_abandoned_page_of_this_version_does_not_live_on_at_the_old_server(
    person: Person,
) -> None:
    """It asks with how long nobody has acted in the query, which the old server understands."""
    person.sign_in(person.new)
    for idle in range(100, 600, 100):
        person.wait(100).ping_by_post(person.old, idle)
    assert person.name(person.new) == "alice"  # a page is an act
    for idle in range(100, 600, 100):
        person.wait(100).ping_by_post(person.old, idle)
    assert person.wait(100).name(person.old) == ""


def test_a_report_by_post_is_stored_by_the_old_server_though_it_is_refused(
    person: Person,
) -> None:
    person.sign_in(person.new)
    person.wait(500).ping_by_post(person.old, 10)
    assert person.wait(589).ping_by_get(person.new, 599) == "599"
    assert person.wait(1).name(person.old) == ""


@pytest.mark.parametrize("night", NIGHTS)
def test_the_new_server_keeps_both_promises_while_clocks_are_changed(
    person: Person, night: str
) -> None:
    """What it has stored it knows exactly; the hour that 2.6.8 is wrong by is its own."""
    person.at(NIGHTS[night]).sign_in(person.new)
    for _ in range(6):
        assert person.wait(590).name(person.new) == "alice"
    assert person.wait(600).name(person.new) == ""


def test_the_way_back_leaves_nothing_that_the_old_server_can_not_read(person: Person) -> None:
    person.sign_in(person.new)
    person.wait(300).name(person.new)
    assert person.wait(200).ping_by_get(person.old, 200) == "200"
    assert person.wait(399).name(person.old) == "alice"
    assert person.wait(600).name(person.old) == ""
