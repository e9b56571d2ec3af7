"""What became of a script's request, said for browsers that do not tell it to the page."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from time_machine import Traveller

from session_security.server_timing import add_status

from .visitor import FETCH, NAVIGATION, Visitor

SCRIPTS = [FETCH, {"X-Requested-With": "XMLHttpRequest"}, {"HX-Request": "true"}]


def request(method: str, headers: dict[str, str]) -> HttpRequest:
    return RequestFactory().generic(method, "/", headers=headers)


@pytest.mark.parametrize("headers", SCRIPTS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_script_is_told_the_status(method: str, headers: dict[str, str]) -> None:
    response = HttpResponse(status=422)
    add_status(request(method, headers), response)
    assert response.headers["Server-Timing"] == 'session-security;desc="422"'


@pytest.mark.parametrize(
    ("method", "headers", "is_told"),
    [
        ("POST", {}, True),  # a script in a browser without fetch metadata, perhaps
        ("GET", {}, False),
        ("GET", NAVIGATION, False),
        ("POST", NAVIGATION, False),
    ],
)
def test_a_page_is_not(method: str, headers: dict[str, str], is_told: bool) -> None:
    response = HttpResponse()
    add_status(request(method, headers), response)
    assert response.has_header("Server-Timing") is is_told


def test_what_the_site_measures_stays() -> None:
    response = HttpResponse(headers={"Server-Timing": "db;dur=5"})
    add_status(request("POST", FETCH), response)
    assert response.headers["Server-Timing"] == 'db;dur=5, session-security;desc="200"'


def test_it_is_told_while_somebody_is_signed_in_and_the_session_lives(
    alice: Visitor, clock: Traveller
) -> None:
    told = alice.send("GET", "/private/", headers=FETCH)
    assert told.headers["Server-Timing"] == f'session-security;desc="{told.status_code}"'
    clock.shift(600)
    late = alice.send("GET", "/private/", headers=FETCH)
    assert late.status_code == 401
    assert "Server-Timing" not in late.headers
    assert "Server-Timing" not in alice.send("GET", "/", headers=FETCH).headers
