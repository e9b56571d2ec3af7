"""The user is deactivated, deleted, or has another password: the page learns it by its report."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from pytest_django import Settings
from time_machine import Traveller

from session_security.policy import Reason

from .visitor import PING, Visitor


def deactivate() -> None:
    get_user_model().objects.filter(username="alice").update(is_active=False)


def delete() -> None:
    get_user_model().objects.get(username="alice").delete()


def change_password() -> None:
    user = get_user_model().objects.get(username="alice")
    user.set_password("another")
    user.save()


WAYS = {"deactivated": deactivate, "deleted": delete, "another password": change_password}
in_each_way = pytest.mark.parametrize("withdraw", WAYS.values(), ids=WAYS)


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@in_each_way
def test_the_next_report_that_is_stored_is_told(
    engine: str, alice: Visitor, clock: Traveller, withdraw: Callable[[], None]
) -> None:
    clock.shift(100)
    assert alice.ping(idleFor=0).json()["state"] == "active"
    withdraw()
    clock.shift(100)
    response = alice.ping(idleFor=0)
    assert response.status_code == 401
    assert response.json() == {"state": "expired", "reason": "anonymous"}
    assert "sessionid" not in response.cookies  # a script's answer


@in_each_way
def test_the_report_of_2x_is_told(
    engine: str, alice: Visitor, clock: Traveller, withdraw: Callable[[], None]
) -> None:
    withdraw()
    clock.shift(100)
    assert alice.get(f"{PING}?idleFor=0").content == b'"logout"'


def test_another_user_notices_nothing(engine: str, alice: Visitor, clock: Traveller) -> None:
    get_user_model().objects.filter(username="bob").update(is_active=False)
    for _ in range(5):
        clock.shift(100)
        assert alice.ping(idleFor=0).json()["state"] == "active"


def test_a_rotated_key_of_the_site_is_no_reason(
    engine: str, settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    """The key of the site is rotated: Django takes the old mark of the password, and renews it."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]
    for _ in range(3):
        clock.shift(100)
        assert alice.ping(idleFor=0).json()["state"] == "active"
    assert alice.signed_in == "alice"


class Strict(ModelBackend):
    """As many a site has written it."""

    def get_user(self, user_id: int) -> Any:
        return get_user_model().objects.get(pk=user_id)


def test_a_backend_that_raises_for_a_deleted_user_is_no_outage(
    settings: Settings, visitor: Visitor, clock: Traveller, ended: list[Reason]
) -> None:
    settings.AUTHENTICATION_BACKENDS = ["tests.test_user_withdrawn.Strict"]
    visitor.sign_in("alice")
    delete()
    clock.shift(100)
    assert visitor.ping(idleFor=0).json() == {"state": "expired", "reason": "anonymous"}
    clock.shift(600)
    assert visitor.navigate("/name/").content == b""
    assert ended == ["idle"]
