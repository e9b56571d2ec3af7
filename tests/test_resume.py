"""Signing in again beside one's work: the page one comes to, and what the ping tells old pages."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.test.utils import override_script_prefix
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings
from time_machine import Traveller

from session_security.conf import Conf
from session_security.late_posts.store import KEPT
from session_security.sessions import times

from . import views
from .conftest import During
from .neighbours import LOGIN_REQUIRED, stack
from .test_templatetags import page as element_in
from .visitor import NAVIGATION, Visitor

RESUME = "/session_security/resume/"

Here = Callable[[Visitor], str]


@pytest.fixture(params=["cookie", "session"])
def csrf(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Where the secret of the CSRF protection is; ask for it before ``alice``."""
    settings.CSRF_USE_SESSIONS = request.param == "session"
    return str(request.param)


@pytest.fixture
def with_forms(settings: Settings) -> None:
    """``/open/`` gives a token for a form, and takes the form."""
    settings.ROOT_URLCONF = "tests.late"


class Page(HTMLParser):
    """What is in a page: its words, where it leads, and the values of its fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.words = ""
        self.targets: list[str] = []
        self.fields: dict[str, str] = {}
        self.ids: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.targets += [
            attributes[name] or "" for name in ("href", "action") if name in attributes
        ]
        self.ids.append(attributes.get("id") or "")
        if tag == "input":
            self.fields.setdefault(str(attributes["name"]), attributes.get("value") or "")

    def handle_data(self, data: str) -> None:
        self.words += data

    @property
    def asks(self) -> bool:
        """Whether it offers to sign out first."""
        return "session_security_resume" in self.ids


def page(visitor: Visitor, path: str) -> Page:
    response = visitor.navigate(path)
    assert response.status_code == 200
    return Page(response.content.decode())


def sign_in_of(visitor: Visitor) -> str:
    """What a page that is loaded now says of its sign-in."""
    return str(element_in(visitor).options["signIn"])


def link_of(visitor: Visitor) -> str:
    """Where "Sign in again" leads in a page that is loaded now."""
    cover, warning = (link["href"] for link in element_in(visitor).all("a"))
    assert cover == warning
    return str(cover)


def press(visitor: Visitor, path: str) -> Any:
    """The button of the page pressed; the answer to that."""
    body = f"csrfmiddlewaretoken={page(visitor, path).fields['csrfmiddlewaretoken']}"
    return visitor.send("POST", path, body, headers=NAVIGATION)


def after_login(response: Any) -> str:
    """Where the login page is asked to lead."""
    location = urlsplit(response.url)
    assert (location.netloc, location.path) == ("", "/login/")
    [goal] = parse_qs(location.query)["next"]
    return str(goal)


# The whole way


def test_who_signs_in_again_comes_to_a_page_that_says_so(
    csrf: str, alice: Visitor, clock: Traveller
) -> None:
    link = link_of(alice)
    clock.shift(600)
    assert alice.ping().json()["reason"] == "idle"
    response = alice.navigate(link)
    assert response.status_code == 302
    assert after_login(response) == link
    response = alice.post(response.url, {"username": "alice"})
    assert response.url == link
    found = page(alice, response.url)
    assert not found.asks
    assert "You are signed in" in found.words
    assert "alice" in found.words
    assert "You can close this one." in found.words
    # The element tells the other tabs, the module closes this one.
    assert "<session-security>" in found.html
    assert "/static/session_security/resume.js" in found.html


def test_it_works_with_each_engine(engine: str, alice: Visitor, clock: Traveller) -> None:
    link, before = link_of(alice), sign_in_of(alice)
    assert page(alice, link).asks
    clock.shift(600)
    assert after_login(alice.navigate(link)) == link
    alice.sign_in("alice")
    assert not page(alice, link).asks
    assert alice.ping(signIn=before).json()["csrfToken"]


def test_it_works_also_for_who_opens_it_before_anything_has_noticed_the_end(
    alice: Visitor, clock: Traveller
) -> None:
    link = link_of(alice)
    clock.shift(600)
    assert after_login(alice.navigate(link)) == link


def test_before_the_end_it_offers_to_sign_out_and_in_again(
    settings: Settings, csrf: str, alice: Visitor, clock: Traveller
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 3600
    for _ in range(7):
        clock.shift(500)
        link = link_of(alice)
    found = page(alice, link)
    assert found.asks
    assert "You are still signed in as: alice" in found.words
    assert alice.signed_in == "alice"  # looking at it has done nothing

    before, signed_out = alice.key, []

    def receive(user: Any, **kwargs: object) -> None:
        signed_out.append(user.get_username())

    user_logged_out.connect(receive)
    response = press(alice, link)
    user_logged_out.disconnect(receive)
    assert after_login(response) == link
    assert alice.signed_in == ""
    assert signed_out == ["alice"]
    assert alice.key != before
    clock.shift(1)
    assert alice.post(response.url, {"username": "alice"}).url == link
    assert not page(alice, link).asks
    assert alice.ping().json()["absoluteIn"] == 3600


def test_another_user_is_told_who_is_signed_in(visitor: Visitor, clock: Traveller) -> None:
    visitor.sign_in("alice")
    link = link_of(visitor)
    clock.shift(600)
    visitor.sign_in("bob")
    found = page(visitor, link)
    assert not found.asks
    assert "Signed in as: bob" in found.words


@pytest.mark.parametrize("query", ["", "?signIn=", "?signIn=x", "?signin=x", "?signIn=%00&a=%ff"])
def test_without_a_sign_in_of_the_page_nothing_is_offered(alice: Visitor, query: str) -> None:
    assert not page(alice, RESUME + query).asks


def test_only_the_name_of_the_user_is_shown_and_it_is_escaped(visitor: Visitor) -> None:
    name = '<img src=x onerror="a">&amp;'
    get_user_model().objects.create_user(name)
    visitor.sign_in(name)
    for path in (RESUME, link_of(visitor)):
        found = page(visitor, path)
        assert name in found.words
        assert "<img" not in found.html


def test_the_words_are_translated(settings: Settings, alice: Visitor) -> None:
    settings.MIDDLEWARE = stack(before="django.middleware.locale.LocaleMiddleware")
    with translation.override(None):
        text = alice.navigate(RESUME, Accept_Language="de").content.decode()
    assert '<html lang="de" dir="ltr">' in text
    assert "Sie sind angemeldet" in text


def test_it_goes_on_to_the_site(settings: Settings, alice: Visitor) -> None:
    settings.LOGIN_REDIRECT_URL = "private"
    assert "/private/" in page(alice, RESUME).targets


# Who must sign in first


@pytest.mark.parametrize(
    "query",
    [
        "?next=//evil.example",
        "?next=https://evil.example/",
        "?signIn=//evil.example",
        "?signIn=x&next=//evil.example&next=javascript:alert(1)",
        "?//evil.example",
        "?signIn=x%0d%0aLocation:%20//evil.example",
        "?%23//evil.example",
        "?signIn=%22%3E%3Cscript%3Eevil.example",
    ],
)
def test_it_leads_nowhere_else(visitor: Visitor, clock: Traveller, query: str) -> None:
    response = visitor.navigate(RESUME + query)
    goal = after_login(response)
    assert goal == RESUME + query
    assert urlsplit(goal)[:3] == ("", "", RESUME)
    assert visitor.post(response.url, {"username": "alice"}).url == goal
    found = page(visitor, goal)
    assert not found.asks
    assert not [target for target in found.targets if "evil" in target or "script:" in target]
    assert "<script>" not in found.html

    # Nor by the button, should the page offer it.
    token = page(visitor, link_of(visitor)).fields["csrfmiddlewaretoken"]
    response = visitor.post(goal, {"csrfmiddlewaretoken": token, "next": "//evil.example"})
    assert after_login(response) == goal


def test_a_login_page_under_a_name_of_its_own_is_found(
    settings: Settings, visitor: Visitor
) -> None:
    settings.LOGIN_URL = "/in/?theme=dark"
    url = urlsplit(visitor.navigate(f"{RESUME}?signIn=a%2Bb").url)
    assert (url.netloc, url.path) == ("", "/in/")
    assert parse_qs(url.query) == {"theme": ["dark"], "next": [f"{RESUME}?signIn=a%2Bb"]}


def test_a_login_page_on_another_host_gets_the_whole_address(
    settings: Settings, visitor: Visitor
) -> None:
    """As by login_required: from there a path would lead to that host."""
    settings.LOGIN_URL = "https://login.example/in/"
    url = urlsplit(visitor.navigate(RESUME).url)
    assert url.netloc == "login.example"
    assert parse_qs(url.query) == {"next": [f"http://testserver{RESUME}"]}


def test_it_works_where_all_views_require_sign_in(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.MIDDLEWARE = stack(after=LOGIN_REQUIRED)
    link = link_of(alice)
    clock.shift(600)
    assert after_login(alice.navigate(link)) == link
    alice.sign_in("alice")
    assert "You are signed in" in page(alice, link).words


def test_it_works_below_a_path(settings: Settings, alice: Visitor, clock: Traveller) -> None:
    settings.FORCE_SCRIPT_NAME = "/below"
    # What the test client sends is the whole path under ASGI, the rest of it under WSGI.
    start = "/below" if alice.interface == "asgi" else ""
    with override_script_prefix("/below/"):
        link = str(element_in(alice, f"{start}/element/").all("a")[0]["href"])
        assert link.startswith(f"/below{RESUME}?signIn=")
        clock.shift(600)
        path = link if start else link.removeprefix("/below")
        response = alice.navigate(path)
        assert urlsplit(response.url).path == "/below/login/"
        assert parse_qs(urlsplit(response.url).query)["next"] == [link]
        alice.post(f"{start}/login/", {"username": "alice"})
        assert "You are signed in" in page(alice, path).words


# What else must not be


def test_it_is_for_no_cache_and_no_frame(settings: Settings, visitor: Visitor) -> None:
    settings.X_FRAME_OPTIONS = "SAMEORIGIN"
    responses = [visitor.navigate(RESUME)]
    visitor.sign_in("alice")
    link = link_of(visitor)
    responses += [visitor.navigate(RESUME), visitor.navigate(link), press(visitor, link)]
    for response in responses:
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["X-Frame-Options"] == "DENY"


def test_the_button_needs_a_token(csrf: str, settings: Settings, alice: Visitor) -> None:
    link = link_of(alice)
    assert alice.post(link).status_code == 403
    assert alice.post(link, {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    settings.MIDDLEWARE = [path for path in settings.MIDDLEWARE if "csrf" not in path]
    assert alice.post(link).status_code == 403
    assert alice.signed_in == "alice"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_refused(alice: Visitor, method: str) -> None:
    assert alice.send(method, RESUME).status_code in (403, 405)
    assert alice.signed_in == "alice"


def test_looking_at_it_signs_nobody_out(alice: Visitor) -> None:
    link = link_of(alice)
    for method in ("GET", "HEAD", "OPTIONS"):
        assert alice.send(method, link).status_code == 200
    assert alice.signed_in == "alice"


def test_the_button_pressed_too_late_leads_back_to_the_page(
    settings: Settings, csrf: str, alice: Visitor, clock: Traveller
) -> None:
    """There is nothing in it to keep, and the other tabs wait for that page."""
    settings.SESSION_SECURITY_MAX_AGE = 300
    link = link_of(alice)
    token = page(alice, link).fields["csrfmiddlewaretoken"]
    clock.shift(300)
    response = alice.send("POST", link, f"csrfmiddlewaretoken={token}", headers=NAVIGATION)
    assert after_login(response) == link
    assert KEPT not in alice.session


# What the ping tells old pages


def test_the_ping_says_which_sign_in_is_in_force(visitor: Visitor, clock: Traveller) -> None:
    tags = []
    for name in ("alice", "alice", "bob"):
        visitor.sign_in(name)
        tags.append(visitor.ping().json()["signIn"])
        assert tags[-1] == sign_in_of(visitor) == visitor.session[times.SIGNED_IN]
        clock.shift(1)
    assert len({*tags}) == 3


def test_the_tag_of_a_sign_in_stays(alice: Visitor, clock: Traveller) -> None:
    before = sign_in_of(alice)
    for _ in range(3):
        clock.shift(100)
        alice.navigate("/")
        assert alice.ping(idleFor=5).json()["signIn"] == before == sign_in_of(alice)


def test_a_session_from_before_the_app_gets_a_tag_with_its_first_page(
    alice: Visitor, clock: Traveller
) -> None:
    alice.alter(_session_security_started=..., _session_security=...)
    clock.shift(5)
    tag = sign_in_of(alice)
    assert tag
    assert alice.ping(signIn=tag).json()["signIn"] == tag
    assert "csrfToken" not in alice.ping(signIn=tag).json()


@pytest.mark.parametrize("values", [{}, {"signIn": ""}, {"signIn": None}, {"SIGNIN": "x"}])
def test_a_page_of_this_sign_in_needs_no_token(alice: Visitor, values: dict[str, Any]) -> None:
    if "signIn" in values and values["signIn"] is None:
        values = {"signIn": sign_in_of(alice)}
    answer = alice.ping(idleFor=0, **values).json()
    assert answer["state"] == "active"
    assert "csrfToken" not in answer


@pytest.mark.usefixtures("with_forms")
def test_a_page_of_an_earlier_sign_in_gets_a_token_that_is_right(
    csrf: str, alice: Visitor, clock: Traveller
) -> None:
    before = sign_in_of(alice)
    old = alice.get("/open/").content.decode()
    values = {"title": "half"}
    assert alice.post("/open/", {"csrfmiddlewaretoken": old, **values}).status_code == 200
    clock.shift(600)
    alice.sign_in("alice")
    assert alice.post("/open/", {"csrfmiddlewaretoken": old, **values}).status_code == 403
    new = alice.ping(signIn=before).json()["csrfToken"]
    response = alice.post("/open/", {"csrfmiddlewaretoken": new, **values})
    assert response.json() == {"who": "alice", "values": {"title": ["half"]}}


def test_nobody_gets_a_token(visitor: Visitor, clock: Traveller) -> None:
    assert visitor.ping(signIn="x").json() == {"state": "expired", "reason": "anonymous"}
    visitor.sign_in("alice")
    clock.shift(600)
    assert visitor.ping(signIn="x").json() == {"state": "expired", "reason": "idle"}


def test_the_page_of_somebody_else_learns_whose_session_it_is(
    visitor: Visitor, clock: Traveller
) -> None:
    visitor.sign_in("alice")
    options = element_in(visitor).options
    clock.shift(600)
    visitor.sign_in("bob")
    clock.shift(50)
    answer = visitor.ping(user=options["user"], signIn=options["signIn"], idleFor=0).json()
    assert answer["user"] != options["user"]
    assert answer["idle"] == 50  # whatever the first user does reports nothing for the second


def test_a_question_of_another_sign_in_is_one_query(
    alice: Visitor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert alice.ping(signIn="x").json()["csrfToken"]


# What a page is told


def test_a_page_has_the_link_only_where_it_leads_somewhere(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert link_of(alice) == f"{RESUME}?signIn={quote(sign_in_of(alice))}"
    monkeypatch.setattr(Conf, "resume_path", "")
    assert element_in(alice).all("a") == []


def test_a_page_that_answers_a_post_says_so(alice: Visitor, during: During) -> None:
    during(lambda request: views.element(request).content.decode())
    assert '"answered": false' in alice.navigate("/during/").content.decode()
    token = alice.client.cookies["csrftoken"].value
    assert '"answered": true' in alice.post("/during/", X_CSRFToken=token).content.decode()


@pytest.mark.parametrize("value", ["auto", "leave", "lock"])
@pytest.mark.parametrize("setting", ["auto", "leave", "lock"])
def test_a_view_decides_what_becomes_of_its_page(
    settings: Settings, alice: Visitor, during: During, setting: str, value: str
) -> None:
    settings.SESSION_SECURITY_ON_EXPIRE = setting

    def code(request: HttpRequest) -> str:
        request.session_security.on_expire = value  # type: ignore[attr-defined]
        return views.element(request).content.decode()

    during(code)
    assert element_in(alice, "/during/").options["onExpire"] == value
    assert element_in(alice).options["onExpire"] == setting  # and no other


@pytest.mark.parametrize("value", ["", "Lock", "reload", True, ["lock"]], ids=repr)
def test_a_view_that_decides_for_something_else_is_told(
    alice: Visitor, during: During, value: Any
) -> None:
    said = []

    def code(request: HttpRequest) -> str:
        request.session_security.on_expire = value  # type: ignore[attr-defined]
        with pytest.raises(ImproperlyConfigured) as caught:
            views.element(request)
        said.append(str(caught.value))
        return ""

    during(code)
    alice.navigate("/during/")
    assert said == [f"SESSION_SECURITY_ON_EXPIRE must be one of auto, leave, lock, not {value!r}."]
