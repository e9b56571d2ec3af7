"""Answers that reach the browser when it has another session by now: none takes that away.

A browser keeps the cookie of whichever answer came last, whenever its request was sent.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from pytest_django import Settings
from time_machine import Traveller

from . import meanwhile
from .conftest import ENGINES, During
from .neighbours import stack
from .visitor import NAVIGATION, PING, Visitor

on_the_server = pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)

KEPT = "/session_security/kept/"

SCRIPTS: dict[str, Callable[[Visitor], Any]] = {
    "fetch": lambda visitor: visitor.fetch("/private/"),
    "fetch of a public page": lambda visitor: visitor.fetch("/name/"),
    "htmx": lambda visitor: visitor.get("/private/", HX_Request="true"),
    "report": lambda visitor: visitor.ping(idleFor=0),
    "report of 2.x": lambda visitor: visitor.get(f"{PING}?idleFor=0"),
}
by_script = pytest.mark.parametrize("send", SCRIPTS.values(), ids=SCRIPTS)


@pytest.fixture(autouse=True)
def _moments(settings: Settings) -> Iterator[None]:
    settings.MIDDLEWARE = [meanwhile.ANSWERED, *stack()]
    yield
    meanwhile.arrived.let_happen(None)
    meanwhile.answered.let_happen(None)


# --- the session has ended ----------------------------------------------------------------------


@by_script
def test_what_a_script_is_told_at_the_end_deletes_no_cookie(
    engine: str, alice: Visitor, clock: Traveller, send: Callable[[Visitor], Any]
) -> None:
    clock.shift(600)
    for _ in range(2):  # the first ends it, the second finds nothing
        assert "sessionid" not in send(alice).cookies
    assert alice.key
    assert alice.signed_in == ""


@pytest.mark.parametrize("name", ["fetch", "report"])
@pytest.mark.parametrize("always", [False, True])
def test_whoever_signs_in_while_a_script_is_answered_stays_signed_in(
    engine: str,
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    name: str,
    always: bool,
) -> None:
    settings.SESSION_SAVE_EVERY_REQUEST = always
    clock.shift(600)
    meanwhile.answered.let_happen(lambda: alice.tab().sign_in("alice"))
    SCRIPTS[name](alice)
    assert alice.signed_in == "alice"


def test_a_page_takes_the_cookie_away(engine: str, alice: Visitor, clock: Traveller) -> None:
    """A navigation is made by a person, and nothing comes after it in that tab."""
    clock.shift(600)
    alice.fetch("/private/")
    assert alice.key
    alice.navigate("/name/")
    assert alice.key == ""


def test_a_script_may_sign_out(engine: str, alice: Visitor, clock: Traveller) -> None:
    clock.shift(100)
    assert alice.fetch("/leave/").content == b"gone"
    assert alice.key == ""


# --- the session has another key ----------------------------------------------------------------


def change_password(request: HttpRequest) -> None:
    request.user.set_password("another")
    request.user.save()
    update_session_auth_hash(request, request.user)  # type: ignore[arg-type]


@on_the_server
@by_script
def test_a_changed_password_outlives_what_a_script_is_told(
    engine: str,
    alice: Visitor,
    clock: Traveller,
    during: During,
    send: Callable[[Visitor], Any],
) -> None:
    """The script has sent the old key, which by now names no session."""
    during(change_password)
    clock.shift(100)
    meanwhile.arrived.let_happen(lambda: alice.tab().navigate("/during/"))
    assert "sessionid" not in send(alice).cookies
    assert alice.signed_in == "alice"


@on_the_server
@pytest.mark.parametrize("always", [False, True])
def test_a_slow_page_brings_no_old_key_back(
    engine: str,
    settings: Settings,
    visitor: Visitor,
    clock: Traveller,
    during: During,
    always: bool,
) -> None:
    """Its cookie is persistent, and due to be renewed."""
    settings.SESSION_EXPIRE_AT_BROWSER_CLOSE = False
    settings.SESSION_COOKIE_AGE = 1800
    visitor.sign_in("alice")

    def slow(request: HttpRequest) -> None:
        settings.SESSION_SAVE_EVERY_REQUEST = False
        during(change_password)
        visitor.tab().navigate("/during/")
        settings.SESSION_SAVE_EVERY_REQUEST = always

    during(slow)
    clock.shift(500)
    old = visitor.key
    response = visitor.navigate("/during/")
    assert response.status_code == (400 if always else 200)  # as Django answers without us
    assert "sessionid" not in response.cookies
    assert visitor.key != old
    assert visitor.signed_in == "alice"


@on_the_server
def test_a_slow_page_brings_no_session_back_that_was_left_for_another(
    engine: str,
    settings: Settings,
    visitor: Visitor,
    clock: Traveller,
    during: During,
) -> None:
    """Signed out and in again in another tab."""
    settings.SESSION_EXPIRE_AT_BROWSER_CLOSE = False
    settings.SESSION_COOKIE_AGE = 1800
    visitor.sign_in("alice")

    def slow(request: HttpRequest) -> None:
        visitor.tab().post("/leave/")
        visitor.tab().sign_in("bob")

    during(slow)
    clock.shift(500)
    visitor.navigate("/during/")
    assert visitor.signed_in == "bob"


# --- the cookie is another site's ---------------------------------------------------------------


@by_script
def test_a_cookie_that_names_no_session_here_is_left_alone(
    engine: str, visitor: Visitor, send: Callable[[Visitor], Any]
) -> None:
    """Two sites on one host, by port or by path, share the browser's cookies."""
    visitor.present("abcdefgh" * 4)
    assert "sessionid" not in send(visitor).cookies


# --- a form was sent too late -------------------------------------------------------------------


@on_the_server
@by_script
def test_a_script_s_answer_leaves_the_form_that_is_kept(
    engine: str,
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    send: Callable[[Visitor], Any],
) -> None:
    """The script has sent the key of the session that this form has ended."""
    settings.ROOT_URLCONF = "tests.late"
    token = alice.get("/open/").content.decode()

    def send_form() -> None:
        body = urlencode({"csrfmiddlewaretoken": token, "title": "an hour of work"})
        response = alice.tab().send("POST", "/form/", body, headers=NAVIGATION)
        assert response.url == f"/login/?next={KEPT}"

    clock.shift(600)
    meanwhile.arrived.let_happen(send_form)
    send(alice)
    alice.sign_in("alice")
    page = alice.navigate(KEPT)
    assert page.status_code == 200
    assert 'value="an hour of work"' in page.content.decode()


@on_the_server
@by_script
def test_a_script_that_asks_again_leaves_the_form_that_is_kept(
    engine: str,
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    send: Callable[[Visitor], Any],
) -> None:
    """It sends the key of the visitor's session in which the form is."""
    settings.ROOT_URLCONF = "tests.late"
    token = alice.get("/open/").content.decode()
    clock.shift(600)
    body = urlencode({"csrfmiddlewaretoken": token, "title": "an hour of work"})
    alice.send("POST", "/form/", body, headers=NAVIGATION)
    for _ in range(2):
        clock.shift(600)
        assert "sessionid" not in send(alice).cookies
    alice.sign_in("alice")
    assert 'value="an hour of work"' in alice.navigate(KEPT).content.decode()
