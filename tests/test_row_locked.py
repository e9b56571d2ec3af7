"""Somebody else holds the lock on the session: to store an act never takes longer than a blink.

The sessions are in a database file, in which SQLite lets one write at a time, and others wait for
five seconds by default. The other tab is in a thread with a connection of its own.
"""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction
from django.contrib.sessions.models import Session
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pytest_django import Settings
from time_machine import Traveller

from .conftest import During
from .neighbours import stack
from .stores import SessionRouter, session_database
from .visitor import Visitor

BLINK = 3.0  # seconds; less than what SQLite waits by itself, and far more than it takes here

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("engine", ["db", "cached_db"], indirect=True),
]


class opens_transaction:
    """Middleware further out that opens a transaction, as django-reversion's does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        assert not iscoroutinefunction(get_response)
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with transaction.atomic(using="sessions"):
            return self.get_response(request)


@pytest.fixture
def file(engine: str, transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """The database of the sessions; ask for it before ``alice``."""
    file = tmp_path / "sessions.sqlite3"
    settings.DATABASE_ROUTERS = [SessionRouter(read="sessions", write="sessions")]
    with session_database("sessions", file):
        yield file


@pytest.fixture
def elsewhere(file: Path) -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Runs something in a thread that has its own connection, and returns what it returned."""

    def in_thread(code: Callable[[], Any]) -> Any:
        try:
            with session_database("sessions", file):
                return code()
        finally:
            # Django itself leaves a database in memory open, and this thread with its share of it.
            BaseDatabaseWrapper.close(connections["default"])

    with ThreadPoolExecutor(1) as pool:
        yield lambda code: pool.submit(in_thread, code).result(60)


@contextmanager
def in_a_blink() -> Iterator[None]:
    start = perf_counter()
    yield
    assert perf_counter() - start < BLINK


@contextmanager
def another_writer(file: Path) -> Iterator[None]:
    """Somebody writes to the database for as long as this lasts."""
    other = sqlite3.connect(file, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "session_security"]


@pytest.mark.parametrize("act", ["page", "report"])
def test_another_writer_costs_a_blink_and_the_next_report_mends_it(
    engine: str,
    file: Path,
    alice: Visitor,
    clock: Traveller,
    caplog: pytest.LogCaptureFixture,
    act: str,
) -> None:
    clock.shift(100)
    with another_writer(file), in_a_blink():
        response = alice.navigate("/private/") if act == "page" else alice.ping(idleFor=0)
    assert response.status_code == 200
    assert logged(caplog) == ["Could not store the last activity"]
    assert alice.key not in caplog.text
    assert alice.ping(idleFor=0).json()["idle"] == 0
    clock.shift(599)
    assert alice.signed_in == "alice"


def test_what_waits_by_the_site_s_own_will_waits_as_long_as_ever(
    engine: str, file: Path, alice: Visitor, clock: Traveller
) -> None:
    """What is set for our own storing is set back."""
    clock.shift(100)
    with another_writer(file):
        alice.navigate("/")
    with another_writer(file):
        start = perf_counter()
        with pytest.raises(Exception, match="locked"):
            Session.objects.filter(session_key="none").update(session_data="")
        assert perf_counter() - start > 4


def test_a_transaction_around_the_whole_request_keeps_no_other_tab_waiting(
    interface: str,
    engine: str,
    file: Path,
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    during: During,
    elsewhere: Callable[[Callable[[], Any]], Any],
) -> None:
    """The first tab's act is stored in that transaction, which ends after the view."""
    if interface == "asgi":
        pytest.skip("Django has no transactions in async code")
    settings.MIDDLEWARE = stack()
    settings.MIDDLEWARE = ["tests.test_row_locked.opens_transaction", *settings.MIDDLEWARE]
    answers = []

    def slow(request: HttpRequest) -> None:
        clock.shift(100)
        tab = alice.tab()
        with in_a_blink():
            answers.append(elsewhere(lambda: tab.ping(idleFor=0)).status_code)
            answers.append(elsewhere(lambda: tab.navigate("/")).status_code)

    during(slow)
    clock.shift(100)
    response = alice.navigate("/during/")
    assert response.content == b"done"
    assert answers == [200, 200]
    assert alice.ping(idleFor=0).json()["idle"] == 0
    clock.shift(599)
    assert alice.signed_in == "alice"


def test_a_view_that_saves_its_session_early_keeps_no_other_tab_waiting(
    interface: str,
    engine: str,
    file: Path,
    alice: Visitor,
    clock: Traveller,
    during: During,
    elsewhere: Callable[[Callable[[], Any]], Any],
) -> None:
    """In a transaction, as with ATOMIC_REQUESTS."""
    if interface == "asgi":
        pytest.skip("Django has no transactions in async code")
    answers = []

    def slow(request: HttpRequest) -> None:
        with transaction.atomic(using="sessions"):
            request.session["basket"] = 1
            request.session.save()
            clock.shift(100)
            tab = alice.tab()
            with in_a_blink():
                answers.append(elsewhere(lambda: tab.ping(idleFor=0)).status_code)
                answers.append(elsewhere(lambda: tab.navigate("/")).status_code)

    during(slow)
    clock.shift(100)
    assert alice.navigate("/during/").content == b"done"
    assert answers == [200, 200]
    assert alice.ping(idleFor=0).json()["idle"] == 0
    assert Session.objects.get().get_decoded()["basket"] == 1


def test_a_session_that_is_over_is_served_to_nobody_while_another_writes(
    engine: str, file: Path, alice: Visitor, clock: Traveller, ended: list[str]
) -> None:
    """It is refused, and ended when that can be done."""
    key = alice.key
    clock.shift(600)
    with another_writer(file):
        for _ in range(2):
            response = alice.navigate("/private/")
            assert response.status_code == 503
            assert not response.cookies
        assert ended == []
    assert alice.key == key
    assert alice.navigate("/private/").url == "/login/?next=/private/"
    assert ended == ["idle"]
