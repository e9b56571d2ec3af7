"""What ``{% include "session_security/all.html" %}`` puts into a page."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import django
import pytest
from django.contrib.auth import logout
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import trans_real
from pytest_django import DjangoAssertNumQueries, Settings
from time_machine import Traveller

from session_security.templatetags import session_security_tags

from . import settings as plain
from . import views
from .conftest import During
from .neighbours import WITHOUT
from .own_templates import use_templates
from .visitor import Visitor

DOCS = Path(__file__).parent.parent / "docs"


class Element(HTMLParser):
    """The tags of a page, and the options among them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.options: dict[str, Any] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == ("script", {"type": "application/json"}) and data.strip():
            self.options = json.loads(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def by_id(self, name: str) -> tuple[str, dict[str, str | None]]:
        [found] = [tag for tag in self.tags if tag[1].get("id") == name]
        return found


def page(visitor: Visitor, path: str = "/element/") -> Element:
    response = visitor.navigate(path)
    assert response.status_code == 200
    return Element(response.content.decode())


def rendered(source: str, request: HttpRequest | None, **context: object) -> str:
    template = engines["django"].from_string("{% load session_security_tags %}" + source)
    return str(template.render(context, request))


# Nothing, where there is nothing to warn about


def test_a_visitor_s_page_gets_nothing(
    visitor: Visitor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = visitor.navigate("/element/")
    assert response.content.strip() == b""
    assert "Vary" not in response.headers


def test_a_visitor_with_a_session_gets_nothing(visitor: Visitor) -> None:
    visitor.alter(basket=1)
    assert visitor.navigate("/element/").content.strip() == b""


def test_without_the_middleware_nothing_is_rendered(settings: Settings, alice: Visitor) -> None:
    settings.MIDDLEWARE = WITHOUT
    response = alice.navigate("/element/")
    assert (response.status_code, response.content.strip()) == (200, b"")


def test_a_page_that_comes_too_late_gets_nothing(alice: Visitor, clock: Traveller) -> None:
    clock.shift(600)
    assert alice.navigate("/element/").content.strip() == b""


def test_after_a_sign_out_in_the_same_request_nothing_is_rendered(
    alice: Visitor, during: During
) -> None:
    def code(request: HttpRequest) -> str:
        logout(request)
        return views.element(request).content.decode()

    during(code)
    assert alice.navigate("/during/").content.strip() == b""


@pytest.mark.usefixtures("db")
def test_without_a_request_nothing_is_rendered(settings: Settings) -> None:
    settings.TEMPLATES = [plain.TEMPLATES[0] | {"OPTIONS": {}}]
    for request in (None, RequestFactory().get("/")):
        assert rendered(views.ELEMENT, request).strip() == ""


# The element


def test_the_options_are_those_of_the_request(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    clock.shift(100)
    assert page(alice).options == {
        "pingUrl": "/session_security/ping/",
        "channel": "3a8d0f7f8e1f72d2",
        "sharesCookie": False,
        "warnAfter": 540,
        "expireAfter": 600,
        "idle": 0,
        "absoluteIn": None,
        "user": alice.ping().json()["user"],
        "signIn": alice.ping().json()["signIn"],
        "requireConfirm": False,
        "onExpire": "auto",
        "answered": False,
        "language": "en-us",
        "confirmFormDiscard": True,
    }
    settings.SESSION_SECURITY_MAX_AGE = 3600
    settings.SESSION_SECURITY_REQUIRE_CONFIRM = True
    settings.SESSION_SECURITY_ON_EXPIRE = "lock"
    options = page(alice).options
    assert (options["absoluteIn"], options["requireConfirm"]) == (3500, True)
    assert options["onExpire"] == "lock"


def test_each_option_is_documented(settings: Settings, alice: Visitor) -> None:
    settings.SESSION_SECURITY_REDIRECT_TO_LOGOUT = True
    reference = (DOCS / "reference" / "client.md").read_text().split("\n## Options\n")[1]
    assert [name for name in page(alice).options if f"`{name}`" not in reference] == []


def test_what_a_dialog_of_one_s_own_must_keep_is_documented(alice: Visitor) -> None:
    element = page(alice)
    guide = (DOCS / "howto" / "look.md").read_text()
    hooks = {
        f'data-when="{when}"'
        for _, attributes in element.tags
        for when in str(attributes.get("data-when", "")).split()
    }
    buttons = re.findall(r'<button type="button" name="\w+"', element.html)
    hooks |= {f"{button}>" for button in buttons}
    for name in ("warning", "cover"):
        hooks.add(f'<dialog id="session_security_{name}">')
    for name in ("counter", "spoken", "cover_title", "since"):
        element.by_id(f"session_security_{name}")
        hooks.add(f'id="session_security_{name}"')
    assert len(hooks) == 17
    assert [hook for hook in sorted(hooks) if hook not in guide] == []


def test_a_passive_page_says_how_long_its_user_has_been_idle(
    alice: Visitor, clock: Traveller, during: During
) -> None:
    during(lambda request: views.element(request).content.decode())
    clock.shift(100)
    assert page(alice, "/passive/during/").options["idle"] == 100


def test_server_and_browser_have_the_same_timeouts(settings: Settings, visitor: Visitor) -> None:
    settings.SESSION_SECURITY_TIMEOUTS = "tests.neighbours.short_for_bob"
    visitor.sign_in("bob")
    answer, options = visitor.ping().json(), page(visitor).options
    for name, seconds in [("warnAfter", 30), ("expireAfter", 60)]:
        assert answer[name] == options[name] == seconds


@pytest.mark.parametrize(
    ("redirect", "url", "expected"),
    [
        (False, "logout", None),
        (True, "logout", "/logout/"),
        (True, "leave", "/leave/"),
        (True, "no_such_view", None),
        (True, "/accounts/bye/?why=idle", "/accounts/bye/?why=idle"),
        (True, "https://sso.example/bye", "https://sso.example/bye"),
        (True, "/</script><script>alert(1)</script>", "/</script><script>alert(1)</script>"),
    ],
)
def test_where_to_return_to_is_said_only_if_that_is_wanted(
    settings: Settings, alice: Visitor, redirect: bool, url: str, expected: str | None
) -> None:
    settings.SESSION_SECURITY_REDIRECT_TO_LOGOUT = redirect
    settings.SESSION_SECURITY_LOGOUT_URL = url
    assert page(alice).options.get("returnToUrl") == expected


@pytest.mark.parametrize(
    ("url", "action"),
    [
        ("logout", "/logout/"),
        ("leave", "/leave/"),
        ("/bye/", "/bye/"),
        ('/bye/"><b>', '/bye/"><b>'),
        ("no_such_view", None),
        ("", None),
    ],
)
def test_the_button_that_signs_out_is_there_if_there_is_a_view(
    settings: Settings, alice: Visitor, url: str, action: str | None
) -> None:
    settings.SESSION_SECURITY_LOGOUT_URL = url
    forms = page(alice).all("form")
    assert forms == ([] if action is None else [{"method": "post", "action": action}])


def test_the_ids_of_2x_are_there_and_each_id_is_there_once(alice: Visitor) -> None:
    element = page(alice)
    ids = [attributes["id"] for _, attributes in element.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {"session_security_warning", "session_security_counter"} <= set(ids)


def test_dialogs_have_names_and_descriptions_for_everyone(alice: Visitor) -> None:
    """Defect of 2.6.8: a dialog without an accessible name."""
    element = page(alice)
    dialogs = element.all("dialog")
    assert [dialog["id"] for dialog in dialogs] == [
        "session_security_warning",
        "session_security_cover",
    ]
    for dialog in dialogs:
        assert dialog["role"] == "alertdialog"
        assert "open" not in dialog
        for attribute in ("aria-labelledby", "aria-describedby"):
            element.by_id(str(dialog[attribute]))


def test_the_page_needs_no_inline_script_and_no_inline_style(alice: Visitor) -> None:
    """Defect of 2.6.8: an inline script, blocked by a Content Security Policy."""
    element = page(alice)
    for script in element.all("script"):
        assert ("src" in script) != (script.get("type") == "application/json")
    assert [script["src"] for script in element.all("script") if "src" in script] == [
        "/static/session_security/session_security.js"
    ]
    assert element.all("style") == []
    for _, attributes in element.tags:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        assert not any(str(value).startswith("javascript:") for value in attributes.values())


def test_the_script_is_the_one_to_be_read_where_debug_is_on(
    settings: Settings, alice: Visitor
) -> None:
    settings.DEBUG = True
    [script] = [script for script in page(alice).all("script") if "src" in script]
    assert script["src"] == "/static/session_security/session_security.debug.js"
    assert finders.find("session_security/session_security.debug.js")


def test_two_includes_are_no_error(alice: Visitor, during: During) -> None:
    during(lambda request: views.element(request).content.decode() * 2)
    assert len(page(alice, "/during/").all("session-security")) == 2


# The nonce


class Nonce:
    """As Django's own, it is false until it is used."""

    used = False

    def __bool__(self) -> bool:
        return self.used

    def __str__(self) -> str:
        self.used = True
        return 'n"1'


def nonces(html: str) -> list[str | None]:
    return [
        attributes.get("nonce")
        for tag, attributes in Element(html).tags
        if tag == "link" or (tag == "script" and "src" in attributes)
    ]


def test_a_nonce_in_the_context_is_passed_on(alice: Visitor, during: During) -> None:
    def code(request: HttpRequest) -> str:
        return rendered(views.ELEMENT, request, csp_nonce=Nonce())

    during(code)
    html = alice.navigate("/during/").content.decode()
    assert nonces(html) == ['n"1', 'n"1']
    assert escape('n"1') in html


def test_a_nonce_of_the_request_is_passed_on(alice: Visitor, during: During) -> None:
    """As django-csp has it."""

    def code(request: HttpRequest) -> str:
        request.csp_nonce = "n2"  # type: ignore[attr-defined]
        return rendered(views.ELEMENT, request)

    during(code)
    assert nonces(alice.navigate("/during/").content.decode()) == ["n2", "n2"]


def test_without_a_policy_there_is_no_nonce(alice: Visitor) -> None:
    assert nonces(page(alice).html) == [None, None]


@pytest.mark.skipif(django.VERSION < (6, 0), reason="Django has a policy of its own since 6.0")
def test_a_nonce_of_django_s_policy_is_the_one_in_the_header(
    settings: Settings, alice: Visitor
) -> None:
    from django.utils.csp import CSP  # type: ignore[import-not-found,unused-ignore]

    policy = "django.middleware.csp.ContentSecurityPolicyMiddleware"
    settings.MIDDLEWARE = [policy, *plain.MIDDLEWARE]
    settings.SECURE_CSP = {"script-src": [CSP.SELF, CSP.NONCE]}
    options: Any = plain.TEMPLATES[0]["OPTIONS"]
    processors = [*options["context_processors"], "django.template.context_processors.csp"]
    settings.TEMPLATES = [
        plain.TEMPLATES[0] | {"OPTIONS": options | {"context_processors": processors}}
    ]
    response = alice.navigate("/element/")
    first, second = nonces(response.content.decode())
    assert first == second
    assert f"'nonce-{first}'" in response.headers["Content-Security-Policy"]


# The filters


def test_the_filters_of_2x(settings: Settings, visitor: Visitor, during: During) -> None:
    source = "{{ request|warn_after }} {{ request|expire_after }} {{ request|redirect_to_logout }}"
    during(lambda request: rendered(source, request))
    assert visitor.navigate("/during/").content == b"540 600 False"
    settings.SESSION_SECURITY_TIMEOUTS = "tests.neighbours.short_for_bob"
    settings.SESSION_SECURITY_REDIRECT_TO_LOGOUT = True
    assert visitor.navigate("/during/").content == b"540 600 True"
    visitor.sign_in("bob")
    assert visitor.navigate("/during/").content == b"30 60 True"
    settings.MIDDLEWARE = WITHOUT
    assert visitor.navigate("/during/").content == b"540 600 True"


# Said in advance

NOTICE = "{% session_security_notice %}"


@pytest.mark.parametrize(
    ("expire_after", "words"),
    [
        (0.5, "1 second"),
        (1, "1 second"),
        (45, "45 seconds"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (90.5, "90 seconds"),
        (900, "15 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (43_200, "12 hours"),
        (86_400, "24 hours"),
        (129_600, "36 hours"),
        (172_800, "2 days"),
        (176_400, "49 hours"),
        (timedelta(days=30), "30 days"),
    ],
)
def test_a_visitor_is_told_in_advance_how_long_one_may_be_away(
    settings: Settings, expire_after: float | timedelta, words: str
) -> None:
    settings.SESSION_SECURITY_EXPIRE_AFTER = expire_after
    settings.SESSION_SECURITY_WARN_AFTER = 0.1
    said = f"You will be signed out after {words} without activity."
    assert rendered(NOTICE, None) == said
    assert rendered(NOTICE, RequestFactory().get("/")) == said


def test_the_absolute_limit_is_said_too(settings: Settings) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 43_200
    assert rendered(NOTICE, None) == (
        "You will be signed out after 10 minutes without activity. "
        "You will always be signed out 12 hours after signing in."
    )


def test_what_is_said_holds_for_the_request(
    settings: Settings, visitor: Visitor, during: During
) -> None:
    settings.SESSION_SECURITY_TIMEOUTS = "tests.neighbours.short_for_bob"
    during(lambda request: rendered(NOTICE, request))
    for name, words in (("", "10 minutes"), ("alice", "10 minutes"), ("bob", "1 minute")):
        if name:
            visitor.sign_in(name)
        text = visitor.navigate("/during/").content.decode()
        assert text == f"You will be signed out after {words} without activity."


@pytest.mark.parametrize(
    ("language", "idle", "absolute"),
    [
        (
            "cs",
            "Pokud nebudete 15 minut aktivní, budete odhlášeni.",
            "V každém případě budete odhlášeni 2 dny po přihlášení.",
        ),
        (
            "de",
            "Wenn Sie 15 Minuten lang nicht aktiv sind, werden Sie abgemeldet.",
            "Spätestens 2 Tage nach der Anmeldung werden Sie in jedem Fall abgemeldet.",
        ),
        (
            "fi",
            "Sinut kirjataan ulos 15 minuutin käyttämättömyyden jälkeen.",
            "Sinut kirjataan aina ulos 2 päivän kuluttua sisäänkirjautumisesta.",
        ),
        (
            "pl",
            "Jeśli przez 15 minut nie będzie aktywności, nastąpi wylogowanie.",
            "W każdym przypadku wylogowanie nastąpi 2 dni po zalogowaniu.",
        ),
    ],
)
def test_times_are_said_in_the_case_that_both_sentences_need(
    settings: Settings, language: str, idle: str, absolute: str
) -> None:
    settings.SESSION_SECURITY_EXPIRE_AFTER = 900
    settings.SESSION_SECURITY_MAX_AGE = 172_800
    with translation.override(language):
        assert rendered(NOTICE, None) == f"{idle} {absolute}"


def test_a_visitor_s_page_with_the_notice_costs_nothing(
    visitor: Visitor, during: During, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    during(lambda request: rendered(NOTICE, request))
    with django_assert_num_queries(0):
        response = visitor.navigate("/during/")
    assert "Vary" not in response.headers
    assert not response.cookies


def test_the_tabs_of_one_session_have_one_channel_whatever_the_url_of_the_ping(
    settings: Settings, alice: Visitor
) -> None:
    first = page(alice).options
    assert first["sharesCookie"] is False
    settings.ROOT_URLCONF = "tests.urls_elsewhere"
    second = page(alice).options
    assert second["pingUrl"] != first["pingUrl"]
    assert second["channel"] == first["channel"]


def test_a_cookie_of_several_hosts_has_a_channel_of_its_own(
    settings: Settings, alice: Visitor
) -> None:
    first = page(alice).options
    settings.SESSION_COOKIE_DOMAIN = "testserver"
    second = page(alice).options
    assert second["sharesCookie"] is True
    assert second["channel"] != first["channel"]


LANGUAGE = "{% session_security_language %}"


@pytest.mark.parametrize(
    ("site", "active", "attributes"),
    [
        ("en-us", "de", 'lang="de" dir="ltr"'),
        ("en-us", "he", 'lang="he" dir="rtl"'),
        ("en-us", "de-at", 'lang="de-at" dir="ltr"'),
        ("en-us", "en-gb", 'lang="en" dir="ltr"'),
        ("en-us", "ur", 'lang="en" dir="ltr"'),  # without a catalogue of the app
        ("de", "ur", 'lang="de" dir="ltr"'),  # whose words Django takes then
        ("de", "de", 'lang="de" dir="ltr"'),
        ("en-us", None, 'lang="en" dir="ltr"'),
    ],
)
def test_words_are_marked_with_the_language_that_they_are_in(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    site: str,
    active: str | None,
    attributes: str,
) -> None:
    settings.LANGUAGE_CODE = site
    monkeypatch.setattr(trans_real, "_translations", {})  # they depend on that setting
    with translation.override(active):
        assert rendered(LANGUAGE, None) == attributes


def test_words_that_a_site_has_translated_itself_are_marked_as_such(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def translate(words: str) -> str:
        return f"{words}, in {translation.get_language()}"

    monkeypatch.setattr(session_security_tags, "_", translate)
    with translation.override("ur"):
        assert rendered(LANGUAGE, None) == 'lang="ur" dir="rtl"'


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ["Sign in again now", "Sign out", "Sign in again"]),
        (["shop"], ["Sign in again now", "Sign out", "Sign in again"]),
        (["admin"], ["Log in again", "Log out", "Log in again"]),
    ],
)
def test_pages_of_the_admin_say_log_out_as_it_does(
    alice: Visitor, during: During, names: list[str], words: list[str]
) -> None:
    def view(request: HttpRequest) -> None:
        match = request.resolver_match
        assert match
        match.app_names = names
        html = rendered('{% include "session_security/all.html" %}', request)
        links = re.findall(r"<a [^>]*>(.*?) <span|<button>(.*?)</button>", html)
        assert [link or button for link, button in links] == words

    during(view)
    assert alice.navigate("/during/").status_code == 200


def test_the_dialogs_of_the_app_are_rendered_once_and_name_each_sign_in(
    monkeypatch: pytest.MonkeyPatch, alice: Visitor, clock: Traveller
) -> None:
    monkeypatch.setattr(session_security_tags, "_rendered", {})
    first = alice.navigate("/element/").content.decode()
    rendered = dict(session_security_tags._rendered)
    assert len(rendered) == 2
    clock.shift(1)
    alice.sign_in("alice")
    second = alice.navigate("/element/").content.decode()
    assert rendered == session_security_tags._rendered
    links = [set(re.findall(r"signIn=([^\"]+)", html)) for html in (first, second)]
    assert links[0].isdisjoint(links[1])
    assert [len(found) for found in links] == [1, 1]
    assert quote_plus(alice.session["_session_security_signed_in"]) in links[1]


class Cleared(dict[tuple[object, ...], str]):
    """What was rendered, when another thread clears it as soon as this one has found it."""

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None

    def get(self, key: Any, default: Any = None) -> Any:
        found = super().get(key, default)
        if found is not None:
            self.clear()
        return found


def test_a_dialog_is_shown_though_another_thread_makes_room(
    monkeypatch: pytest.MonkeyPatch, alice: Visitor
) -> None:
    monkeypatch.setattr(session_security_tags, "_rendered", Cleared())
    for _ in range(3):
        response = alice.navigate("/element/")
        assert response.content.count(b"</dialog>") == 2


def test_a_dialog_of_the_site_is_rendered_for_each_page(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    own = {"session_security/dialog.html": "<p>{{ request.session_security.idle }} s</p>"}
    use_templates(settings, own)
    for idle in ("3.0", "6.0"):
        clock.shift(3)
        assert f"<p>{idle} s</p>" in alice.fetch("/element/").content.decode()
