"""What 2.x documented, and what a site of 2.6.8 may rest on."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.loader import get_template
from django.urls import path, reverse, reverse_lazy
from pytest_django import DjangoAssertNumQueries, Settings
from time_machine import Traveller

import session_security.settings
from session_security.middleware import SessionSecurityMiddleware
from session_security.sessions import times
from session_security.utils import get_last_activity, set_last_activity
from session_security.views import PingView

from . import settings as plain
from . import urls
from .conftest import NOON
from .neighbours import LOGIN_BEHIND, OURS, OwnPing, OwnPingWithOurs, own_ping, stack
from .visitor import FETCH, PING, Visitor

# Settings


def test_settings_can_be_imported(settings: Settings) -> None:
    from session_security.settings import (
        EXPIRE_AFTER,
        PASSIVE_URL_NAMES,
        PASSIVE_URLS,
        REDIRECT_TO_LOGOUT,
        WARN_AFTER,
    )

    assert (WARN_AFTER, EXPIRE_AFTER) == (540, 600)
    assert (PASSIVE_URLS, PASSIVE_URL_NAMES, REDIRECT_TO_LOGOUT) == ([], [], False)


def test_settings_of_the_module_follow_those_of_the_site(settings: Settings) -> None:
    settings.SESSION_SECURITY_EXPIRE_AFTER = 1200
    settings.SESSION_SECURITY_PASSIVE_URLS = ["/a/"]
    assert session_security.settings.EXPIRE_AFTER == 1200
    assert session_security.settings.PASSIVE_URLS == ["/a/"]
    settings.SESSION_SECURITY_WARN_AFTER = -1
    assert session_security.settings.WARN_AFTER == 540


def test_what_was_never_a_setting_is_none() -> None:
    with pytest.raises(AttributeError, match="NO_SUCH_NAME"):
        session_security.settings.NO_SUCH_NAME  # noqa: B018


def test_the_settings_of_a_2x_site_work_unchanged(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.SESSION_SECURITY_WARN_AFTER = 5
    settings.SESSION_SECURITY_EXPIRE_AFTER = 10
    settings.SESSION_SECURITY_PASSIVE_URLS = [reverse_lazy("monitor:read")]
    settings.SESSION_SECURITY_PASSIVE_URL_NAMES = ["poll"]
    settings.SESSION_SECURITY_REDIRECT_TO_LOGOUT = True
    settings.SESSION_SECURITY_INSECURE = True
    clock.shift(9)
    assert alice.get("/").content == b"public"
    clock.shift(9)
    assert alice.get("/monitor/poll/").status_code == 200
    assert alice.get("/monitor/read/").status_code == 200
    clock.shift(1)
    assert alice.get("/private/").status_code == 302


# Files and URLs


def test_templates_and_statics_are_where_they_were() -> None:
    for name in ("all.html", "dialog.html"):
        get_template(f"session_security/{name}")
    for name in ("script.js", "style.css"):
        assert finders.find(f"session_security/{name}")


def test_the_ping_speaks_as_it_did(alice: Visitor, clock: Traveller) -> None:
    url = reverse("session_security_ping")
    assert url.endswith("/ping/")
    clock.shift(42)
    assert alice.get(url, X_Requested_With="XMLHttpRequest").content == b"42"
    assert alice.get(f"{url}?idleFor=20", X_Requested_With="XMLHttpRequest").content == b"20"
    clock.shift(580)
    response = alice.get(f"{url}?idleFor=1", X_Requested_With="XMLHttpRequest")
    assert response.content == b'"logout"'
    assert response.status_code == 200


# utils


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("use_tz", [True, False])
def test_a_naive_time_is_local_and_compares_with_now(
    settings: Settings, alice: Visitor, clock: Traveller, zone: str, use_tz: bool
) -> None:
    settings.USE_TZ, settings.TIME_ZONE = use_tz, zone
    session = alice.session
    assert get_last_activity(session) == datetime.now()
    set_last_activity(session, datetime.now() - timedelta(seconds=90))
    assert datetime.now() - get_last_activity(session) == timedelta(seconds=90)
    assert times.last_activity(session) == NOON - timedelta(seconds=90)
    session.save()
    assert alice.ping().json()["idle"] == 90


def test_an_aware_time_is_taken_for_what_it_is(settings: Settings, alice: Visitor) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    session = alice.session
    set_last_activity(session, NOON - timedelta(seconds=30))
    assert times.last_activity(session) == NOON - timedelta(seconds=30)
    assert get_last_activity(session) == datetime(2026, 1, 15, 12, 59, 30)


def test_the_value_of_2x_is_read(settings: Settings, alice: Visitor) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    session = alice.session
    session["_session_security"] = "2026-01-15T12:59:30.500000"
    assert get_last_activity(session) == datetime(2026, 1, 15, 12, 59, 30, 500_000)


def test_without_a_value_it_is_now(alice: Visitor) -> None:
    session = alice.session
    del session["_session_security"]
    assert get_last_activity(session) == datetime.now()


def test_an_unreadable_value_is_long_ago(alice: Visitor) -> None:
    session = alice.session
    session["_session_security"] = "yesterday"
    assert datetime.now() - get_last_activity(session) > timedelta(days=365_000)


# The hooks of the middleware


class Hooked(SessionSecurityMiddleware):
    """A site's own middleware, as the documentation of 2.x had it."""

    calls: ClassVar[list[str]] = []

    def is_passive_request(self, request: HttpRequest) -> bool:
        get_user_model().objects.count()  # a hook may ask the database, under ASGI too
        return request.path.startswith("/name/") or super().is_passive_request(request)

    def get_expire_seconds(self, request: HttpRequest) -> float:
        if request.user.get_username() == "bob":
            return 60
        return super().get_expire_seconds(request)

    def is_authenticated(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and "trusted" not in request.session

    def do_logout(self, request: HttpRequest) -> None:
        self.calls.append(request.user.get_username())
        super().do_logout(request)


class Customers(SessionSecurityMiddleware):
    """People who are signed in by a site's own means, without Django's users."""

    calls: ClassVar[list[str]] = []

    def is_authenticated(self, request: HttpRequest) -> bool:
        return "customer" in request.session

    def do_logout(self, request: HttpRequest) -> None:
        self.calls.append(request.session["customer"])
        request.session.flush()


class Lenient(SessionSecurityMiddleware):
    """Signs out by a flag of its own, and leaves Django's user in the session."""

    def do_logout(self, request: HttpRequest) -> None:
        request.session["locked"] = True


@pytest.fixture
def hooked(settings: Settings) -> Iterator[type[Hooked]]:
    settings.MIDDLEWARE = [
        path.replace(OURS, "tests.test_compat.Hooked") for path in plain.MIDDLEWARE
    ]
    yield Hooked
    Hooked.calls.clear()


@pytest.fixture
def customers(settings: Settings) -> Iterator[type[Customers]]:
    settings.MIDDLEWARE = [
        path.replace(OURS, "tests.test_compat.Customers") for path in plain.MIDDLEWARE
    ]
    yield Customers
    Customers.calls.clear()


def test_a_subclass_decides_what_is_passive(
    hooked: type[Hooked], alice: Visitor, clock: Traveller
) -> None:
    clock.shift(400)
    assert alice.get("/name/").content == b"alice"
    assert alice.fetch("/").content == b"public"
    assert times.last_activity(alice.session) == NOON
    alice.get("/")
    assert times.last_activity(alice.session) == NOON + timedelta(seconds=400)


def test_a_subclass_decides_on_the_timeout(
    hooked: type[Hooked], visitor: Visitor, clock: Traveller
) -> None:
    for name, seconds, warning in [("bob", 60, 54), ("alice", 600, 540)]:
        visitor.sign_in(name)
        answer = visitor.ping().json()
        assert (answer["expireAfter"], answer["warnAfter"]) == (seconds, warning)
        clock.shift(seconds - 0.5)
        assert visitor.get("/name/").content.decode() == name
        clock.shift(0.5)
        assert visitor.get("/private/").status_code == 302


def test_a_subclass_decides_who_is_signed_in(
    hooked: type[Hooked], alice: Visitor, clock: Traveller
) -> None:
    alice.alter(trusted=True)
    clock.shift(10_000)
    assert alice.get("/private/").content == b"private"
    assert alice.get("/element/").content.strip() == b""
    assert alice.ping(idleFor=0).json() == {"state": "expired", "reason": "anonymous"}
    assert times.last_activity(alice.session) == NOON
    alice.alter(trusted=...)
    assert alice.get("/private/").status_code == 302


def test_a_subclass_sees_the_user_whom_it_signs_out(
    hooked: type[Hooked], alice: Visitor, clock: Traveller
) -> None:
    clock.shift(600)
    assert alice.get("/private/").status_code == 302
    assert hooked.calls == ["alice"]
    assert alice.key == ""


def test_whatever_a_subclass_does_the_user_is_gone_from_the_request(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.MIDDLEWARE = [
        path.replace(OURS, "tests.test_compat.Lenient") for path in plain.MIDDLEWARE
    ]
    clock.shift(600)
    assert alice.get("/name/").content == b""
    assert alice.get("/aname/").content == b""


def test_people_whom_only_a_subclass_knows_are_signed_out_too(
    customers: type[Customers], engine: str, visitor: Visitor, clock: Traveller
) -> None:
    visitor.alter(customer="carol")
    for _ in range(3):
        assert visitor.get("/").content == b"public"
        clock.shift(599)
    visitor.get("/")
    clock.shift(600)
    assert visitor.get("/").content == b"public"
    assert customers.calls == ["carol"]
    assert "customer" not in visitor.session


def test_people_whom_only_a_subclass_knows_can_ping(
    customers: type[Customers], visitor: Visitor, clock: Traveller
) -> None:
    visitor.alter(customer="carol")
    visitor.get("/")
    clock.shift(100)
    response = visitor.ping(idleFor=20)
    assert response.status_code == 200
    assert response.json()["idle"] == 20
    assert visitor.get("/element/").status_code == 200


@pytest.mark.parametrize("value", [0, -1, None, "600"], ids=repr)
def test_instead_of_a_timeout_that_is_none_those_of_the_settings_are_used(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    hooked: type[Hooked],
    alice: Visitor,
    value: Any,
) -> None:
    monkeypatch.setattr(hooked, "get_expire_seconds", lambda self, request: value)
    assert alice.ping().json()["expireAfter"] == 600
    assert "get_expire_seconds failed; the timeouts of the settings are used" in caplog.text


def test_a_hook_that_raises_is_logged_and_the_site_answers(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    hooked: type[Hooked],
    alice: Visitor,
) -> None:
    def fail(self: object, request: HttpRequest) -> float:
        raise LookupError("no profile")

    monkeypatch.setattr(hooked, "get_expire_seconds", fail)
    assert alice.get("/").status_code == 200
    assert "no profile" in caplog.text


def test_a_timeout_may_be_a_timedelta(
    monkeypatch: pytest.MonkeyPatch, hooked: type[Hooked], alice: Visitor
) -> None:
    monkeypatch.setattr(hooked, "get_expire_seconds", lambda *_: timedelta(minutes=20))
    assert alice.ping().json()["expireAfter"] == 1200


# Other methods of a subclass


def use(settings: Settings, middleware: str) -> None:
    settings.MIDDLEWARE = [
        path.replace(OURS, f"tests.neighbours.{middleware}") for path in plain.MIDDLEWARE
    ]


WITH_METHODS = ["Skipping", "Looking", "LookingTwice", "LookingLater", "composed", "Old"]


@pytest.mark.parametrize("middleware", WITH_METHODS)
def test_whatever_methods_it_has_who_works_stays_and_who_leaves_is_signed_out(
    settings: Settings, visitor: Visitor, clock: Traveller, middleware: str
) -> None:
    use(settings, middleware)
    visitor.sign_in("alice")
    for _ in range(3):
        clock.shift(595)
        assert visitor.navigate("/private/").content == b"private"
    clock.shift(595)
    assert visitor.ping(idleFor=0).json()["state"] == "active"
    clock.shift(600)
    assert visitor.navigate("/private/").status_code == 302


def test_a_call_of_its_own_may_pass_over_a_path(
    settings: Settings, visitor: Visitor, clock: Traveller
) -> None:
    """What is never checked extends nothing."""
    use(settings, "Skipping")
    visitor.sign_in("alice")
    clock.shift(599)
    assert visitor.navigate("/name/").content == b"alice"
    clock.shift(1)
    assert visitor.navigate("/name/").content == b"alice"
    assert visitor.navigate("/private/").status_code == 302


@pytest.mark.parametrize("middleware", ["Looking", "LookingLater"])
def test_a_process_view_of_its_own_is_called_after_ours(
    settings: Settings, visitor: Visitor, clock: Traveller, middleware: str
) -> None:
    use(settings, middleware)
    visitor.sign_in("alice")
    clock.shift(300)
    assert visitor.navigate("/element/").content == b"away"
    assert times.last_activity(visitor.session) == NOON + timedelta(seconds=300)


def test_an_act_that_another_middleware_has_refused_is_none(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    """Django's check on forged requests answers before ours is asked."""
    clock.shift(300)
    assert alice.post("/private/").status_code == 403
    assert times.last_activity(alice.session) == NOON


# A view of the site's own for the ping


class WithOwnPing:
    """The URLs of the site, with another view for the ping before ours."""

    def __init__(self, view: Any) -> None:
        name = "session_security_ping"
        self.urlpatterns = [path("session_security/ping/", view, name=name), *urls.urlpatterns]


OWN_PINGS: dict[str, Any] = {
    "class": OwnPing.as_view(),
    "class that calls ours": OwnPingWithOurs.as_view(),
    "function": own_ping,
}


@pytest.mark.parametrize("view", OWN_PINGS)
def test_who_acts_in_the_page_stays_whatever_view_answers_the_ping(
    settings: Settings, visitor: Visitor, clock: Traveller, view: str
) -> None:
    """In 2.x the middleware took the reports."""
    settings.ROOT_URLCONF = WithOwnPing(OWN_PINGS[view])
    visitor.sign_in("alice")
    for _ in range(3):
        clock.shift(500)
        response = visitor.send("GET", f"{PING}?idleFor=12", headers=FETCH)
        assert response.content == b"12"
    clock.shift(588)
    assert visitor.navigate("/private/").status_code == 302


@pytest.mark.parametrize("view", ["class", "class that calls ours"])
def test_a_post_gets_the_answer_of_a_view_that_has_a_get_alone(
    settings: Settings, visitor: Visitor, clock: Traveller, view: str
) -> None:
    settings.ROOT_URLCONF = WithOwnPing(OWN_PINGS[view])
    visitor.sign_in("alice")
    clock.shift(500)
    response = visitor.ping(idleFor="12.5")
    assert response.status_code == 200
    assert response.content == b"12"
    assert response.headers.get("X-Shift") == ("night" if "ours" in view else None)
    assert times.last_activity(visitor.session) == NOON + timedelta(seconds=487.5)
    without = visitor.send("POST", PING, "idleFor=0", headers=FETCH)
    assert without.status_code == 403


@pytest.mark.parametrize("view", OWN_PINGS)
def test_a_question_to_a_view_of_the_site_s_own_extends_nothing(
    settings: Settings, visitor: Visitor, clock: Traveller, view: str
) -> None:
    settings.ROOT_URLCONF = WithOwnPing(OWN_PINGS[view])
    visitor.sign_in("alice")
    clock.shift(500)
    assert visitor.send("GET", PING, headers=FETCH).content == b"500"
    image = FETCH | {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"}
    visitor.send("GET", f"{PING}?idleFor=0", headers=image)
    visitor.send("GET", f"{PING}?idleFor=0", headers=FETCH | {"Sec-Fetch-Site": "cross-site"})
    assert times.last_activity(visitor.session) == NOON


class WithGuardedPing(WithOwnPing):
    """The ping for signed-in users alone, as sites do by habit."""

    def __init__(self) -> None:
        super().__init__(login_required(PingView.as_view()))


@pytest.mark.parametrize("guard", ["decorator", "middleware"])
def test_a_page_that_asks_too_late_is_told_though_the_site_leads_it_to_the_login_page(
    settings: Settings, visitor: Visitor, clock: Traveller, guard: str
) -> None:
    """Its script would follow, and find a page instead of an answer."""
    if guard == "decorator":
        settings.ROOT_URLCONF = WithGuardedPing()
    else:
        settings.MIDDLEWARE = stack(after=LOGIN_BEHIND)
    visitor.sign_in("alice")
    clock.shift(600)
    first, second = visitor.ping(idleFor=600), visitor.ping(idleFor=600)
    assert (first.status_code, first.json()) == (401, {"state": "expired", "reason": "idle"})
    assert second.json() == {"state": "expired", "reason": "anonymous"}
    assert second.headers["X-Session-Expired"] == "anonymous"
    by_get = visitor.send("GET", f"{PING}?idleFor=600", headers=FETCH)
    assert (by_get.status_code, by_get.content) == (200, b'"logout"')
    assert by_get.headers["Cache-Control"] == "no-store"
    assert visitor.navigate("/private/").status_code == 302


# 2.6.8 as it ran


def test_more_than_a_day_is_more_than_a_day(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    """Defect of 2.6.8: ``.seconds`` for ``total_seconds()``: 86,430 s idle reads as 30."""
    settings.SESSION_SECURITY_EXPIRE_AFTER = 100_000
    clock.shift(86_430)
    assert alice.get("/session_security/ping/").content == b"86430"
    clock.shift(13_570)
    assert alice.get("/private/").status_code == 302


def test_a_page_costs_no_more_than_django(
    alice: Visitor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """2.6.8 needs 3 more queries, and sends a cookie with every response."""
    with django_assert_num_queries(2):
        assert not alice.get("/private/").cookies
