"""The element for a page that Django does not render, as mount.js fetches it."""

from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings
from time_machine import Traveller

from session_security.sessions import times

from . import settings as plain
from .conftest import NOON
from .neighbours import LOGIN_REQUIRED, WITHOUT, stack
from .test_templatetags import Element, page
from .visitor import FETCH, NAVIGATION, Visitor

ELEMENT = "/session_security/element/"
LOCALE = "django.middleware.locale.LocaleMiddleware"


def fetched(visitor: Visitor, query: str = "", **headers: str) -> Element:
    response = visitor.fetch(ELEMENT + query, **headers)
    assert response.status_code == 200
    return Element(response.content.decode())


def heading(element: Element) -> str:
    """The first words of the warning."""
    return element.html.split('<h2 id="session_security_title">')[1].split("<")[0]


def language_of(element: Element) -> tuple[str | None, str | None]:
    [document] = element.all("html")
    return document["lang"], document["dir"]


def test_it_has_an_address_and_a_name() -> None:
    assert reverse("session_security_element") == ELEMENT


def test_it_gives_what_a_page_of_django_has(alice: Visitor, clock: Traveller) -> None:
    clock.shift(100)
    element, included = fetched(alice), page(alice)
    assert element.options | {"idle": 0.0} == included.options
    assert element.options["idle"] == 100
    for tag in ("session-security", "dialog", "form", "a"):
        assert element.all(tag) == included.all(tag)
    assert [link["href"] for link in element.all("link")] == [
        link["href"] for link in included.all("link")
    ]


def test_it_is_html_that_no_cache_keeps_and_no_page_frames(alice: Visitor) -> None:
    headers = alice.fetch(ELEMENT).headers
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Frame-Options"] == "DENY"


@pytest.fixture
def kept_by_the_site(settings: Settings) -> Iterator[None]:
    settings.CACHE_MIDDLEWARE_SECONDS = 10_000
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *plain.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    yield
    cache.clear()


@pytest.mark.usefixtures("kept_by_the_site")
def test_a_site_that_caches_all_its_pages_does_not_cache_it(
    alice: Visitor, clock: Traveller
) -> None:
    assert fetched(alice).options["idle"] == 0
    clock.shift(100)
    assert fetched(alice).options["idle"] == 100
    alice.post("/leave/")
    assert alice.fetch(ELEMENT).status_code == 204


# Nobody


def test_nobody_gets_nothing(
    visitor: Visitor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = visitor.fetch(ELEMENT)
    assert (response.status_code, response.content) == (204, b"")
    assert "no-store" in response.headers["Cache-Control"]


def test_a_visitor_with_a_session_gets_nothing(visitor: Visitor) -> None:
    visitor.alter(basket=1)
    assert visitor.fetch(ELEMENT).status_code == 204


def test_without_the_middleware_there_is_nothing(settings: Settings, alice: Visitor) -> None:
    settings.MIDDLEWARE = WITHOUT
    assert alice.fetch(ELEMENT).status_code == 204


@pytest.mark.parametrize("headers", [FETCH, NAVIGATION, {}], ids=["script", "page", "old"])
def test_what_comes_too_late_gets_nothing_and_ends_the_session(
    alice: Visitor, clock: Traveller, headers: dict[str, str]
) -> None:
    clock.shift(600)
    response = alice.send("GET", ELEMENT, headers=headers)
    assert response.status_code == 204
    assert not Session.objects.exists()
    # A newer sign-in may have replaced the cookie by now: it is not deleted.
    assert "sessionid" not in response.cookies
    assert len(alice.navigate("/login/").json()["messages"]) == 1


@pytest.mark.parametrize("user", [None, "alice"])
def test_it_is_open_where_all_views_require_a_sign_in(
    settings: Settings, visitor: Visitor, user: str | None
) -> None:
    settings.MIDDLEWARE = stack(after=LOGIN_REQUIRED)
    if user:
        visitor.sign_in(user)
    assert visitor.fetch(ELEMENT).status_code == (200 if user else 204)


def test_while_the_session_can_not_be_read_it_is_to_be_asked_again(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not 204, by which a page would believe that nobody is signed in."""
    monkeypatch.setattr(Session._meta, "db_table", "elsewhere")
    response = alice.fetch(ELEMENT)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


# No human act


@pytest.mark.parametrize("headers", [FETCH, NAVIGATION, {}], ids=["script", "page", "old"])
@pytest.mark.parametrize("counting", [False, True])
def test_asking_for_it_extends_nothing(
    settings: Settings, alice: Visitor, clock: Traveller, headers: dict[str, str], counting: bool
) -> None:
    settings.SESSION_SECURITY_COUNT_FETCH = counting
    clock.shift(500)
    assert alice.send("GET", f"{ELEMENT}?idleFor=0", headers=headers).status_code == 200
    assert times.last_activity(alice.session) == NOON


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_only_gives(alice: Visitor, method: str) -> None:
    alice.client.handler.enforce_csrf_checks = False
    assert alice.send(method, ELEMENT).status_code == 405


# The language


def test_the_words_are_in_the_language_of_the_browser(settings: Settings, alice: Visitor) -> None:
    settings.MIDDLEWARE = stack(before=LOCALE)
    element = fetched(alice, Accept_Language="de-AT,de;q=0.9,en;q=0.5")
    with translation.override("de"):
        assert heading(element) == translation.gettext("Your session is about to expire")
    assert heading(element) != "Your session is about to expire"
    assert language_of(element) == ("de", "ltr")
    assert element.options["language"] == "de"


@pytest.mark.parametrize(("asked", "given"), [("fr", "fr"), ("FR-ca", "fr"), ("pt-br", "pt-br")])
@pytest.mark.parametrize("middleware", [True, False])
def test_the_page_can_ask_for_a_language(
    settings: Settings, alice: Visitor, asked: str, given: str, middleware: bool
) -> None:
    """Also where nothing else decides on one, or decides otherwise."""
    if middleware:
        settings.MIDDLEWARE = stack(before=LOCALE)
    response = alice.fetch(f"{ELEMENT}?language={asked}", Accept_Language="de")
    element = Element(response.content.decode())
    assert language_of(element) == (given, "ltr")
    assert element.options["language"] == given
    assert response.headers["Content-Language"] == given


@pytest.mark.parametrize("asked", ["", "xx", "tlh-Latn", "%00", "..%2F..", "d" * 2000, "de%0A"])
def test_a_language_that_the_site_does_not_have_changes_nothing(alice: Visitor, asked: str) -> None:
    assert language_of(fetched(alice, f"?language={asked}")) == ("en-us", "ltr")


def test_a_language_from_right_to_left_says_so(alice: Visitor) -> None:
    assert language_of(fetched(alice, "?language=ar")) == ("ar", "rtl")
