"""Two tabs at the login page, and a sign-in in each."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model
from pytest_django import Settings

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
