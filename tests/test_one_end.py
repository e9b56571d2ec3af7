"""Many requests come too late at once: a session ends but once.

Each has read the session while it was there; then one after the other goes on.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from pytest_django import Settings
from time_machine import Traveller

from session_security.policy import Reason

from . import meanwhile
from .conftest import ENGINES
from .neighbours import stack
from .visitor import NAVIGATION, Visitor

MANY = 8
KEPT = "/session_security/kept/"

Send = Callable[[Visitor], Any]

on_the_server = pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)


@pytest.fixture
def at_once(settings: Settings) -> Iterator[Callable[[Visitor, Send], list[Any]]]:
    """Sends a request many times at once by one browser; returns the answers, the first first."""
    settings.MIDDLEWARE = stack(before=meanwhile.READ)

    def send_all(visitor: Visitor, send: Send) -> list[Any]:
        key = visitor.key
        answers: list[Any] = []

        def send_next() -> None:
            tab = Visitor(visitor.interface)
            tab.client.cookies.load(visitor.client.cookies)
            tab.present(key)
            if left.pop():
                meanwhile.read.let_happen(send_next)
            answers.append(send(tab))

        left = list(range(MANY))
        send_next()
        assert len(answers) == MANY
        return answers

    yield send_all
    meanwhile.read.let_happen(None)


@pytest.fixture
def ends(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What was logged of sessions that have ended."""
    caplog.set_level(logging.INFO, "session_security")

    def messages() -> list[str]:
        texts = [record.getMessage() for record in caplog.records]
        return [text for text in texts if "Session ended" in text]

    return messages


REQUESTS: dict[str, Send] = {
    "page": lambda visitor: visitor.navigate("/name/"),
    "script": lambda visitor: visitor.fetch("/name/"),
    "report": lambda visitor: visitor.ping(idleFor=0),
}


@on_the_server
@pytest.mark.parametrize("send", REQUESTS.values(), ids=REQUESTS)
def test_it_is_said_once(
    engine: str,
    alice: Visitor,
    clock: Traveller,
    at_once: Callable[[Visitor, Send], list[Any]],
    ended: list[Reason],
    ends: Callable[[], list[str]],
    send: Send,
) -> None:
    clock.shift(600)
    answers = at_once(alice, send)
    assert all(b"alice" not in answer.content for answer in answers)
    assert all(answer.status_code in (200, 401) for answer in answers)
    assert ended == ["idle"]
    assert len(ends()) == 1


@on_the_server
def test_one_form_is_kept_in_one_session(
    engine: str,
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    at_once: Callable[[Visitor, Send], list[Any]],
    ended: list[Reason],
) -> None:
    """A form that was sent eight times, by a key that was held or a script that tries again."""
    settings.ROOT_URLCONF = "tests.late"
    token = alice.get("/open/").content.decode()
    clock.shift(600)
    body = urlencode({"csrfmiddlewaretoken": token, "title": "an hour of work"})
    answers = at_once(
        alice, lambda visitor: visitor.send("POST", "/form/", body, headers=NAVIGATION)
    )
    assert [answer.status_code for answer in answers] == [302] * MANY
    assert ended == ["idle"]
    keys = [answer.cookies["sessionid"].value for answer in answers if answer.cookies]
    [key] = {key for key in keys if key}
    if engine in ("db", "cached_db"):
        assert [session.session_key for session in Session.objects.all()] == [key]
    alice.present(key)
    alice.sign_in("alice")
    assert 'value="an hour of work"' in alice.navigate(KEPT).content.decode()


@on_the_server
def test_those_who_come_later_find_nothing(
    engine: str, alice: Visitor, clock: Traveller, ended: list[Reason]
) -> None:
    key = alice.key
    clock.shift(600)
    for _ in range(MANY):
        alice.present(key)
        assert alice.navigate("/name/").content == b""
    assert ended == ["idle"]


@pytest.mark.parametrize("engine", ["signed_cookies"], indirect=True)
def test_without_a_store_each_use_of_an_old_cookie_is_refused(
    engine: str, alice: Visitor, clock: Traveller
) -> None:
    """Nothing on the server knows that it has been used before, so each is an end of its own."""
    key = alice.key
    clock.shift(600)
    for send in REQUESTS.values():
        for _ in range(2):
            alice.present(key)
            assert b"alice" not in send(alice).content
            assert alice.signed_in == ""
