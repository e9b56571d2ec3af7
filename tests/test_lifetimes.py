"""Cookies and rows that must live as long as their user works, and clocks that are wrong."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from pytest_django import Settings
from time_machine import Traveller

from session_security.sessions import times

from .conftest import NOON, During
from .visitor import Visitor

HOUR = 3600


@pytest.fixture
def lasting(settings: Settings) -> None:
    """Cookies with a date, half an hour away."""
    settings.SESSION_EXPIRE_AT_BROWSER_CLOSE = False
    settings.SESSION_COOKIE_AGE = 1800


# An age slides while somebody works


@pytest.mark.parametrize("act", ["page", "report"])
def test_three_hours_of_work_with_a_cookie_of_half_an_hour(
    engine: str, lasting: None, visitor: Visitor, clock: Traveller, act: str
) -> None:
    """In 2.x this slid as a side effect of writing with every request."""
    visitor.sign_in("alice")
    renewals = 0
    for _ in range(3 * HOUR // 300):
        clock.shift(300)
        response = visitor.navigate("/private/") if act == "page" else visitor.ping(idleFor=0)
        assert response.status_code == 200
        renewals += "sessionid" in response.cookies
    if engine != "signed_cookies":
        assert renewals <= 3 * HOUR / 450
    clock.shift(600)
    assert visitor.signed_in == ""


@pytest.mark.parametrize("age", [1800, 1200, 700, 650])
@pytest.mark.parametrize("pause", [60, 170, 290, 580])
def test_a_cookie_outlives_every_pause_that_is_short_enough(
    settings: Settings, lasting: None, visitor: Visitor, clock: Traveller, age: int, pause: int
) -> None:
    settings.SESSION_COOKIE_AGE = age
    visitor.sign_in("alice")
    for _ in range(1800 // pause):
        clock.shift(pause)
        assert visitor.navigate("/private/").status_code == 200


def test_a_cookie_of_less_than_the_idle_timeout_slides_too(
    settings: Settings, lasting: None, visitor: Visitor, clock: Traveller
) -> None:
    settings.SESSION_COOKIE_AGE = 300
    visitor.sign_in("alice")
    for _ in range(5):
        clock.shift(280)
        assert visitor.navigate("/private/").status_code == 200


def test_a_row_is_renewed_with_each_act_that_is_stored(
    lasting: None, visitor: Visitor, clock: Traveller
) -> None:
    visitor.sign_in("alice")
    for _ in range(3):
        clock.shift(100)
        visitor.ping(idleFor=0)
        assert Session.objects.get().expire_date == timezone.now() + timedelta(seconds=1800)


def test_a_session_may_slide_by_an_expiry_of_its_own(
    engine: str, settings: Settings, visitor: Visitor, clock: Traveller, during: During
) -> None:
    if engine == "signed_cookies":
        settings.SESSION_COOKIE_AGE = 1800  # that engine knows no other
    visitor.sign_in("alice")
    during(lambda request: request.session.set_expiry(300))
    visitor.navigate("/during/")
    for _ in range(20):
        clock.shift(200)
        assert visitor.navigate("/private/").status_code == 200
    clock.shift(300)
    assert visitor.key == "" or visitor.signed_in == ""


def test_a_date_is_not_put_off(visitor: Visitor, clock: Traveller, during: During) -> None:
    def until_one(request: HttpRequest) -> None:
        request.session.set_expiry(NOON + timedelta(seconds=HOUR))

    visitor.sign_in("alice")
    during(until_one)
    visitor.navigate("/during/")
    for _ in range(11):
        clock.shift(300)
        response = visitor.navigate("/private/")
        assert response.status_code == 200
        assert not response.cookies
    clock.shift(300)
    assert visitor.navigate("/private/").status_code == 302


def test_a_cookie_that_ends_with_the_browser_is_never_sent_again(
    visitor: Visitor, clock: Traveller
) -> None:
    assert visitor.sign_in("alice").cookies["sessionid"]["max-age"] == ""
    for _ in range(10):
        clock.shift(300)
        assert not visitor.navigate("/private/").cookies
        assert not visitor.ping(idleFor=0).cookies


def test_a_view_may_ask_for_the_end_with_the_browser(
    lasting: None, visitor: Visitor, clock: Traveller, during: During
) -> None:
    visitor.sign_in("alice")
    during(lambda request: request.session.set_expiry(0))
    visitor.navigate("/during/")
    for _ in range(20):
        clock.shift(300)
        response = visitor.navigate("/private/")
        assert response.status_code == 200
        assert not response.cookies


def test_polling_renews_no_cookie(lasting: None, visitor: Visitor, clock: Traveller) -> None:
    visitor.sign_in("alice")
    for _ in range(5):
        clock.shift(100)
        assert not visitor.fetch("/").cookies
        assert not visitor.ping().cookies


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("samesite", ["Lax", "Strict", None])
def test_a_renewed_cookie_is_like_the_one_that_django_sent(
    settings: Settings,
    lasting: None,
    visitor: Visitor,
    clock: Traveller,
    secure: bool,
    samesite: str | None,
) -> None:
    settings.SESSION_COOKIE_NAME = "id"
    settings.SESSION_COOKIE_DOMAIN = "testserver"
    settings.SESSION_COOKIE_HTTPONLY = secure
    settings.SESSION_COOKIE_SECURE = secure
    settings.SESSION_COOKIE_SAMESITE = samesite
    first = visitor.sign_in("alice").cookies["id"]
    clock.shift(500)
    response = visitor.navigate("/private/")
    again = response.cookies["id"]
    assert again.value == first.value
    assert again["expires"] == "Thu, 15 Jan 2026 12:38:20 GMT"
    assert dict(again) | {"expires": ""} == dict(first) | {"expires": ""}
    assert response.headers["Vary"] == "Cookie"


def test_the_cookie_is_renewed_even_if_the_page_fails(
    lasting: None, visitor: Visitor, clock: Traveller
) -> None:
    visitor.sign_in("alice")
    clock.shift(500)
    assert "sessionid" in visitor.navigate("/fails/").cookies


def test_signing_out_sends_no_cookie_back(
    lasting: None, visitor: Visitor, clock: Traveller
) -> None:
    visitor.sign_in("alice")
    clock.shift(500)
    assert visitor.navigate("/leave/").cookies["sessionid"]["max-age"] == 0
    assert visitor.key == ""


def test_a_new_key_is_the_one_that_is_sent(
    lasting: None, visitor: Visitor, clock: Traveller, during: During
) -> None:
    """A changed password changes the key; the old one must not come back by us."""
    visitor.sign_in("alice")
    during(lambda request: request.session.cycle_key())
    clock.shift(500)
    old = visitor.key
    visitor.navigate("/during/")
    assert visitor.key != old
    assert visitor.signed_in == "alice"


# Clocks


def test_a_clock_that_was_an_hour_ahead_gives_no_hour_away(
    alice: Visitor, clock: Traveller
) -> None:
    """The last act lies in the future then, and a maximum of the two would keep it for ever."""
    alice.alter(_session_security=(NOON + timedelta(hours=1)).isoformat())
    assert alice.fetch("/private/").status_code == 200
    assert times.last_activity(alice.session) == NOON
    clock.shift(600)
    assert alice.signed_in == ""


@pytest.mark.parametrize("send", ["navigate", "fetch", "ping"])
def test_a_time_in_the_future_is_rewritten_by_whatever_comes_first(
    alice: Visitor, clock: Traveller, send: str
) -> None:
    alice.alter(_session_security=(NOON + timedelta(days=365)).isoformat())
    clock.shift(100)
    if send == "ping":
        answer = alice.ping(idleFor=50).json()
        assert answer["idle"] == pytest.approx(0, abs=1)
    else:
        assert getattr(alice, send)("/").status_code == 200
    last = times.last_activity(alice.session)
    assert last
    assert last <= NOON + timedelta(seconds=100)


def test_a_start_in_the_future_gives_no_longer_life(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    """The clock was a day ahead at sign-in; MAX_AGE is meant all the same."""
    settings.SESSION_SECURITY_MAX_AGE = HOUR
    alice.alter(_session_security_started=(NOON + timedelta(days=1)).isoformat())
    for _ in range(HOUR // 300):
        alice.navigate("/")
        clock.shift(300)
    assert alice.ping().json() == {"state": "expired", "reason": "absolute"}


def test_a_clock_that_is_put_forward_ends_what_it_must(alice: Visitor, clock: Traveller) -> None:
    """Nobody can tell an hour that was skipped from an hour that passed."""
    clock.shift(HOUR)
    assert alice.signed_in == ""


def test_a_clock_that_is_put_back_ends_nothing(alice: Visitor, clock: Traveller) -> None:
    clock.shift(-HOUR)
    assert alice.navigate("/private/").status_code == 200
    clock.shift(590)
    assert alice.navigate("/private/").status_code == 200
    clock.shift(600)
    assert alice.signed_in == ""


# Daylight saving


@pytest.fixture(params=[True, False], ids=["USE_TZ", "naive"])
def berlin(settings: Settings, request: pytest.FixtureRequest) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    settings.USE_TZ = request.param


@pytest.mark.parametrize("start", ["2026-03-29T00:55:00+00:00", "2026-10-25T00:55:00+00:00"])
@pytest.mark.usefixtures("berlin")
def test_working_through_the_night_of_the_change(
    visitor: Visitor, clock: Traveller, start: str
) -> None:
    """Defect of 2.6.8: naive local time; in spring daylight saving signs active users out."""
    clock.move_to(start)
    visitor.sign_in("alice")
    for _ in range(10):
        clock.shift(590)
        assert visitor.navigate("/private/").status_code == 200


@pytest.mark.parametrize("start", ["2026-03-29T00:55:00+00:00", "2026-10-25T00:55:00+00:00"])
@pytest.mark.usefixtures("berlin")
def test_leaving_in_the_night_of_the_change(visitor: Visitor, clock: Traveller, start: str) -> None:
    """And in autumn it gives an hour away."""
    clock.move_to(start)
    visitor.sign_in("alice")
    clock.shift(599)
    assert visitor.signed_in == "alice"
    clock.shift(1)
    assert visitor.signed_in == ""
