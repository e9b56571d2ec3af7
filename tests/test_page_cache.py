"""Pages in Django's own cache, and cookies that name no session: none opens another's page."""

from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie
from pytest_django import Settings
from time_machine import Traveller

from . import settings as plain
from .conftest import ENGINES
from .visitor import Visitor

LONG = 10_000  # seconds that a page stays in the cache

shown: list[str] = []  # to whom the view below was shown, each time it ran


def who(request: HttpRequest) -> HttpResponse:
    name = request.user.get_username()
    shown.append(name)
    return HttpResponse(f"for {name or 'nobody'}")


urlpatterns = [
    path("who/", who),
    path("cached/who/", cache_page(LONG)(vary_on_cookie(who))),
    path("cached/private/", cache_page(LONG)(vary_on_cookie(login_required(who)))),
    path("", include("tests.urls")),
]


@pytest.fixture(params=["site", "view"])
def cached(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    """A page that is kept by the middleware of the site's cache, or by a decorator."""
    settings.ROOT_URLCONF = "tests.test_page_cache"
    settings.CACHE_MIDDLEWARE_SECONDS = LONG
    if request.param == "site":
        settings.MIDDLEWARE = [
            "django.middleware.cache.UpdateCacheMiddleware",
            *plain.MIDDLEWARE,
            "django.middleware.cache.FetchFromCacheMiddleware",
        ]
    yield "/who/" if request.param == "site" else "/cached/who/"
    shown.clear()
    cache.clear()


def copy_of(visitor: Visitor) -> Callable[[], Visitor]:
    """Makes browsers with the cookies that the visitor has now, one like the other."""
    cookies = deepcopy(visitor.client.cookies)

    def make() -> Visitor:
        copy = Visitor(visitor.interface)
        copy.client.cookies = deepcopy(cookies)
        return copy

    return make


@pytest.mark.parametrize("send", ["navigate", "fetch"])
def test_the_cookie_of_a_session_that_has_ended_opens_nothing(
    cached: str, engine: str, alice: Visitor, clock: Traveller, send: str
) -> None:
    late = copy_of(alice)
    assert alice.navigate(cached).content == b"for alice"
    clock.shift(600)
    for _ in range(3):
        assert b"alice" not in getattr(late(), send)(cached).content


@pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)
def test_the_cookie_of_a_session_that_was_left_opens_nothing(
    cached: str, engine: str, alice: Visitor
) -> None:
    late = copy_of(alice)
    assert alice.navigate(cached).content == b"for alice"
    alice.post("/leave/")
    for _ in range(2):
        assert late().navigate(cached).content == b"for nobody"


@pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)
def test_a_cookie_that_no_session_ever_had_is_shown_what_everybody_is_shown(
    cached: str, engine: str, visitor: Visitor, interface: str
) -> None:
    assert Visitor(interface).navigate(cached).content == b"for nobody"
    for number in range(3):
        visitor.present(f"{number}" * 32)
        assert visitor.navigate(cached).content == b"for nobody"
    assert shown == [""]  # one page for all of them


@pytest.mark.parametrize("cached", ["view"], indirect=True)
def test_a_page_that_requires_a_sign_in_requires_it_each_time(
    cached: str, engine: str, alice: Visitor, clock: Traveller
) -> None:
    late = copy_of(alice)
    assert alice.navigate("/cached/private/").content == b"for alice"
    clock.shift(600)
    for _ in range(3):
        assert late().navigate("/cached/private/").status_code == 302


def test_whoever_is_signed_in_is_shown_their_own(
    cached: str, engine: str, alice: Visitor, interface: str, clock: Traveller
) -> None:
    bob = Visitor(interface)
    bob.sign_in("bob")
    clock.shift(100)
    for _ in range(2):
        assert alice.navigate(cached).content == b"for alice"
        assert bob.navigate(cached).content == b"for bob"
        assert Visitor(interface).navigate(cached).content == b"for nobody"
