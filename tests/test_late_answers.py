"""What a script is told whose request came after the end, in the words of its library."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.middleware.csrf import get_token
from django.test import RequestFactory
from pytest_django import Settings
from time_machine import Traveller

from .neighbours import stack
from .visitor import FETCH, FORM, NAVIGATION, Visitor

RESUME = "/session_security/resume/"
INERTIA = FETCH | {"X-Inertia": "true", "X-Requested-With": "XMLHttpRequest"}
UNPOLY = FETCH | {"X-Up-Version": "3.14.2"}
TURBO = FETCH | {"Accept": "text/html, application/xhtml+xml", "X-Turbo-Request-Id": "3f0a"}
FRAME = TURBO | {"Turbo-Frame": 'a "frame" <b>'}
STREAMS = {"Accept": "text/vnd.turbo-stream.html, text/html, application/xhtml+xml"}


@pytest.fixture
def late(alice: Visitor, clock: Traveller) -> Callable[..., Any]:
    """Sends a request after the end."""

    def send(method: str, headers: dict[str, str], path: str = "/private/?a=1&b=%C3%A9") -> Any:
        clock.shift(600)
        response = alice.send(method, path, headers=headers)
        assert response.headers["X-Session-Expired"] == "idle"
        assert response.headers["Cache-Control"] == "no-store"
        return response

    return send


def test_inertia_is_sent_to_the_page_by_the_browser(late: Callable[..., Any]) -> None:
    response = late("GET", INERTIA)
    assert response.status_code == 409
    assert response.headers["X-Inertia-Location"] == "/private/?a=1&b=%C3%A9"
    assert "X-Inertia" not in response.headers


def test_inertia_is_sent_to_no_other_host(late: Callable[..., Any]) -> None:
    response = late("GET", INERTIA, "http://testserver//evil.example/")
    assert response.headers["X-Inertia-Location"] == "/%2Fevil.example/"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_inertia_sends_is_answered_by_a_page_for_its_dialog(
    late: Callable[..., Any], method: str
) -> None:
    response = late(method, INERTIA)
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    text = response.content.decode()
    assert "<h1>You have been signed out</h1>" in text
    assert "You were signed out because there was no activity." in text
    assert f'<a href="{RESUME}" target="_blank">Sign in again</a>' in text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unpoly_opens_a_layer_over_the_page(late: Callable[..., Any], method: str) -> None:
    response = late(method, UNPOLY)
    assert response.status_code == 401
    assert response.headers["X-Up-Open-Layer"] == '{"history": false}'
    assert "<main>" in response.content.decode()


def test_a_turbo_frame_says_why_and_leaves_the_page_around_it(late: Callable[..., Any]) -> None:
    response = late("GET", FRAME)
    assert response.status_code == 401
    assert response.content.decode() == (
        f'<turbo-frame id="{html.escape(FRAME["Turbo-Frame"])}"><p role="alert">'
        "You were signed out because there was no activity. "
        f'<a href="{RESUME}" target="_blank">Sign in again</a></p></turbo-frame>'
    )


def test_a_form_in_a_turbo_frame_stays_below_a_line_that_says_why(
    late: Callable[..., Any],
) -> None:
    response = late("POST", FRAME | STREAMS)
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "text/vnd.turbo-stream.html; charset=utf-8"
    text = response.content.decode()
    target = html.escape(FRAME["Turbo-Frame"])
    assert text.startswith(f'<turbo-stream action="before" target="{target}"><template>')
    assert "You were signed out because there was no activity." in text
    assert f'<a href="{RESUME}" target="_blank">Sign in again</a>' in text


def test_a_form_in_a_frame_that_wants_no_stream_gets_json(late: Callable[..., Any]) -> None:
    assert late("POST", FRAME).json()["reason"] == "idle"


def test_the_stylesheet_of_the_late_page_has_the_nonce_of_the_site(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.MIDDLEWARE = stack(before="tests.neighbours.has_nonce")
    clock.shift(600)
    text = alice.send("POST", "/private/", headers=INERTIA).content.decode()
    assert 'page.css" nonce="of-this-page">' in text


@pytest.mark.parametrize(
    "headers",
    [
        TURBO | STREAMS,
        FETCH | {"HX-Request": "true", "HX-Boosted": "true"},
        NAVIGATION | {"Sec-Fetch-Dest": "empty"},  # by way of a service worker
    ],
    ids=["Turbo", "htmx boosted", "service worker"],
)
def test_a_late_form_of_a_library_that_shows_whole_pages_is_kept(
    settings: Settings, alice: Visitor, clock: Traveller, headers: dict[str, str]
) -> None:
    settings.ROOT_URLCONF = "tests.late"
    token = get_token(RequestFactory().get("/"))
    alice.client.cookies["csrftoken"] = token
    clock.shift(600)
    body = f"csrfmiddlewaretoken={token}&title=x"
    response = alice.send("POST", "/form/", body, content_type=FORM, headers=headers)
    assert response.status_code == 302
    assert response.url == "/login/?next=/session_security/kept/"


# Who needs no user


@pytest.fixture
def the_site(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.late_scripts"


def test_a_script_signs_in_the_first_time_with_an_overdue_cookie(
    the_site: None, alice: Visitor, clock: Traveller
) -> None:
    alice.client.handler.enforce_csrf_checks = False
    clock.shift(600)
    response = alice.send("POST", "/api/login/", "username=bob", headers=FETCH)
    assert response.json() == {"who": "bob"}
    assert alice.signed_in == "bob"


@pytest.mark.parametrize("login_url", ["in", "/in/"])
def test_a_script_signs_in_at_the_login_page_with_an_overdue_cookie(
    the_site: None, settings: Settings, alice: Visitor, clock: Traveller, login_url: str
) -> None:
    settings.LOGIN_URL = login_url
    clock.shift(600)
    assert alice.send("POST", "/in/?next=/", "username=bob", headers=FETCH).status_code == 302
    assert alice.signed_in == "bob"


def test_a_login_url_that_leads_nowhere_is_no_error_for_a_late_script(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.LOGIN_URL = "no_such_name"
    clock.shift(600)
    assert alice.fetch("/private/").status_code == 401


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Token 123", 200),
        ("Bearer 1.2.3", 200),
        ("Bearer ", 401),
        ("Bearer", 401),
        ("", 401),
        # A browser sends these by itself.
        ("Basic YWxpY2U6", 401),
        ("Negotiate YII", 401),
    ],
)
def test_a_script_with_a_token_is_answered_in_spite_of_an_overdue_cookie(
    alice: Visitor, clock: Traveller, authorization: str, status: int
) -> None:
    clock.shift(600)
    response = alice.fetch("/name/", Authorization=authorization)
    assert response.status_code == status
    assert b"alice" not in response.content
    assert alice.signed_in == ""


def test_what_is_for_everybody_is_answered_to_a_late_script(
    the_site: None, alice: Visitor, clock: Traveller
) -> None:
    clock.shift(600)
    assert alice.fetch("/api/price/").json() == {"price": 5}
    assert alice.signed_in == ""


@pytest.mark.parametrize(("path", "status"), [("/rest/open/", 200), ("/rest/closed/", 401)])
def test_a_view_of_rest_framework_needs_nobody_only_if_its_permissions_say_so(
    the_site: None, alice: Visitor, clock: Traveller, path: str, status: int
) -> None:
    clock.shift(600)
    assert alice.fetch(path).status_code == status


# Pages without a view


@pytest.mark.parametrize(
    ("content_type", "extends"), [("text/html; charset=utf-8", True), ("image/png", False)]
)
def test_a_page_that_a_middleware_makes_is_an_act(
    settings: Settings, alice: Visitor, clock: Traveller, content_type: str, extends: bool
) -> None:
    """As FlatpageFallbackMiddleware makes it, after the URL was not found."""
    settings.MIDDLEWARE = stack(after="tests.neighbours.falls_back")
    for _ in range(12):
        clock.shift(60)
        response = alice.navigate(f"/flat/?as={content_type}")
        assert response.status_code == 200
    assert (alice.signed_in == "alice") is extends
