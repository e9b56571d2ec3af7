"""What is sent when a session begins and ends."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings
from time_machine import Traveller

from session_security.middleware import SessionSecurityMiddleware
from session_security.policy import Reason
from session_security.sessions import times
from session_security.signals import session_expired

from .conftest import NOON, During
from .neighbours import OURS
from .visitor import FETCH, Visitor

Sent = list[dict[str, Any]]


@pytest.fixture
def sent() -> Iterator[Sent]:
    """What ``session_expired`` said, each time."""
    calls: Sent = []

    def receiver(**kwargs: Any) -> None:
        calls.append(kwargs | {"user at the time": kwargs["request"].user})

    session_expired.connect(receiver)
    yield calls
    session_expired.disconnect(receiver)


def test_the_end_is_told_with_who_why_and_how_long(
    alice: Visitor, clock: Traveller, sent: Sent
) -> None:
    clock.shift(723)
    alice.navigate("/?page=1")
    [call] = sent
    assert call["sender"] is SessionSecurityMiddleware
    assert call["user"].get_username() == "alice"
    assert call["user at the time"] == AnonymousUser()
    assert call["request"].get_full_path() == "/?page=1"
    assert call["reason"] is Reason.IDLE
    assert call["idle"] == 723


def test_an_end_by_age_is_told_as_such(
    settings: Settings, alice: Visitor, clock: Traveller, sent: Sent
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 900
    clock.shift(500)
    alice.navigate("/")
    assert sent == []
    clock.shift(400)
    alice.navigate("/")
    [call] = sent
    assert call["reason"] is Reason.ABSOLUTE
    assert call["idle"] == 400


def test_the_end_is_told_once(alice: Visitor, clock: Traveller, sent: Sent) -> None:
    clock.shift(600)
    for _ in range(3):
        alice.navigate("/")
        alice.ping(idleFor=0)
    assert len(sent) == 1


def test_signing_out_is_no_expiry(alice: Visitor, sent: Sent) -> None:
    alice.get("/leave/")
    alice.navigate("/")
    assert sent == []


def test_django_s_own_signal_is_sent_too(alice: Visitor, clock: Traveller) -> None:
    out: list[str] = []

    def receiver(user: Any, **kwargs: Any) -> None:
        out.append(user.get_username())

    user_logged_out.connect(receiver)
    try:
        clock.shift(600)
        alice.navigate("/")
    finally:
        user_logged_out.disconnect(receiver)
    assert out == ["alice"]


def test_a_receiver_that_raises_does_no_harm(
    alice: Visitor, clock: Traveller, sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    def receiver(**kwargs: Any) -> None:
        raise RuntimeError("as it should")

    session_expired.connect(receiver)
    try:
        clock.shift(600)
        assert alice.navigate("/").content == b"public"
    finally:
        session_expired.disconnect(receiver)
    assert alice.signed_in == ""
    assert len(sent) == 1
    assert "as it should" in caplog.text


def test_a_coroutine_can_receive(interface: str, alice: Visitor, clock: Traveller) -> None:
    out: list[str] = []

    async def receiver(user: Any, **kwargs: Any) -> None:
        out.append(user.get_username())

    session_expired.connect(receiver)
    try:
        clock.shift(600)
        alice.navigate("/")
    finally:
        session_expired.disconnect(receiver)
    assert out == ["alice"]


def test_a_user_deleted_meanwhile_ends_as_nobody(
    alice: Visitor, clock: Traveller, sent: Sent
) -> None:
    get_user_model().objects.all().delete()
    clock.shift(600)
    assert alice.navigate("/").status_code == 200
    [call] = sent
    assert call["user"] == AnonymousUser()


def test_the_user_is_told_however_the_site_signs_out(
    settings: Settings, alice: Visitor, clock: Traveller, sent: Sent
) -> None:
    settings.MIDDLEWARE = [
        path.replace(OURS, "tests.neighbours.Flushing") for path in settings.MIDDLEWARE
    ]
    clock.shift(600)
    assert alice.navigate("/name/").content == b""
    [call] = sent
    assert call["user"].get_username() == "alice"
    assert call["sender"].__name__ == "Flushing"


# One line in the log


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        f"{record.levelname} {record.getMessage()}"
        for record in caplog.records
        if record.name == "session_security"
    ]


def test_one_line_is_logged_without_the_session_key(
    engine: str, alice: Visitor, clock: Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key, pk = alice.key, get_user_model().objects.get(username="alice").pk
    clock.shift(86_430)  # defect of 2.6.8: timedelta.seconds would make 30 of it
    alice.navigate("/")
    alice.navigate("/")
    assert lines(caplog) == [f"INFO Session ended: user {pk}, idle 86430 s, reason idle"]
    assert key not in caplog.text


def test_nothing_is_logged_while_people_work(
    alice: Visitor, clock: Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for _ in range(5):
        clock.shift(100)
        alice.navigate("/")
        alice.ping(idleFor=1)
    alice.get("/leave/")
    assert lines(caplog) == []


# Sign-in


def test_signing_in_starts_the_time_at_once(visitor: Visitor, clock: Traveller) -> None:
    """In 2.x there was no stamp until the next request: sign in, wait ten hours, be welcome."""
    visitor.sign_in("alice")
    assert times.last_activity(visitor.session) == NOON
    assert times.started(visitor.session) == NOON
    clock.shift(36_000)
    assert visitor.signed_in == ""


def test_signing_in_again_starts_again(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 900
    clock.shift(500)
    alice.sign_in("alice")
    clock.shift(500)
    assert alice.navigate("/private/").status_code == 200
    clock.shift(400)
    assert alice.navigate("/private/").status_code == 302


def test_a_sign_in_without_a_request_or_without_a_session_is_none_of_our_business(
    db: None,
) -> None:
    user = get_user_model().objects.create_user("alice")
    for request in (None, RequestFactory().get("/")):
        user_logged_in.send(sender=type(user), request=request, user=user)


RENEWALS = {
    "a callback that the site declares passive": {},
    "redirects for which nobody has clicked": {
        "Sec-CH-UA": '"Chromium";v="156"',
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    },
}


@pytest.mark.parametrize("name", RENEWALS)
def test_single_sign_on_that_renews_itself_keeps_no_session(
    settings: Settings, alice: Visitor, clock: Traveller, name: str
) -> None:
    if not RENEWALS[name]:
        settings.SESSION_SECURITY_PASSIVE_URL_NAMES = ["login"]
    for _ in range(3):
        clock.shift(199)
        response = alice.send("POST", "/login/", "username=alice", headers=RENEWALS[name])
        assert response.url == "/"
    assert alice.signed_in == "alice"
    clock.shift(3)
    assert alice.signed_in == ""


@pytest.mark.parametrize("name", RENEWALS)
def test_signing_in_by_single_sign_on_begins_a_session(
    settings: Settings, visitor: Visitor, clock: Traveller, name: str
) -> None:
    if not RENEWALS[name]:
        settings.SESSION_SECURITY_PASSIVE_URL_NAMES = ["login"]
    visitor.send("POST", "/login/", "username=alice", headers=RENEWALS[name])
    clock.shift(599)
    assert visitor.signed_in == "alice"
    clock.shift(1)
    assert visitor.signed_in == ""


def test_a_person_who_signs_in_again_has_acted(alice: Visitor, clock: Traveller) -> None:
    clock.shift(599)
    alice.sign_in("alice")
    clock.shift(599)
    assert alice.signed_in == "alice"


IN_THE_BACKGROUND = {
    "a frame of another site's": {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "iframe",
    },
    "a script": FETCH,
}


@pytest.mark.parametrize("name", IN_THE_BACKGROUND)
def test_a_sign_in_that_is_renewed_in_the_background_is_no_act(
    alice: Visitor, clock: Traveller, during: During, name: str
) -> None:
    """A callback that signs in whoever is signed in already, and asks for no credentials."""
    during(lambda request: login(request, get_user_model().objects.get(username="alice")))
    for _ in range(3):
        clock.shift(199)
        response = alice.send("GET", "/during/", headers=IN_THE_BACKGROUND[name])
        assert response.status_code == 200
    assert alice.signed_in == "alice"
    clock.shift(3)
    assert alice.signed_in == ""


def give_token(request: HttpRequest) -> None:
    """As djoser and django-rest-knox do: nobody signs in to the session."""
    user = get_user_model().objects.get(username="bob")
    user_logged_in.send(sender=type(user), request=request, user=user)


def test_a_sign_in_for_a_token_makes_no_session(visitor: Visitor, during: During) -> None:
    during(give_token)
    response = visitor.fetch("/during/")
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


def test_a_sign_in_for_a_token_extends_nobody_else_s_session(
    settings: Settings, alice: Visitor, clock: Traveller, during: During
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 900
    during(give_token)
    clock.shift(300)
    assert alice.fetch("/during/").status_code == 200
    assert times.last_activity(alice.session) == NOON
    assert times.started(alice.session) == NOON
