"""SECRET_KEY is rotated as Django documents: nobody notices."""

import json
from urllib.parse import urlencode

import pytest
from pytest_django import Settings
from time_machine import Traveller

from .conftest import During
from .visitor import NAVIGATION, Visitor

NEW = "the key that has come in the place of the old one, as long"
KEPT = "/session_security/kept/"


def rotate(settings: Settings) -> None:
    """The site is started again with another key."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [settings.SECRET_KEY]


def retire(settings: Settings) -> None:
    """The old key counts no more."""
    settings.SECRET_KEY_FALLBACKS = []


@pytest.fixture(params=["cookie", "session"])
def csrf(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Where the secret of the CSRF protection is; ask for it before ``alice``."""
    settings.CSRF_USE_SESSIONS = request.param == "session"


def page_knows(visitor: Visitor) -> dict[str, str]:
    """What a page of the visitor's tells with its reports: whose it is, and of which sign-in."""
    state = visitor.ping().json()
    page = visitor.navigate("/element/").content.decode()
    known = {"user": state["user"], "signIn": state["signIn"]}
    assert all(json.dumps(value)[1:-1] in page for value in known.values())
    return known


class TestOpenPage:
    """A page that was rendered before the rotation."""

    def test_its_report_counts(
        self, engine: str, csrf: None, settings: Settings, alice: Visitor, clock: Traveller
    ) -> None:
        known = page_knows(alice)
        rotate(settings)
        clock.shift(500)
        answer = alice.ping(idleFor=20, **known).json()
        assert (answer["state"], answer["idle"]) == ("active", 20)
        clock.shift(579)
        assert alice.signed_in == "alice"

    def test_it_is_told_what_it_knows(
        self, engine: str, csrf: None, settings: Settings, alice: Visitor, clock: Traveller
    ) -> None:
        """Another user, or another sign-in, would make it reload, or ask for a new token."""
        known = page_knows(alice)
        rotate(settings)
        for _ in range(3):
            clock.shift(100)
            for report in ({}, {"idleFor": 5}):
                answer = alice.ping(**report, **known).json()
                assert {name: answer[name] for name in known} == known
                assert "csrfToken" not in answer

    def test_it_may_learn_the_new_name_and_report_by_it(
        self, engine: str, settings: Settings, alice: Visitor, clock: Traveller
    ) -> None:
        """A second page is rendered after the rotation; both are of the same person."""
        old = page_knows(alice)
        rotate(settings)
        new = page_knows(alice)
        assert new["signIn"] == old["signIn"]
        for known in (old, new, old):
            clock.shift(100)
            answer = alice.ping(idleFor=0, **known).json()
            assert answer["idle"] == 0
            assert answer["user"] == known["user"]

    def test_it_goes_on_when_the_old_key_counts_no_more(
        self, settings: Settings, alice: Visitor, clock: Traveller
    ) -> None:
        known = page_knows(alice)
        rotate(settings)
        alice.navigate("/name/")  # Django renews what it has signed with the old key
        retire(settings)
        clock.shift(100)
        answer = alice.ping(idleFor=0, **known).json()
        assert answer["idle"] == 0
        assert answer["user"] == known["user"]

    def test_the_page_of_somebody_else_is_still_somebody_else_s(
        self, settings: Settings, alice: Visitor, clock: Traveller
    ) -> None:
        known = page_knows(alice)
        rotate(settings)
        clock.shift(10)
        alice.sign_in("bob")
        clock.shift(100)
        answer = alice.ping(idleFor=0, **known).json()
        assert answer["idle"] == 100
        assert answer["user"] != known["user"]
        assert answer["signIn"] != known["signIn"]
        assert "csrfToken" in answer


def test_no_reload_is_asked_for_when_django_renews_the_session(
    settings: Settings, alice: Visitor, clock: Traveller, during: During
) -> None:
    """Django changes the session's key when it meets a hash that the old key has made."""
    known = page_knows(alice)
    key = alice.key
    rotate(settings)
    clock.shift(100)
    during(lambda request: request.user.get_username())
    assert alice.navigate("/during/").content == b"alice"
    assert alice.key != key
    clock.shift(100)
    answer = alice.ping(idleFor=1, **known).json()
    assert {name: answer[name] for name in known} == known
    assert answer["idle"] == 1


def test_a_form_that_was_sent_too_late_before_the_rotation_is_there_after_it(
    csrf: None, settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.ROOT_URLCONF = "tests.late"
    token = alice.get("/open/").content.decode()
    clock.shift(600)
    body = urlencode({"csrfmiddlewaretoken": token, "title": "an hour of work"})
    response = alice.send("POST", "/form/", body, headers=NAVIGATION)
    assert response.url == f"/login/?next={KEPT}"
    rotate(settings)
    alice.sign_in("alice")
    page = alice.navigate(KEPT)
    assert page.status_code == 200
    assert 'value="an hour of work"' in page.content.decode()


def test_a_form_is_sent_again_by_a_page_from_before_the_rotation(
    csrf: None, settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.ROOT_URLCONF = "tests.late"
    token = alice.get("/open/").content.decode()
    clock.shift(600)
    body = urlencode({"csrfmiddlewaretoken": token, "title": "an hour of work"})
    alice.send("POST", "/form/", body, headers=NAVIGATION)
    alice.sign_in("alice")
    page = alice.navigate(KEPT).content.decode()
    rotate(settings)
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    action = page.split('action="')[1].split('"')[0]
    body = urlencode({"csrfmiddlewaretoken": token, "title": "an hour of work"})
    response = alice.send("POST", KEPT + action, body, headers=NAVIGATION)
    assert (response.status_code, response.url) == (307, "/form/")
    response = alice.send("POST", "/form/", body, headers=NAVIGATION)
    assert response.json() == {"who": "alice", "values": {"title": ["an hour of work"]}}
