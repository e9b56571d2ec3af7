"""MAX_AGE counts from when the person showed who they are."""

from collections.abc import Callable

import pytest
from django.contrib.auth import authenticate, get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from pytest_django import Settings
from time_machine import Traveller

from session_security.policy import Reason
from session_security.requests import CREDENTIALS

from . import meanwhile, views
from .conftest import ENGINES, During
from .neighbours import stack
from .visitor import Visitor

HOUR, QUARTER = 3600, 900
WORD = "correct horse battery staple"


@csrf_exempt
@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """As Django's own view does it."""
    form = AuthenticationForm(request, request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    login(request, form.get_user())
    return HttpResponse("welcome")


urlpatterns = [
    path("accounts/login/", sign_in),
    path("", include("tests.urls")),
]

on_the_server = pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)


@pytest.fixture(autouse=True)
def _limit(settings: Settings) -> None:
    settings.SESSION_SECURITY_MAX_AGE = HOUR
    settings.SESSION_SECURITY_EXPIRE_AFTER = 1200
    settings.SESSION_SECURITY_WARN_AFTER = 1100
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ROOT_URLCONF = "tests.test_absolute_limit"


@pytest.fixture
def person(engine: str, visitor: Visitor) -> Visitor:
    """Somebody who signed in at noon, by user name and password."""
    for user in get_user_model().objects.all():
        user.set_password(WORD)
        user.save()
    give_password(visitor)
    assert visitor.signed_in == "alice"
    return visitor


def give_password(visitor: Visitor, name: str = "alice") -> None:
    response = visitor.post("/accounts/login/", {"username": name, "password": WORD})
    assert response.content == b"welcome"


def renew(request: HttpRequest) -> None:
    """What a package does that signs in by itself: the same person, not asked for anything."""
    user = get_user_model().objects.get(username="alice")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")


def hijack(request: HttpRequest) -> None:
    """What a package does with which one works as somebody else, and comes back."""
    name = "bob" if request.user.get_username() == "alice" else "alice"
    user = get_user_model().objects.get(username=name)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")


def authenticate_again(request: HttpRequest) -> None:
    """A sign-in of the site's own, by a password."""
    user = authenticate(request, username="alice", password=WORD)
    assert user
    login(request, user)


@pytest.mark.parametrize("code", [renew, hijack])
def test_signing_in_without_the_person_puts_nothing_off(
    engine: str,
    person: Visitor,
    clock: Traveller,
    during: During,
    ended: list[Reason],
    code: Callable[[HttpRequest], None],
) -> None:
    during(code)
    for _ in range(3):
        clock.shift(QUARTER)
        assert person.navigate("/during/").content == b"done"
    assert person.ping().json()["absoluteIn"] == QUARTER
    clock.shift(QUARTER - 1)
    assert person.navigate("/private/").content == b"private"
    clock.shift(1)
    assert person.navigate("/private/").status_code == 302
    assert ended == ["absolute"]


@pytest.mark.parametrize("code", [renew, hijack])
def test_whoever_is_not_signed_in_starts_with_the_sign_in(
    engine: str,
    visitor: Visitor,
    clock: Traveller,
    during: During,
    code: Callable[[HttpRequest], None],
) -> None:
    """A package may sign in by a link or a certificate, of which nothing is known here."""
    clock.shift(HOUR)
    during(code)
    visitor.navigate("/during/")
    assert visitor.signed_in == "alice"
    assert visitor.ping().json()["absoluteIn"] == HOUR


def test_a_password_starts_it_anew(
    engine: str, person: Visitor, clock: Traveller, ended: list[Reason]
) -> None:
    for _ in range(3):
        clock.shift(QUARTER)
        person.navigate("/")
    give_password(person)
    assert person.ping().json()["absoluteIn"] == HOUR
    for _ in range(3):
        clock.shift(QUARTER)
        assert person.navigate("/private/").content == b"private"
    clock.shift(QUARTER)
    assert person.navigate("/private/").status_code == 302
    assert ended == ["absolute"]


def test_a_view_that_says_that_it_asks_for_a_password_starts_it_anew(
    engine: str,
    person: Visitor,
    clock: Traveller,
    during: During,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.shift(QUARTER)
    during(authenticate_again)
    person.navigate("/during/")
    assert person.ping().json()["absoluteIn"] == HOUR - QUARTER
    monkeypatch.setattr(views.during, CREDENTIALS, True, raising=False)
    during(authenticate_again)
    person.navigate("/during/")
    assert person.ping().json()["absoluteIn"] == HOUR


def test_signing_out_and_in_again_starts_it_anew(
    engine: str, person: Visitor, clock: Traveller
) -> None:
    clock.shift(QUARTER)
    person.post("/leave/")
    give_password(person, "bob")
    assert person.ping().json()["absoluteIn"] == HOUR


@on_the_server
def test_a_slow_view_does_not_put_the_old_start_back(
    engine: str, person: Visitor, clock: Traveller, during: During, ended: list[Reason]
) -> None:
    """The person signs in again in another tab, in the same session, while the view runs."""

    def slow(request: HttpRequest) -> None:
        request.session["basket"] = 1
        give_password(person.tab())

    for _ in range(3):
        clock.shift(QUARTER)
        person.navigate("/")
    during(slow)
    key = person.key
    assert person.navigate("/during/").content == b"done"
    assert person.key == key
    assert person.session["basket"] == 1
    assert person.ping().json()["absoluteIn"] == HOUR
    clock.shift(QUARTER)
    assert person.navigate("/private/").content == b"private"
    assert ended == []


@on_the_server
def test_signing_in_again_meanwhile_keeps_a_session_that_seemed_too_old(
    engine: str, settings: Settings, person: Visitor, clock: Traveller, ended: list[Reason]
) -> None:
    for _ in range(3):
        clock.shift(QUARTER)
        person.navigate("/")
    clock.shift(QUARTER - 1)

    def sign_in_again() -> None:
        give_password(person.tab())
        clock.shift(1)

    settings.MIDDLEWARE = stack(before=meanwhile.READ)
    meanwhile.read.let_happen(sign_in_again)
    assert person.navigate("/private/").content == b"private"
    assert ended == []
