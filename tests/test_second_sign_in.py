"""Two tabs at the login page, and a sign-in in each."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model
from pytest_django import Settings
from time_machine import Traveller

from .visitor import NAVIGATION, Visitor

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.urls_with_login"
    settings.LOGIN_URL = LOGIN
    settings.SESSION_SECURITY_INSERT_INTO = []


@pytest.fixture
def person(visitor: Visitor) -> Visitor:
    get_user_model().objects.create_user("carol", password="right")
    return visitor


def form(visitor: Visitor) -> dict[str, str]:
    """The login page as it was opened, with its token."""
    html = visitor.navigate(f"{LOGIN}?next=/name/").content.decode()
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', html)
    return {"csrfmiddlewaretoken": token}


def send(visitor: Visitor, opened: dict[str, str], name: str, **values: str) -> Any:
    body = opened | {"username": name, "password": "right"} | values
    return visitor.send("POST", f"{LOGIN}?next=/name/", urlencode(body), headers=NAVIGATION)


def test_whoever_is_signed_in_already_goes_on(person: Visitor) -> None:
    first, second = form(person), form(person)
    assert send(person, first, "carol").url == "/name/"
    assert send(person, second, "carol").url == "/name/"
    assert person.signed_in == "carol"


def test_it_leads_nowhere_else(person: Visitor, settings: Settings) -> None:
    first, second = form(person), form(person)
    send(person, first, "carol")
    response = send(person, second, "carol", next="//evil.example/")
    assert (response.status_code, response.url) == (302, "/")


@pytest.mark.parametrize("name", ["bob", "", "CAROL"])
def test_another_name_is_refused_as_ever(person: Visitor, name: str) -> None:
    first, second = form(person), form(person)
    send(person, first, "carol")
    assert send(person, second, name).status_code == 403


def test_without_a_sign_in_a_wrong_token_is_refused_as_ever(person: Visitor) -> None:
    assert send(person, {"csrfmiddlewaretoken": "x" * 64}, "carol").status_code == 403


def test_other_forms_are_refused_as_ever(person: Visitor) -> None:
    send(person, form(person), "carol")
    response = person.post("/logout/", {"username": "carol", "csrfmiddlewaretoken": "x" * 64})
    assert response.status_code == 403


# The script by which a login page goes on by itself

INCLUDE = '{% include "session_security/all.html" %}'


def element(visitor: Visitor, address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the include puts into the login page."""
    monkeypatch.setattr("tests.urls_with_login.PAGE", INCLUDE)
    return str(visitor.navigate(address).content.decode()).strip()


def test_a_login_page_has_a_script_that_knows_where_to_go_on(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = element(visitor, f"{LOGIN}?next=/name/%3Fa%3D%22", monkeypatch)
    assert re.fullmatch(
        r'<script src="/static/session_security/sign_in.js" data-channel="\w{16}"'
        r' data-ping-url="/session_security/ping/" data-next="/name/\?a=&quot;"></script>',
        html,
    )


ELSEWHERE = ["https://evil.example/", "//evil.example/", "javascript:0", ""]
# Where they stand, a browser sees nothing.
UNSEEN = [f"{path}evil.example/" for path in ("/%09//", "/%0A//", "//%0D/", "/%5C%09/")]


@pytest.mark.parametrize("goal", [*ELSEWHERE, *UNSEEN])
def test_it_goes_nowhere_else(
    visitor: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch, goal: str
) -> None:
    settings.LOGIN_REDIRECT_URL = "/name/"
    assert 'data-next="/name/"' in element(visitor, f"{LOGIN}?next={goal}", monkeypatch)


def test_a_redirect_url_that_names_nothing_is_no_error_of_the_page(
    visitor: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LOGIN_REDIRECT_URL = "nowhere"
    assert 'data-next="/"' in element(visitor, LOGIN, monkeypatch)


def test_whoever_is_signed_in_gets_the_element_there(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = element(alice, LOGIN, monkeypatch)
    assert "<session-security>" in html
    assert "sign_in.js" not in html


def test_the_page_that_comes_right_after_the_end_has_it(
    alice: Visitor, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.shift(600)
    assert "sign_in.js" in element(alice, LOGIN, monkeypatch)


def test_a_url_named_login_has_it_too(
    visitor: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LOGIN_URL = "/elsewhere/"
    assert "sign_in.js" not in element(visitor, LOGIN, monkeypatch)
    assert 'data-next="/admin/"' in element(visitor, "/admin/login/?next=/admin/", monkeypatch)
