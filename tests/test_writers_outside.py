"""Somebody saves a session that they loaded long ago, outside of any request.

A consumer of Channels or a task of Celery: what it saves is all that it loaded.
"""

import pytest
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from pytest_django import Settings
from time_machine import Traveller

from session_security.policy import Reason

from .conftest import ENGINES
from .test_absolute_limit import WORD, give_password
from .visitor import Visitor

# Not with files, where nothing tells that one is written; docs/howto/machines.md says so.
pytestmark = pytest.mark.parametrize("engine", ENGINES[:3], indirect=True)


def loaded(visitor: Visitor) -> SessionBase:
    """The session, as somebody has it who has loaded it now."""
    session = visitor.session
    assert session[SESSION_KEY]
    return session


def save(session: SessionBase) -> None:
    session["progress"] = 100
    session.save()


@pytest.mark.parametrize("act", ["page", "report"])
def test_whoever_is_at_work_stays_signed_in(
    engine: str, alice: Visitor, clock: Traveller, ended: list[Reason], act: str
) -> None:
    session = loaded(alice)
    for _ in range(4):
        clock.shift(160)
        _ = alice.navigate("/") if act == "page" else alice.ping(idleFor=0)
    clock.shift(20)
    save(session)
    assert alice.navigate("/private/").content == b"private"
    assert alice.session["progress"] == 100
    assert ended == []


def test_the_last_act_counts_as_it_was(
    engine: str, alice: Visitor, clock: Traveller, ended: list[Reason]
) -> None:
    """Neither an earlier one, nor the moment of the saving."""
    session = loaded(alice)
    for _ in range(2):
        clock.shift(300)
        alice.ping(idleFor=0)
    clock.shift(100)
    save(session)
    assert alice.ping().json()["idle"] == 100
    clock.shift(499)
    assert alice.signed_in == "alice"
    clock.shift(1)
    assert alice.signed_in == ""
    assert ended == ["idle"]


def test_saving_again_and_again_is_no_act(
    engine: str, alice: Visitor, clock: Traveller, ended: list[Reason]
) -> None:
    session = loaded(alice)
    for _ in range(5):
        clock.shift(120)
        save(session)
    assert alice.signed_in == ""
    assert ended == ["idle"]


def test_no_session_comes_back_that_has_ended(
    engine: str, alice: Visitor, clock: Traveller
) -> None:
    key, session = alice.key, loaded(alice)
    clock.shift(600)
    alice.navigate("/name/")
    with pytest.raises(UpdateError):
        save(session)
    alice.present(key)
    assert alice.signed_in == ""


def test_the_absolute_limit_holds(
    engine: str, settings: Settings, alice: Visitor, clock: Traveller, ended: list[Reason]
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 3600
    session = loaded(alice)
    for _ in range(11):
        clock.shift(300)
        save(session)
        assert alice.navigate("/private/").content == b"private"
    clock.shift(300)
    assert alice.navigate("/private/").status_code == 302
    assert ended == ["absolute"]


def test_an_older_start_does_not_come_back(
    engine: str, settings: Settings, alice: Visitor, clock: Traveller, ended: list[Reason]
) -> None:
    """Loaded before the person signed in again in the same session, and saved after it."""
    settings.SESSION_SECURITY_MAX_AGE = 3600
    settings.ROOT_URLCONF = "tests.test_absolute_limit"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for user in get_user_model().objects.all():
        user.set_password(WORD)
        user.save()
    give_password(alice)
    session = loaded(alice)
    for _ in range(11):
        clock.shift(300)
        alice.navigate("/")
    give_password(alice)
    save(session)
    clock.shift(300)
    assert alice.navigate("/private/").content == b"private"
    assert ended == []
