"""A POST that comes after the end: nothing is lost, nothing is done twice, nobody else sees it."""

import html
import importlib.util
import json
import sys
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import pytest
from ada_url import URL  # resolves as browsers do
from django.conf import settings as live
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import override_script_prefix
from django.utils import translation
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings
from time_machine import Traveller

from session_security import requests
from session_security.conf import Conf
from session_security.late_posts import encryption, fields, handling, store
from session_security.late_posts.encryption import seal, unseal
from session_security.late_posts.fields import is_secret
from session_security.late_posts.store import LatePost

from . import late as site
from .conftest import ENGINES, NOON, During
from .neighbours import LOGIN_REQUIRED, OURS, stack
from .visitor import FETCH, NAVIGATION, PING, Visitor

ROOM = pytest.mark.parametrize(
    "engine", [name for name in ENGINES if name != "signed_cookies"], indirect=True
)
KEPT = "/session_security/kept/"
without_deadline = hypothesis_settings(deadline=None)
PATH = "/form/?a=1&b=%C3%A9"
VALUES: dict[str, Any] = {"title": "Öl & <b>", "text": "one\r\ntwo\n", "many": ["1", "", "1"]}
FIELDS = {name: found if isinstance(found, list) else [found] for name, found in VALUES.items()}


@pytest.fixture(autouse=True)
def the_site(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.late"


@pytest.fixture(params=["cookie", "session"])
def csrf(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Where the secret of the CSRF protection is; ask for it before ``alice``."""
    settings.CSRF_USE_SESSIONS = request.param == "session"
    return str(request.param)


def send(visitor: Visitor, path: str, values: dict[str, Any], **headers: str) -> Any:
    """A form sent by a person."""
    body = urlencode(values, doseq=True)
    return visitor.send("POST", path, body, headers=NAVIGATION | headers)


def too_late(
    visitor: Visitor,
    clock: Traveller,
    path: str = PATH,
    values: dict[str, Any] = VALUES,
    **headers: str,
) -> Any:
    """A form that was opened in time and sent after the end."""
    token = visitor.get("/open/").content.decode()
    clock.shift(600)
    return send(visitor, path, {"csrfmiddlewaretoken": token, **values}, **headers)


def leads_to_kept(response: Any) -> bool:
    return KEPT in unquote(response.headers.get("Location", ""))


def is_kept(visitor: Visitor) -> bool:
    """Whether anything of what was sent is still in the session."""
    post = store.read(visitor.session)
    return store.KEPT in visitor.session and not (post and post.sent)


def kept(visitor: Visitor) -> dict[str, list[str]]:
    """The fields that are kept for whoever is signed in."""
    found = store.read(visitor.session)
    assert found
    return dict(found.fields)


def page(visitor: Visitor, status: int = 200) -> str:
    response = visitor.navigate(KEPT)
    assert response.status_code == status
    text: str = response.content.decode()
    return text


def tokens(body: str) -> dict[str, str]:
    return {"csrfmiddlewaretoken": parse_qs(body)["csrfmiddlewaretoken"][0]}


def raising_once(method: Callable[..., None]) -> Callable[..., None]:
    """The method, which fails when it is called first."""
    calls: list[int] = []

    def wrapper(*args: Any, **kwargs: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OSError
        method(*args, **kwargs)

    return wrapper


def again(visitor: Visitor, values: dict[str, Any] = VALUES, query: str = "") -> Any:
    """The button of the page pressed; the answer to that."""
    text = page(visitor)
    token = text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    action = text.split('action="')[1].split('"')[0]
    return send(visitor, KEPT + action + query, {"csrfmiddlewaretoken": token, **values})


# The whole way


def test_what_was_sent_too_late_arrives_after_signing_in_again(
    csrf: str, alice: Visitor, clock: Traveller
) -> None:
    response = too_late(alice, clock)
    assert response.status_code == 302
    assert response.url == f"/login/?next={KEPT}"
    assert alice.signed_in == ""
    response = alice.post(response.url, {"username": "alice"})
    assert response.url == KEPT
    text = page(alice)
    assert "/form/?a=1&amp;b=%C3%A9" in text
    assert 'datetime="2026-01-15T12:10:00+00:00"' in text
    assert '<input type="hidden" name="title" value="Öl &amp; &lt;b&gt;">' in text
    assert "<dd><bdi>one\r\ntwo\n</bdi></dd>" in text
    assert '<input type="hidden" name="text" value="one\r\ntwo\n">' in text
    assert text.count('name="many"') == 3
    # One puts the time into words, and two are those of the element.
    assert text.count("<script") == 3
    assert "kept.js" in text

    token = text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    action = text.split('action="')[1].split('"')[0]
    body = urlencode({"csrfmiddlewaretoken": token, **VALUES}, doseq=True)
    response = alice.send("POST", KEPT + action, body, headers=NAVIGATION)
    assert (response.status_code, response.url) == (307, PATH)
    response = alice.send("POST", response.url, body, headers=NAVIGATION)
    assert response.json() == {"who": "alice", "values": FIELDS}
    assert not is_kept(alice)
    text = page(alice)
    assert "Already sent" in text
    assert "Öl" not in text
    clock.shift(30)
    page(alice, 404)


def test_nothing_is_sent_by_itself(alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    for _ in range(2):
        assert "Not saved yet" in page(alice)
    assert kept(alice) == FIELDS


def test_it_can_be_discarded(csrf: str, alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    response = again(alice, query="&discard")
    assert (response.status_code, response.url) == (302, PATH)
    assert not is_kept(alice)
    assert "Nothing to send" in page(alice, 404)


def test_the_page_is_for_no_cache_and_no_frame(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.X_FRAME_OPTIONS = "SAMEORIGIN"
    too_late(alice, clock)
    alice.sign_in("alice")
    headers = alice.navigate(KEPT).headers
    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Frame-Options"] == "DENY"


# Sent once, or still kept


def pressed(visitor: Visitor) -> tuple[str, str]:
    """The button pressed: where the browser is sent with the POST, and its body."""
    text = page(visitor)
    token = text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    action = text.split('action="')[1].split('"')[0]
    body = urlencode({"csrfmiddlewaretoken": token, **VALUES}, doseq=True)
    response = visitor.send("POST", KEPT + action, body, headers=NAVIGATION)
    assert response.status_code == 307
    return response.url, body


@ROOM
def test_a_press_that_goes_astray_loses_nothing(
    engine: str, alice: Visitor, clock: Traveller
) -> None:
    """Stop, or a lost connection, before the POST has reached its path."""
    too_late(alice, clock)
    alice.sign_in("alice")
    for _ in range(3):
        assert pressed(alice)[0] == PATH
    assert kept(alice) == FIELDS
    path, body = pressed(alice)
    assert alice.send("POST", path, body, headers=NAVIGATION).json()["values"] == FIELDS
    assert not is_kept(alice)


@ROOM
def test_two_presses_send_once(
    engine: str, alice: Visitor, clock: Traveller, during: During
) -> None:
    """The second comes while the view is at work on the first."""
    too_late(alice, clock, "/slow/")
    alice.sign_in("alice")
    path, body = pressed(alice)
    answers: list[Any] = []
    runs: list[int] = []

    def code(request: HttpRequest) -> None:
        runs.append(1)
        tab = alice.tab()
        text = page(tab)
        assert "Already sent" in text
        answers.append(tab.send("POST", path, body, headers=NAVIGATION))

    during(code)
    alice.send("POST", path, body, headers=NAVIGATION)
    assert runs == [1]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, KEPT)]
    assert not is_kept(alice)


def test_the_same_post_just_after_it_has_arrived_is_not_taken_again(
    alice: Visitor, clock: Traveller
) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    path, body = pressed(alice)
    assert alice.send("POST", path, body, headers=NAVIGATION).status_code == 200
    assert alice.send("POST", path, body, headers=NAVIGATION).url == KEPT
    # Another is another.
    assert send(alice, path, {**tokens(body), "title": "new"}).json()["values"] == {
        "title": ["new"]
    }
    clock.shift(30)
    assert alice.send("POST", path, body, headers=NAVIGATION).json()["values"] == FIELDS


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500, 503])
def test_what_the_view_refuses_is_kept_on(
    alice: Visitor, clock: Traveller, during: During, status: int
) -> None:
    too_late(alice, clock, "/slow/")
    alice.sign_in("alice")
    path, body = pressed(alice)
    during(lambda request: HttpResponse(status=status))
    assert alice.send("POST", path, body, headers=NAVIGATION).status_code == status
    clock.shift(30)
    assert "Not saved yet" in page(alice)
    assert kept(alice) == FIELDS


def test_a_refused_token_keeps_it(alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    path, body = pressed(alice)
    body = body.replace("csrfmiddlewaretoken=", "csrfmiddlewaretoken=x")
    assert alice.send("POST", path, body, headers=NAVIGATION).status_code == 403
    assert "Not saved yet" in page(alice)


def test_another_form_to_the_same_path_takes_nothing_away(alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    path, body = pressed(alice)
    assert send(alice, path, {**tokens(body), "title": "new"}).status_code == 200
    assert kept(alice) == FIELDS


def test_a_store_that_fails_as_it_arrives_does_not_stop_it(
    alice: Visitor, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    path, body = pressed(alice)
    monkeypatch.setattr(DatabaseStore, "save", raising_once(DatabaseStore.save))
    assert alice.send("POST", path, body, headers=NAVIGATION).json()["values"] == FIELDS
    assert not is_kept(alice)


def test_discard_pressed_twice_leads_on(alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    text = page(alice)
    token = text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    action = text.split('action="')[1].split('"')[0]
    for url in (PATH, "/"):
        response = send(alice, f"{KEPT}{action}&discard", {"csrfmiddlewaretoken": token})
        assert (response.status_code, response.url) == (302, url)


# Nobody misses it


WAS_KEPT = "We kept the form you sent. You can send it once you have signed in again."
IDLE = "You were signed out because there was no activity."


def test_the_sender_is_told_at_once_that_it_was_kept(alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock)
    assert alice.navigate("/messages/").json() == {"messages": [IDLE, WAS_KEPT]}


def test_a_site_without_messages_keeps_it_too(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if "messages" not in app]
    settings.MIDDLEWARE = [path for path in settings.MIDDLEWARE if "messages" not in path]
    assert leads_to_kept(too_late(alice, clock))
    assert alice.sign_in("alice").url == f"{KEPT}?next=/"


@pytest.mark.parametrize("goal", ["/", "/private/?a=1&b=%C3%A9"])
def test_signing_in_by_whatever_way_leads_to_it_and_then_on(
    alice: Visitor, clock: Traveller, goal: str
) -> None:
    """By a bookmark, in another tab, or by a sign-in of several steps that forgets its ``next``."""
    too_late(alice, clock)
    response = alice.tab().post(f"/login/?{urlencode({'next': goal})}", {"username": "alice"})
    assert response.url == f"{KEPT}?{urlencode({'next': goal}, safe='/')}"
    text = alice.navigate(response.url).content.decode()
    token = text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    action = html.unescape(text.split('formaction="')[1].split('"')[0])
    response = send(alice, KEPT + action, {"csrfmiddlewaretoken": token})
    assert response.url == goal


def test_the_page_of_the_app_after_signing_in_again_is_not_put_off(
    alice: Visitor, clock: Traveller
) -> None:
    """A locked page in another tab waits for it."""
    too_late(alice, clock)
    resume = "/session_security/resume/?signIn=x"
    response = alice.post(f"/login/?{urlencode({'next': resume})}", {"username": "alice"})
    assert response.url == resume
    [message] = alice.navigate("/messages/").json()["messages"][-1:]
    assert f'<a href="{KEPT}">Review and send it</a>' in message


def test_a_script_that_signs_in_gets_its_own_answer_and_the_person_a_message(
    alice: Visitor, clock: Traveller
) -> None:
    too_late(alice, clock)
    response = alice.send("POST", "/login/", "username=alice", headers=FETCH)
    assert response.url == "/"
    [message] = alice.navigate("/messages/").json()["messages"][-1:]
    assert message == (
        "We kept a form that you sent after you had been signed out. "
        f'<a href="{KEPT}">Review and send it</a>'
    )


@pytest.mark.parametrize(
    "goal",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "/\t//evil.example/"],
)
def test_the_page_leads_on_to_no_other_site(alice: Visitor, clock: Traveller, goal: str) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    query = urlencode({"next": goal})
    text = alice.navigate(f"{KEPT}?{query}").content.decode()
    assert "evil.example" not in text
    token = text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    action = html.unescape(text.split('formaction="')[1].split('"')[0])
    response = send(alice, f"{KEPT}{action}&{query}", {"csrfmiddlewaretoken": token})
    assert response.url == PATH
    text = page(alice, 404)
    assert "evil.example" not in alice.navigate(f"{KEPT}?{query}").content.decode()


def test_a_sign_in_that_leads_to_another_site_leads_there(alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock)
    goal = "https://elsewhere.example/"
    response = alice.post(f"/login/?{urlencode({'next': goal})}", {"username": "alice"})
    assert response.url == goal


def test_signing_in_with_nothing_kept_leads_where_it_did(alice: Visitor) -> None:
    assert alice.sign_in("alice").url == "/"
    assert alice.navigate("/messages/").json() == {"messages": []}


# What is shown


def test_fields_are_shown_by_readable_names_and_empty_ones_not_at_all(
    alice: Visitor, clock: Traveller
) -> None:
    values = {
        "first_name": "Ann",
        "lastName": "Lee",
        "form-0-note": ["", "x"],
        "empty": "",
        "-": "y",
    }
    too_late(alice, clock, values=values)
    alice.sign_in("alice")
    text = page(alice)
    for label in ("First name", "Last name", "Form 0 note", "-"):
        assert f"<dt><bdi>{label}</bdi></dt>" in text
    assert text.count("<dd><bdi>") == 4 + 1  # and the path
    assert '<input type="hidden" name="empty" value="">' in text


def test_sending_again_needs_a_token(csrf: str, alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    for query in ("", "?discard"):
        assert send(alice, KEPT + query, VALUES).status_code == 403
        assert alice.navigate(KEPT + query).status_code == 200  # which looks, and no more
    assert kept(alice) == FIELDS


def test_sending_again_needs_a_token_also_where_no_middleware_asks_for_it(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    settings.MIDDLEWARE = [path for path in settings.MIDDLEWARE if "csrf" not in path]
    assert send(alice, KEPT, VALUES).status_code == 403
    assert kept(alice) == FIELDS


def test_with_nothing_kept_the_page_says_so(alice: Visitor) -> None:
    text = page(alice, 404)
    assert "You have no saved form here." in text
    assert 'href="/"' in text
    token = alice.get("/open/").content.decode()
    assert send(alice, KEPT, {"csrfmiddlewaretoken": token, **VALUES}).status_code == 404


def test_a_visitor_is_sent_to_sign_in(visitor: Visitor) -> None:
    assert visitor.navigate(KEPT).url == f"/login/?next={KEPT}"
    token = visitor.get("/open/").content.decode()
    response = send(visitor, f"{KEPT}?discard", {"csrfmiddlewaretoken": token})
    assert response.url == f"/login/?next={KEPT}%3Fdiscard"


def test_it_works_where_all_views_require_sign_in(
    settings: Settings, csrf: str, alice: Visitor, clock: Traveller
) -> None:
    settings.MIDDLEWARE = stack(after=LOGIN_REQUIRED)
    response = too_late(alice, clock, "/open/")
    assert response.url == f"/login/?next={KEPT}"
    assert alice.navigate(KEPT).url == f"/login/?next={KEPT}"
    alice.sign_in("alice")
    assert again(alice).url == "/open/"


def test_it_works_below_a_path(alice: Visitor, clock: Traveller, settings: Settings) -> None:
    settings.FORCE_SCRIPT_NAME = "/below"
    # What the test client sends is the whole path under ASGI, the rest of it under WSGI.
    path = f"/below{PATH}" if alice.interface == "asgi" else PATH
    with override_script_prefix("/below/"):
        response = too_late(alice, clock, path)
        assert response.url == f"/below/login/?next=/below{KEPT}"
        alice.sign_in("alice")
    found = store.read(alice.session)
    assert found
    assert found.path == f"/below{PATH}"


def test_the_words_are_translated(settings: Settings, alice: Visitor, clock: Traveller) -> None:
    settings.MIDDLEWARE = stack(before="django.middleware.locale.LocaleMiddleware")
    too_late(alice, clock)
    alice.sign_in("alice")
    with translation.override(None):
        text = alice.navigate(KEPT, Accept_Language="de").content.decode()
    assert '<html lang="de" dir="ltr">' in text
    assert "Erneut senden" in text


@pytest.mark.parametrize("use_tz", [True, False])
def test_the_time_is_that_of_the_person(
    settings: Settings, alice: Visitor, clock: Traveller, use_tz: bool
) -> None:
    settings.USE_TZ, settings.TIME_ZONE = use_tz, "America/Bogota"
    too_late(alice, clock)
    alice.sign_in("alice")
    text = page(alice)
    assert "7:10 a.m." in text
    assert 'datetime="2026-01-15T07:10:00-05:00"' in text


# Each engine


def test_it_is_kept_by_each_engine_that_has_room(
    engine: str, csrf: str, alice: Visitor, clock: Traveller
) -> None:
    response = too_late(alice, clock)
    if engine == "signed_cookies":
        assert response.url == f"/login/?{urlencode({'next': PATH}, safe='/')}"
    alice.sign_in("alice")
    if engine == "signed_cookies":
        assert not is_kept(alice)
    else:
        assert leads_to_kept(response)
        assert kept(alice) == FIELDS
        assert again(alice).url == PATH


def grown(values: dict[str, Any]) -> int:
    """By how much a session in the database grows, in bytes."""
    session = import_module(live.SESSION_ENGINE).SessionStore()
    fields = [(name, [value]) for name, value in values.items()]
    empty = len(session.encode({}))
    store.write(session, "1", LatePost("testserver", "/form/", NOON, fields, []))
    return len(session.encode(dict(session.items()))) - empty


@pytest.mark.parametrize("size", [0, 100, 10_000, 65_535])
def test_a_stored_session_grows_by_a_half_at_most_and_a_little(size: int) -> None:
    assert grown({"x": "x" * size}) <= size * 1.5 + 400


# When it is kept


@pytest.mark.parametrize("name", site.KEEPING)
def test_a_view_that_sends_people_to_sign_in_loses_nothing(
    csrf: str, alice: Visitor, clock: Traveller, name: str
) -> None:
    response = too_late(alice, clock, f"/keeping/{site.slug(name)}/?a=1")
    assert leads_to_kept(response)
    alice.sign_in("alice")
    expected = {k: v for k, v in FIELDS.items() if not (name == "only other" and k == "other")}
    assert kept(alice) == expected


def test_all_else_in_the_address_of_the_login_page_stays(alice: Visitor, clock: Traveller) -> None:
    response = too_late(alice, clock, "/keeping/login-URL/")
    assert response.url == f"/in/?theme=dark&next={KEPT}"


def test_a_login_page_on_another_host_gets_the_whole_address(
    alice: Visitor, clock: Traveller
) -> None:
    response = too_late(alice, clock, "/keeping/elsewhere/")
    location = urlsplit(response.url)
    assert (location.scheme, location.netloc, location.path) == ("https", "login.example", "/in/")
    assert parse_qs(location.query, keep_blank_values=True) == {
        "a": ["1"],
        "b": [""],
        "next": [f"http://testserver{KEPT}"],
    }


def test_the_admin_s_own_login_page_leads_on(alice: Visitor, clock: Traveller) -> None:
    assert too_late(alice, clock, "/keeping/admin/").url == f"/admin/login/?next={KEPT}"


@pytest.mark.parametrize("name", site.NOTHING)
def test_a_view_that_does_its_work_or_opts_out_keeps_nothing(
    csrf: str, alice: Visitor, clock: Traveller, name: str
) -> None:
    response = too_late(alice, clock, f"/nothing/{site.slug(name)}/")
    assert not leads_to_kept(response)
    assert not is_kept(alice)
    alice.sign_in("alice")
    assert not is_kept(alice)


def test_a_view_that_takes_what_anybody_sends_gets_it(
    csrf: str, alice: Visitor, clock: Traveller
) -> None:
    response = too_late(alice, clock, "/nothing/open/")
    assert response.json() == {"who": "", "values": FIELDS}


@pytest.mark.parametrize(
    "headers",
    [
        FETCH,
        FETCH | {"X-Requested-With": "XMLHttpRequest"},
        FETCH | {"HX-Request": "true"},
        FETCH | {"Accept": "application/json"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=["fetch", "XHR", "htmx", "JSON", "another site"],
)
def test_what_a_script_or_another_site_sends_is_not_kept(
    csrf: str, alice: Visitor, clock: Traveller, headers: dict[str, str]
) -> None:
    response = too_late(alice, clock, PATH, VALUES, **headers)
    assert response.status_code in (302, 401)
    assert not leads_to_kept(response)
    assert not is_kept(alice)


@pytest.mark.parametrize("token", ["", "x" * 32, "x" * 64])
def test_a_forged_token_gets_403_and_keeps_nothing(
    csrf: str, alice: Visitor, clock: Traveller, token: str
) -> None:
    response = too_late(alice, clock, values=VALUES | {"csrfmiddlewaretoken": token})
    assert response.status_code == 403
    assert not is_kept(alice)


def test_signing_in_changes_the_secret_that_was_carried_over(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.CSRF_USE_SESSIONS = True
    token = alice.get("/open/").content.decode()
    clock.shift(600)
    values = {"csrfmiddlewaretoken": token, **VALUES}
    assert leads_to_kept(send(alice, PATH, values))
    alice.sign_in("alice")
    assert send(alice, PATH, values).status_code == 403


def test_a_late_page_view_keeps_nothing(csrf: str, alice: Visitor, clock: Traveller) -> None:
    clock.shift(600)
    assert alice.navigate(f"{PATH}&title=x").status_code == 302
    assert not is_kept(alice)
    assert "_csrftoken" not in alice.session


def test_a_late_sign_out_is_done_with(
    settings: Settings, csrf: str, alice: Visitor, clock: Traveller
) -> None:
    settings.MIDDLEWARE = stack(after=LOGIN_REQUIRED)
    assert not leads_to_kept(too_late(alice, clock, "/logout/", {}))
    assert not is_kept(alice)


def test_a_form_without_fields_is_kept_too(csrf: str, alice: Visitor, clock: Traveller) -> None:
    """Such as the button that confirms a deletion."""
    assert leads_to_kept(too_late(alice, clock, values={}))
    alice.sign_in("alice")
    assert kept(alice) == {}
    assert again(alice, {}).url == PATH


def test_a_site_without_the_page_keeps_nothing(
    settings: Settings, alice: Visitor, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Conf, "kept_path", "")
    response = too_late(alice, clock)
    assert not leads_to_kept(response)
    assert not is_kept(alice)


# No room for a flood


def test_a_flood_of_visitors_makes_no_sessions(
    csrf: str, visitor: Visitor, clock: Traveller
) -> None:
    token = visitor.get("/open/").content.decode()
    before = Session.objects.count()
    for number in range(50):
        if number % 2:
            visitor.client.cookies[live.SESSION_COOKIE_NAME] = f"{number:032}"
        response = send(visitor, PATH, {"csrfmiddlewaretoken": token, **VALUES})
        assert not leads_to_kept(response)
        if csrf == "session":
            assert response.status_code in (302, 403)
    assert Session.objects.count() == before


def test_an_ended_session_keeps_one_post_in_its_own_place(
    csrf: str, alice: Visitor, clock: Traveller
) -> None:
    token = alice.get("/open/").content.decode()
    cookie = alice.key
    before = Session.objects.count()
    clock.shift(600)
    for number in range(10):
        values = {"csrfmiddlewaretoken": token, "number": number}
        response = send(alice, PATH, values)
        assert leads_to_kept(response) == (number == 0)
        alice.client.cookies[live.SESSION_COOKIE_NAME] = cookie  # of the session that is gone
    assert Session.objects.count() == before


def test_the_first_of_two_late_posts_is_kept(csrf: str, alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock, values={"title": "first"})
    token = alice.get("/open/").content.decode()
    response = send(alice.tab(), PATH, {"csrfmiddlewaretoken": token, "title": "second"})
    assert response.status_code == 302
    assert not leads_to_kept(response)
    alice.sign_in("alice")
    assert kept(alice) == {"title": ["first"]}


# Whose it is


@pytest.mark.parametrize("csrf", ["cookie"], indirect=True)
def test_another_user_neither_sees_nor_sends_it(
    engine: str, csrf: str, alice: Visitor, clock: Traveller
) -> None:
    too_late(alice, clock)
    alice.sign_in("bob")
    assert not is_kept(alice)
    text = page(alice, 404)
    assert "Öl" not in text
    assert "/form/" not in text
    alice.get("/leave/")
    alice.sign_in("alice")
    assert not is_kept(alice)


def test_a_session_that_changes_hands_without_a_signal_shows_nothing(
    alice: Visitor, clock: Traveller
) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    alice.alter(_auth_user_id=str(get_user_model().objects.get(username="bob").pk))
    assert store.read(alice.session) is None


def test_the_store_shows_none_of_it(alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock, values={"title": "Geheimnis"})
    entry = alice.session[store.KEPT]
    assert set(entry) == {"host", "path", "at", "since", "data"}
    assert entry["path"] == PATH
    data = urlsafe_b64decode(entry["data"]).decode("latin-1")
    for word in ("Geheimnis", "title", "alice"):
        assert word not in data


@pytest.mark.parametrize("engine", ["db", "cached_db", "cache", "file"], indirect=True)
def test_a_session_that_ends_once_more_before_it_was_sent_again_loses_nothing(
    engine: str, alice: Visitor, clock: Traveller
) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    text = page(alice)
    token = text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    action = text.split('action="')[1].split('"')[0]
    clock.shift(600)
    response = send(alice, KEPT + action, {"csrfmiddlewaretoken": token, **VALUES})
    assert parse_qs(urlsplit(response.url).query) == {"next": [KEPT + action]}
    alice.sign_in("alice")
    assert kept(alice) == FIELDS
    clock.shift(600)
    assert alice.fetch("/").status_code == 401
    alice.sign_in("alice")
    assert again(alice).url == PATH


def test_the_page_of_one_post_does_not_send_another(alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    text = page(alice)
    token = text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    action = text.split('action="')[1].split('"')[0]
    too_late(alice, clock, "/keeping/function/", {"title": "later"})
    alice.sign_in("alice")
    token = alice.get("/open/").content.decode()
    response = send(alice, KEPT + action, {"csrfmiddlewaretoken": token, **VALUES})
    assert response.status_code == 200
    assert "later" in response.content.decode()
    assert kept(alice) == {"title": ["later"]}


# It goes where it went, and nowhere else


def resolved(address: str) -> tuple[str, str]:
    """The scheme and host to which a browser on the kept page goes."""
    url = URL(address, base=f"http://testserver{KEPT}")
    return url.protocol, url.host


OURS_ALONE = ("http:", "testserver")


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/x/",
        "///evil.example/x/",
        "////evil.example/x/",
        "/%2Fevil.example/x/",
        "/%5Cevil.example/x/",
        "/%5C%5Cevil.example/x/",
        "/%09/evil.example/x/",
        "/%0D%0A/evil.example/x/",
        "/%00/evil.example/x/",
        "/.//evil.example/x/",
        "/%2E%2E//evil.example/x/",
        "//evil.example:443/x/?a=//evil.example/",
        "//user@evil.example/x/",
        "//[::1]/x/",
        "/%E2%80%8B/evil.example/x/",
        "/@evil.example/x/",
    ],
)
def test_a_kept_form_never_leaves_the_site(alice: Visitor, clock: Traveller, path: str) -> None:
    """A path that begins with two slashes is another host to a browser (CWE-601)."""
    response = too_late(alice, clock, f"http://testserver{path}")
    assert leads_to_kept(response)
    assert resolved(response.url) == OURS_ALONE
    alice.sign_in("alice")
    key, data = alice.key, alice.session[store.KEPT]
    response = again(alice)
    assert response.status_code == 307
    assert resolved(response.url) == OURS_ALONE
    assert send(alice, f"http://testserver{response.url}", VALUES).status_code == 403  # it arrives

    for age, query in ((0, "&discard"), (3601, "")):
        assert alice.key == key
        alice.alter(**{store.KEPT: data})
        if age:
            clock.shift(age)
            alice.sign_in("alice")
            alice.alter(**{store.KEPT: data})
            link = page(alice, 404).split('href="')[-1].split('"')[0]
        else:
            link = again(alice, query=query).url
        assert resolved(html.unescape(link)) == OURS_ALONE


@without_deadline
@given(path=st.text(), query=st.text())
@example(path="/evil.example/", query="")
@example(path="\\evil.example/", query="")
@example(path="\t/evil.example/", query="")
def test_whatever_the_path_a_browser_stays_on_the_host(path: str, query: str) -> None:
    request = RequestFactory().get("/")
    request.path = request.path_info = f"/{path}"
    request.META["QUERY_STRING"] = query
    address = requests.local_address(request)
    assert address
    assert resolved(HttpResponseRedirect(address, preserve_request=True).url) == OURS_ALONE


@without_deadline
@given(st.text(alphabet="/\\:@?#.\t\r\n\0 %Fe[", max_size=12))
@example("http://evil.example/")  # some servers take it from the first line of the request
@example("*")
def test_a_path_that_is_none_is_not_kept(path: str) -> None:
    request = RequestFactory().get("/")
    request.path = request.path_info = path
    address = requests.local_address(request)
    assert resolved(address) == OURS_ALONE
    assert address.startswith("/") or not address


def test_a_sealed_path_is_looked_at_again_before_it_is_used(
    alice: Visitor, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "local_address", lambda request: "//evil.example/x/")
    too_late(alice, clock)
    monkeypatch.undo()
    assert is_kept(alice)
    alice.sign_in("alice")
    assert not is_kept(alice)
    page(alice, 404)


def test_what_was_sent_to_one_host_is_not_sent_to_another(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    """The session may be shared by several, and so may the secret of the CSRF protection."""
    settings.USE_X_FORWARDED_HOST = True
    too_late(alice, clock)
    alice.sign_in("alice")
    at = alice.session[store.KEPT]["at"]
    token = alice.get("/open/").content.decode()
    elsewhere = {"X-Forwarded-Host": "other.testserver"}
    response = alice.navigate(KEPT, **elsewhere)
    assert response.status_code == 404
    assert "Öl" not in response.content.decode()
    values = {"csrfmiddlewaretoken": token, **VALUES}
    for query, status in (("", 404), ("&discard", 302)):
        response = send(alice, f"{KEPT}?{urlencode({'at': at})}{query}", values, **elsewhere)
        assert response.status_code == status
        assert response.headers.get("Location", "/") == "/"
    assert kept(alice) == FIELDS


def test_signing_in_on_another_host_leaves_it_where_it_is(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.USE_X_FORWARDED_HOST = True
    too_late(alice, clock)
    alice.post("/login/", {"username": "alice"}, X_Forwarded_Host="other.testserver")
    assert again(alice).url == PATH


# For how long, and how much


@pytest.mark.parametrize("age", [None, 60, timedelta(hours=2)])
def test_it_is_kept_for_so_long(
    settings: Settings, alice: Visitor, clock: Traveller, age: float | timedelta | None
) -> None:
    seconds = 3600.0
    if age is not None:
        settings.SESSION_SECURITY_KEPT_POST_AGE = age
        seconds = age.total_seconds() if isinstance(age, timedelta) else age
    too_late(alice, clock)
    clock.shift(seconds)
    alice.sign_in("alice")
    assert "Not saved yet" in page(alice)
    clock.shift(1)
    token = alice.get("/open/").content.decode()
    at = alice.session[store.KEPT]["at"]
    query = urlencode({"at": at})
    response = send(alice, f"{KEPT}?{query}", {"csrfmiddlewaretoken": token, **VALUES})
    assert response.status_code == 404
    text = response.content.decode()
    assert "kept for a while, and has been deleted" in text
    assert "Öl" not in text
    assert 'href="/form/?a=1&amp;b=%C3%A9"' in text
    assert not is_kept(alice)


def test_what_is_too_old_is_not_carried_over_once_more(alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock)
    alice.sign_in("alice")
    clock.shift(3601)
    alice.navigate("/")
    assert not is_kept(alice)


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({"abc": "x" * 97}, 100),
        ({"abc": ["x" * 50, "x" * 47]}, 100),
        ({"é": "é" * 49}, 100),
        ({"a": "€" * 32, "b": "", "c": "."}, 100),
        ({"text": "x" * 65_532}, None),
        ({"a": "x" * 88, "password": "x" * 999, "b": "."}, 100 - 1),
    ],
    ids=lambda value: str(value)[:20],
)
def test_it_is_kept_up_to_so_many_bytes(
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    values: dict[str, Any],
    size: int | None,
) -> None:
    if size is not None:
        settings.SESSION_SECURITY_KEPT_POST_SIZE = size
    too_late(alice, clock, values=values)
    alice.sign_in("alice")
    wanted = {k: v if isinstance(v, list) else [v] for k, v in values.items() if k != "password"}
    assert kept(alice) == wanted
    # One byte more is too much.
    alice.alter(**{store.KEPT: ...})
    name = next(iter(values))
    more = values[name] if isinstance(values[name], list) else [values[name]]
    response = too_late(alice, clock, values=values | {name: [more[0] + ".", *more[1:]]})
    assert not leads_to_kept(response)
    assert not is_kept(alice)


def test_zero_turns_it_off(settings: Settings, csrf: str, alice: Visitor, clock: Traveller) -> None:
    settings.SESSION_SECURITY_KEPT_POST_SIZE = 0
    response = too_late(alice, clock, values={})
    assert response.status_code == 302
    assert not leads_to_kept(response)
    assert not is_kept(alice)


# What is left out


@pytest.mark.parametrize("name", site.HIDING)
def test_sensitive_parameters_are_left_out_however_they_are_declared(
    alice: Visitor, clock: Traveller, name: str
) -> None:
    values = {"pin_of_mine": "1", "note": "2", "title": "3"}
    assert leads_to_kept(too_late(alice, clock, f"/hiding/{site.slug(name)}/", values))
    alice.sign_in("alice")
    assert kept(alice) == {"title": ["3"]}
    found = store.read(alice.session)
    assert found
    assert found.left_out == ["pin_of_mine", "note"]
    text = page(alice)
    assert "<li><bdi>Note</bdi></li>" in text
    assert "never kept" in text


def test_sensitive_parameters_that_the_view_itself_names_are_left_out(
    alice: Visitor, clock: Traveller
) -> None:
    too_late(alice, clock, "/by_mark/", {"note": "2", "title": "3"})
    alice.sign_in("alice")
    assert kept(alice) == {"title": ["3"]}


def test_a_form_of_which_all_would_be_left_out_is_not_kept(
    alice: Visitor, clock: Traveller
) -> None:
    values = {"old_password": "a", "new_password1": "b", "new_password2": "b"}
    assert not leads_to_kept(too_late(alice, clock, values=values))
    assert not is_kept(alice)


def test_files_are_named_and_left_out(csrf: str, alice: Visitor, clock: Traveller) -> None:
    token = alice.get("/open/").content.decode()
    values = {"csrfmiddlewaretoken": token, "title": "Öl", "many": ["1", "2"]}
    files = {
        "scan": SimpleUploadedFile("a<b>.pdf", b"CONTENT"),
        "more": [SimpleUploadedFile("1.txt", b"1"), SimpleUploadedFile("2.txt", b"2")],
    }
    clock.shift(600)
    body = encode_multipart(BOUNDARY, values | files)
    response = alice.send("POST", PATH, body, content_type=MULTIPART_CONTENT, headers=NAVIGATION)
    assert leads_to_kept(response)
    alice.sign_in("alice")
    assert kept(alice) == {"title": ["Öl"], "many": ["1", "2"]}
    text = page(alice)
    assert "Scan: a&lt;b&gt;.pdf" in text
    assert "More: 1.txt" in text
    assert "More: 2.txt" in text
    assert "CONTENT" not in text


@pytest.mark.parametrize("name", site.DOUBTFUL)
def test_where_a_view_can_not_be_understood_nothing_is_kept(
    alice: Visitor, clock: Traveller, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    response = too_late(alice, clock, f"/doubtful/{site.slug(name)}/")
    assert response.status_code == 302
    assert not leads_to_kept(response)
    assert not is_kept(alice)


def test_a_view_that_holds_something_lazy_leaves_it_alone(alice: Visitor, clock: Traveller) -> None:
    assert leads_to_kept(too_late(alice, clock, "/lazy/"))


SECRETS = (
    "password Password PASSWORD password1 new_password2 old-password user[password] "
    "form-0-password userPassword passwd passphrase passcode pass db_pass pwd userPwd Passwort "
    "kennwort contraseña contrasena contrasenya clave clave_acceso mdp mot_de_passe motDePasse "
    "palavra-passe senha nova_senha hasło haslo nowe_haslo wachtwoord heslo parola parolă parol "
    "adgangskode losenord nytt_lösenord passord salasana jelszo új_jelszó sifre şifre kata_sandi "
    "katasandi mat_khau mật_khẩu pin PIN "
    "pin_code userPin card-pin pincode otp otp_token totp tan cvv CVC cvv2 card_cvc secret "
    "clientSecret client_secret token api_token apiToken authenticity_token api_key apikey "
    "private_key security-code verification_code access_code credential credentials "
    "passengerPassword pw psw user_pw auth authToken auth_code authorization Authorisation bearer "
    "jwt id_jwt card_number cardNumber card-no cc_number ccnum cc_exp credit_card creditcard "
    "debitCard csc pan iban IBAN account_number accountNo routing_number sort_code ssn "
    "social_security_number security_answer securityQuestion secret_answer mothers_maiden_name "
    "mnemonic seed seed_phrase seedWords recovery_code backup_codes mfa_code 2fa_code sms_code "
    "login_code kreditkarte kreditkartennummer kartennummer kontonummer sicherheitscode geheimzahl "
    "numero_tarjeta numero_de_tarjeta código_de_seguridad codigo_seguridad numero_cuenta "
    "numero_carte numéro_de_carte code_secret code_de_sécurité cryptogramme numero_carta "
    "codice_di_sicurezza codice_segreto segreto kaartnummer beveiligingscode numer_karty "
    "kod_bezpieczenstwa cislo_karty číslo_karty numero_targeta codi_seguretat numero_do_cartão "
    "codigo_de_seguranca codigo_verificacao "
)
HARMLESS = (
    "passenger passengers passport passport_number passage passed passing passion passive title "
    "shipping opinion spin pinned pink pineapple happiness enclave chaslo hotpot botprice tank "
    "tanning titan secretary secretariat name email key keyword postal_code zip_code promotion "
    "author authority authors seedling company panel expand description cardinal "
    "card cards code codes postcode area_code country_code promo_code number numbers order_number "
    "phone_number page_number account accounts question answer security seguridad sicherheit "
    "ibanez cscope discount_code zipcode barcode keyboard monkey_code codigo_postal "
    "participate comment adresse beruf nachricht prénom città kraj theslot parolado mdpx "
)


@pytest.mark.parametrize("name", SECRETS.split())
def test_a_password_is_known_by_its_name(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", HARMLESS.split())
def test_a_field_of_another_name_is_no_password(name: str) -> None:
    assert not is_secret(name)


def test_many_names_cost_no_time(
    settings: Settings, alice: Visitor, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Megabytes of names are not even looked at."""
    monkeypatch.setattr(fields, "is_secret", lambda name: pytest.fail("looked at"))
    settings.SESSION_SECURITY_KEPT_POST_SIZE = 100
    assert not leads_to_kept(too_late(alice, clock, values={"n" * 50: "", "m" * 50 + "pass": ""}))
    assert not is_kept(alice)


@pytest.mark.parametrize("part", ["a", "_", "numero_", "code_de_", "C", "aB", "card", "é", "pass"])
def test_the_longest_name_costs_little_time(part: str) -> None:
    name = (part * 65_536)[:65_536]
    started = time.process_time()
    is_secret(name)
    assert time.process_time() - started < 1


def test_passwords_are_left_out_and_named(alice: Visitor, clock: Traveller) -> None:
    too_late(alice, clock, values=VALUES | {"new_password": "Sesam1", "userPin": "4711"})
    alice.sign_in("alice")
    assert kept(alice) == FIELDS
    text = page(alice)
    assert "<li><bdi>New password</bdi></li>" in text
    assert "<li><bdi>User pin</bdi></li>" in text
    assert "Sesam1" not in text
    assert "4711" not in text
    assert "<li><bdi>Csrf" not in text


# Sealed


@pytest.fixture(params=["encrypted", "signed"])
def sealing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With and without ``cryptography``."""
    monkeypatch.setattr(encryption, "HAS_CRYPTOGRAPHY", request.param == "encrypted")
    return str(request.param)


CONTENT = [[["title", ["Öl & <b>", ""]]], ["pin"], ""]
CONTEXT = ("1", "testserver", "/form/", "2026-01-15T12:10:00+00:00")


def test_what_is_sealed_is_given_back_in_its_context_alone(sealing: str) -> None:
    data = seal(CONTENT, *CONTEXT)
    assert unseal(data, *CONTEXT) == CONTENT
    for place in range(len(CONTEXT)):
        other = [*CONTEXT]
        other[place] += "."
        with pytest.raises(ValueError, match="not sealed here"):
            unseal(data, *other)
    with pytest.raises(ValueError, match="not sealed here"):
        unseal(data, "1testserver", *CONTEXT[2:])  # no two contexts run together


@without_deadline
@given(st.text(min_size=16))
def test_what_is_encrypted_twice_differs_and_shows_nothing(text: str) -> None:
    one, two = seal(text), seal(text)
    assert one != two
    assert text.encode() not in urlsafe_b64decode(one)


def test_what_is_tampered_with_or_cut_short_is_refused(sealing: str) -> None:
    data = seal(CONTENT, *CONTEXT)
    for place, letter in enumerate(data):
        other = "A" if letter != "A" else "B"
        # The last letter of Base64 may hold bits that count for nothing.
        for broken in (data[:place] + other + data[place + 1 :], data[:place]):
            try:
                assert unseal(broken, *CONTEXT) == CONTENT
                assert place == len(data) - 1
            except ValueError:
                pass


@pytest.mark.parametrize("data", ["", ":", "::", "%", "é", "é:é", "gAAAAA", "\0", "a:b:c:d"])
def test_what_was_never_sealed_is_refused(sealing: str, data: str) -> None:
    with pytest.raises(ValueError, match=r"cryptography|not sealed here"):
        unseal(data, *CONTEXT)


def test_a_new_secret_key_reads_on_with_the_old_one_as_fallback(
    settings: Settings, sealing: str
) -> None:
    data = seal(CONTENT, *CONTEXT)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    with pytest.raises(ValueError, match="not sealed here"):
        unseal(data, *CONTEXT)
    settings.SECRET_KEY_FALLBACKS = ["none of them", old]
    assert unseal(data, *CONTEXT) == CONTENT


def test_what_was_signed_can_be_read_once_cryptography_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encryption, "HAS_CRYPTOGRAPHY", False)
    data = seal(CONTENT, *CONTEXT)
    monkeypatch.undo()
    assert unseal(data, *CONTEXT) == CONTENT


def test_what_was_encrypted_is_dropped_where_cryptography_is_gone(
    alice: Visitor, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_late(alice, clock)
    monkeypatch.setattr(encryption, "HAS_CRYPTOGRAPHY", False)
    alice.sign_in("alice")
    assert not is_kept(alice)


def test_without_cryptography_a_form_arrives_as_well(
    alice: Visitor, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "HAS_CRYPTOGRAPHY", False)
    assert leads_to_kept(too_late(alice, clock))
    alice.sign_in("alice")
    assert kept(alice) == FIELDS
    assert again(alice).url == PATH


def test_without_cryptography_the_module_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.fernet", None)
    spec = importlib.util.spec_from_file_location("unencrypted", encryption.__file__)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.HAS_CRYPTOGRAPHY is False


def altered(**values: object) -> Callable[[dict[str, Any]], object]:
    return lambda entry: entry | values


BROKEN: dict[str, Callable[[dict[str, Any]], object]] = {
    "another host": altered(host="other.testserver"),
    "no host": lambda entry: {name: value for name, value in entry.items() if name != "host"},
    "another path": altered(path="/admin/delete/"),
    "another time": altered(at="2026-01-15T12:10:01+00:00"),
    "no time": altered(at=None),
    "no data": altered(data=None),
    "empty data": altered(data=""),
    "no base64": altered(data="%%%"),
    "no ASCII": altered(data="é"),
    "no time of sending": altered(since="yesterday"),
    "half of it": lambda entry: entry | {"data": entry["data"][: len(entry["data"]) // 2]},
    "keys missing": lambda entry: {"data": entry["data"]},
    "a list": lambda entry: list(entry.values()),
    "text": lambda entry: "text",
    "a number": lambda entry: 5,
    "nothing": lambda entry: {},
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_can_not_be_read_counts_as_nothing(
    alice: Visitor, clock: Traveller, case: str
) -> None:
    too_late(alice, clock)
    alice.alter(**{store.KEPT: BROKEN[case](alice.session[store.KEPT])})
    alice.sign_in("alice")
    assert not is_kept(alice)
    page(alice, 404)
    empty = {"host": "testserver", "path": "/", "at": "", "since": None, "data": "AA=="}
    alice.alter(**{store.KEPT: BROKEN[case](empty)})
    page(alice, 404)
    clock.shift(600)
    assert alice.navigate("/private/").status_code == 302
    assert not is_kept(alice)


def test_a_rotated_secret_key_loses_nothing(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    too_late(alice, clock)
    data = dict(alice.session.items())
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert dict(alice.session.items()) == data
    alice.sign_in("alice")
    assert kept(alice) == FIELDS


# What others do


def test_a_view_behind_another_s_middleware_that_redirects_keeps_nothing(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    """Before any view is found nobody has checked the token."""
    settings.MIDDLEWARE = [
        *stack(),
        "tests.neighbours.redirects_to_login",
    ]
    response = too_late(alice, clock)
    assert not leads_to_kept(response)
    assert not is_kept(alice)


def test_a_late_ping_keeps_nothing(csrf: str, alice: Visitor, clock: Traveller) -> None:
    clock.shift(600)
    assert alice.ping(idleFor=0).status_code == 401
    assert not is_kept(alice)


@pytest.mark.parametrize("path", [KEPT, PING, "/session_security/resume/"])
def test_our_own_pages_are_not_kept(csrf: str, alice: Visitor, clock: Traveller, path: str) -> None:
    response = too_late(alice, clock, path, {"title": "x"})
    assert not is_kept(alice)
    assert response.headers.get("Location", f"/login/?next={path}") == f"/login/?next={path}"


def test_a_subclass_that_signs_out_in_its_own_way_keeps_it_too(
    settings: Settings, csrf: str, alice: Visitor, clock: Traveller
) -> None:
    flushing = "tests.neighbours.Flushing"
    settings.MIDDLEWARE = [path.replace(OURS, flushing) for path in settings.MIDDLEWARE]
    assert leads_to_kept(too_late(alice, clock))
    alice.sign_in("alice")
    assert kept(alice) == FIELDS


def test_nothing_of_it_needs_a_session(rf: RequestFactory) -> None:
    session = SessionBase()
    session._session_cache = {}  # type: ignore[attr-defined]
    assert store.read(session) is None
    store.drop(session)
    store.drop_foreign(session)
    assert not session.modified


def test_the_content_type_decides_how_it_is_read(alice: Visitor, clock: Traveller) -> None:
    """JSON has no fields; the token comes in a header."""
    token = alice.get("/open/").content.decode()
    clock.shift(600)
    response = alice.send(
        "POST",
        PATH,
        json.dumps(VALUES),
        content_type="application/json",
        headers=NAVIGATION | {"X-CSRFToken": token},
    )
    assert response.status_code == 302
    assert not leads_to_kept(response)
