"""No session is ended on what one request happens to have read."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest
from pytest_django import Settings
from time_machine import Traveller

from session_security.policy import Reason, Timeouts

from . import meanwhile
from .conftest import ENGINES
from .neighbours import stack
from .visitor import Visitor

LetHappen = Callable[[Callable[[], object]], None]

# With signed_cookies the browser is the store: nobody else can have written to it.
on_the_server = pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)

REQUESTS: dict[str, Callable[[Visitor], Any]] = {
    "page": lambda visitor: visitor.navigate("/private/"),
    "script": lambda visitor: visitor.fetch("/private/"),
    "report": lambda visitor: visitor.ping(idleFor=0),
    "question": lambda visitor: visitor.ping(),
    "report of 2.x": lambda visitor: visitor.get("/session_security/ping/?idleFor=0"),
    "form": lambda visitor: visitor.post("/leave/"),
}


@pytest.fixture(params=["by an earlier middleware", "by ours"])
def when_read(request: pytest.FixtureRequest, settings: Settings) -> Iterator[LetHappen]:
    """Sets what happens, once, after the next request has read the session."""
    if request.param == "by ours":

        def timeouts(request: HttpRequest) -> Timeouts:
            meanwhile.read.passed()
            return Timeouts(540, 600, settings.SESSION_SECURITY_MAX_AGE)

        settings.SESSION_SECURITY_MAX_AGE = None
        settings.SESSION_SECURITY_TIMEOUTS = timeouts
    else:
        settings.MIDDLEWARE = stack(before=meanwhile.READ)
    yield meanwhile.read.let_happen
    meanwhile.read.let_happen(None)


@pytest.fixture
def ends(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What was logged of sessions that have ended."""
    caplog.set_level(logging.INFO, "session_security")

    def messages() -> list[str]:
        texts = [record.getMessage() for record in caplog.records]
        return [text for text in texts if "Session ended" in text]

    return messages


@on_the_server
@pytest.mark.parametrize("send", REQUESTS.values(), ids=REQUESTS)
def test_an_act_that_is_stored_after_the_reading_keeps_the_session(
    engine: str,
    when_read: LetHappen,
    alice: Visitor,
    clock: Traveller,
    ended: list[Reason],
    ends: Callable[[], list[str]],
    send: Callable[[Visitor], Any],
) -> None:
    """The request is slow: it has read that the last act was at noon, and judges at 12:10."""

    def act_in_time() -> None:
        assert alice.tab().ping(idleFor=0).json()["state"] == "active"
        clock.shift(1)

    clock.shift(599)
    when_read(act_in_time)
    key, response = alice.key, send(alice)
    assert "X-Session-Expired" not in response.headers
    assert b"expired" not in response.content
    assert b"logout" not in response.content
    assert ended == []
    assert ends() == []
    if send is REQUESTS["form"]:
        assert response.content == b"gone"  # signed out by the person, as they asked
        return
    assert response.status_code == 200
    assert alice.key == key
    clock.shift(598)
    assert alice.signed_in == "alice"
    clock.shift(600)
    assert alice.signed_in == ""
    assert ended == ["idle"]


@on_the_server
def test_nobody_has_acted_meanwhile(
    engine: str,
    when_read: LetHappen,
    alice: Visitor,
    clock: Traveller,
    ended: list[Reason],
    ends: Callable[[], list[str]],
) -> None:
    def look() -> None:
        alice.tab().ping()
        clock.shift(1)

    clock.shift(599)
    when_read(look)
    assert alice.navigate("/private/").url == "/login/?next=/private/"
    assert ended == ["idle"]
    assert len(ends()) == 1
    assert alice.signed_in == ""


@on_the_server
def test_no_act_puts_off_the_absolute_limit(
    engine: str,
    settings: Settings,
    when_read: LetHappen,
    alice: Visitor,
    clock: Traveller,
    ended: list[Reason],
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 1000
    clock.shift(500)
    alice.navigate("/")

    def act() -> None:
        alice.tab().ping(idleFor=0)
        clock.shift(1)

    clock.shift(499)
    when_read(act)
    assert alice.navigate("/private/").url == "/login/?next=/private/"
    assert ended == ["absolute"]


@on_the_server
def test_whoever_has_signed_out_meanwhile_has_ended_it(
    engine: str,
    when_read: LetHappen,
    alice: Visitor,
    clock: Traveller,
    ended: list[Reason],
    ends: Callable[[], list[str]],
) -> None:
    """So nobody else says so."""

    def sign_out() -> None:
        alice.tab().post("/leave/")
        clock.shift(1)

    clock.shift(599)
    when_read(sign_out)
    assert alice.navigate("/name/").content == b""
    assert ended == []
    assert ends() == []
    assert alice.signed_in == ""


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
@pytest.mark.parametrize("send", list(REQUESTS.values())[:5], ids=list(REQUESTS)[:5])
def test_an_old_copy_in_the_cache_ends_nothing(
    engine: str,
    alice: Visitor,
    clock: Traveller,
    ended: list[Reason],
    send: Callable[[Visitor], Any],
) -> None:
    """A cache that did not take the later copy, or that came back from a backup."""
    name = alice.session.cache_key  # type: ignore[attr-defined]
    old = cache.get(name)
    assert old
    clock.shift(300)
    alice.ping(idleFor=0)
    cache.set(name, old)
    clock.shift(300)
    assert send(alice).status_code == 200
    assert ended == []
    clock.shift(299)
    assert alice.signed_in == "alice"
