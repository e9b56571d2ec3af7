"""Addresses that are encoded, on another host, or known only to a URLconf that is set later."""

from collections.abc import Iterator
from math import inf
from typing import Any

import pytest
from django.http import HttpRequest
from django.urls import reverse_lazy
from pytest_django import Settings
from time_machine import Traveller

from session_security.second_sign_in import is_login_page
from session_security.sessions import times

from .conftest import NOON
from .neighbours import FailingCache, stack
from .visitor import FETCH, NAVIGATION, Visitor

SPACES = "tests.urls_with_spaces"
REPORT = FETCH | {"X-Session-Security": "1"}


@pytest.fixture
def failing(settings: Settings) -> Iterator[type[FailingCache]]:
    """The store of the sessions; ask for it before ``alice``."""
    settings.CACHES = {"default": {"BACKEND": "tests.neighbours.FailingCache"}}
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    yield FailingCache
    FailingCache.gone = 0


def test_a_report_to_an_encoded_address_is_not_told_of_an_end_when_the_store_is_gone(
    settings: Settings, failing: type[FailingCache], alice: Visitor
) -> None:
    settings.ROOT_URLCONF = SPACES
    address = "/signed%20out/ping/"
    assert alice.send("POST", address, headers=REPORT).json()["state"] == "active"
    failing.gone = inf
    assert alice.send("POST", address, headers=REPORT).status_code == 503


def test_a_report_to_another_urlconf_is_not_told_of_an_end_when_the_store_is_gone(
    settings: Settings, failing: type[FailingCache], alice: Visitor
) -> None:
    settings.ROOT_URLCONF = "tests.urls_without_ours"
    settings.MIDDLEWARE = stack(before="tests.neighbours.ByHost")
    address = "/session_security/ping/"
    assert alice.send("POST", address, headers=REPORT).json()["state"] == "active"
    failing.gone = inf
    assert alice.send("POST", address, headers=REPORT).status_code == 503


def test_a_lazy_passive_url_is_passive_though_it_is_encoded(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.ROOT_URLCONF = SPACES
    settings.SESSION_SECURITY_PASSIVE_URLS = [reverse_lazy("feed")]
    clock.shift(100)
    assert alice.navigate("/live%20feed/").status_code == 200
    assert times.last_activity(alice.session) == NOON


def test_a_late_sign_out_at_an_encoded_address_is_done_with(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.ROOT_URLCONF = SPACES
    settings.SESSION_SECURITY_LOGOUT_URL = "out"
    alice.client.handler.enforce_csrf_checks = False
    clock.shift(600)
    response = alice.send("POST", "/sign%20out/", "next=/", headers=NAVIGATION)
    assert response.url == "/login/?next=/sign%2520out/"


@pytest.mark.parametrize("url", ["in", "/sign in/", "/sign%20in/", "/sign in/?by=name"])
def test_a_script_signs_in_at_an_encoded_address_with_an_overdue_cookie(
    settings: Settings, alice: Visitor, clock: Traveller, url: str
) -> None:
    settings.ROOT_URLCONF, settings.LOGIN_URL = SPACES, url
    clock.shift(600)
    assert alice.fetch("/sign%20in/").status_code == 200


@pytest.mark.parametrize(
    ("login_url", "is_here"),
    [
        ("/", True),
        ("https://testserver/", True),
        ("https://id.example.org/", False),
        ("//id.example.org/", False),
        ("https://id.example.org/sign-in/", False),
    ],
)
def test_a_login_page_on_another_host_is_no_page_of_this_one(
    settings: Settings, rf: Any, login_url: str, is_here: bool
) -> None:
    settings.LOGIN_URL = login_url
    request: HttpRequest = rf.get("/")
    assert is_login_page(request) is is_here
