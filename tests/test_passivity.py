"""What is no human act. It extends nothing; and it revives nothing."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import resolve, reverse, reverse_lazy
from pytest_django import Settings
from time_machine import Traveller

from session_security import passivity
from session_security.decorators import passive

from . import views
from .visitor import FETCH, NAVIGATION, PING, Visitor

XHR = {"X-Requested-With": "XMLHttpRequest"}
CROSS_SITE = {"Sec-Fetch-Site": "cross-site"}


def resolved(path: str = "/", headers: dict[str, str] | None = None) -> HttpRequest:
    request = RequestFactory().get(path, headers=headers)
    request.resolver_match = resolve(path)
    return request


@pytest.mark.parametrize(
    ("headers", "expected", "counting_fetch"),
    [
        ({}, False, False),  # no fetch metadata: it counts
        (NAVIGATION, False, False),
        ({"Sec-Purpose": "prefetch"}, True, True),
        ({"Sec-Purpose": "prefetch;prerender"}, True, True),
        ({"Sec-Purpose": "prefetch;anonymous-client-ip"}, True, True),
        (NAVIGATION | {"Sec-Purpose": "Prefetch"}, True, True),
        ({"Purpose": "prefetch"}, True, True),
        ({"X-Moz": "prefetch"}, True, True),
        ({"X-Sec-Purpose": "prefetch"}, True, True),
        ({"HX-Preloaded": "true"}, True, True),
        (FETCH, True, False),
        (FETCH | {"HX-Request": "true"}, True, False),
        (XHR, True, False),
        ({"X-Requested-With": "com.example.app"}, False, False),  # an Android web view
        # a link on another site is clicked by a person, an image there is loaded by none
        (NAVIGATION | CROSS_SITE, False, False),
        ({"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"} | CROSS_SITE, True, True),
        (FETCH | CROSS_SITE, True, True),
        (CROSS_SITE, True, True),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, False, False),
    ],
    ids=lambda value: (
        ",".join(f"{k}:{v}" for k, v in value.items()) or "none"
        if isinstance(value, dict)
        else None
    ),
)
def test_what_the_headers_say(
    settings: Settings, headers: dict[str, str], expected: bool, counting_fetch: bool
) -> None:
    assert passivity.is_passive(resolved(headers=headers)) is expected
    settings.SESSION_SECURITY_COUNT_FETCH = True
    assert passivity.is_passive(resolved(headers=headers)) is counting_fetch


@pytest.mark.parametrize(
    ("dest", "passive_path"),
    [("document", False), ("iframe", False), ("object", False), ("image", True), ("video", True)],
)
def test_parts_of_a_page_are_passive_however_scripts_count(
    settings: Settings, dest: str, passive_path: bool
) -> None:
    """An image that a timer renews would keep the session for ever."""
    settings.SESSION_SECURITY_COUNT_FETCH = True
    headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": dest}
    assert passivity.is_passive(resolved(headers=headers)) is passive_path


@pytest.mark.parametrize(
    ("urls", "passive_path"),
    [
        ([], False),
        (["/monitor/poll/"], True),
        (("/monitor/poll/",), True),
        ({"/monitor/poll/"}, True),
        ([reverse_lazy("monitor:poll")], True),
        ([reverse_lazy("home"), reverse_lazy("monitor:poll")], True),
        (["/monitor/"], False),  # the whole path, not how it begins
        (["monitor/poll/"], False),
        ([None, 5, b"/monitor/poll/"], False),
    ],
)
def test_passive_urls(settings: Settings, urls: object, passive_path: bool) -> None:
    settings.SESSION_SECURITY_PASSIVE_URLS = urls
    assert passivity.is_passive(resolved("/monitor/poll/")) is passive_path
    assert not passivity.is_passive(resolved("/monitor/read/"))


def test_passive_urls_are_compared_without_the_query(settings: Settings) -> None:
    settings.SESSION_SECURITY_PASSIVE_URLS = ["/monitor/poll/"]
    request = RequestFactory().get("/monitor/poll/?since=5")
    assert passivity.is_passive(request)


@pytest.mark.parametrize(
    ("names", "in_monitor", "in_other"),
    [
        ([], False, False),
        (["monitor:poll"], True, False),
        (["other:poll"], False, True),
        (("other:poll", "monitor:poll"), True, True),
        (["poll"], True, True),  # as 2.x compared
        (["monitor"], False, False),
    ],
    ids=repr,
)
def test_passive_url_names_know_namespaces(
    settings: Settings, names: object, in_monitor: bool, in_other: bool
) -> None:
    """Defect of 2.6.8: namespaced passive names are ignored."""
    settings.SESSION_SECURITY_PASSIVE_URL_NAMES = names
    assert passivity.is_passive(resolved(reverse("monitor:poll"))) is in_monitor
    assert passivity.is_passive(resolved(reverse("other:poll"))) is in_other
    assert not passivity.is_passive(resolved(reverse("monitor:read")))


@pytest.mark.parametrize(
    "name", ["passive_function", "passive_coroutine", "passive_class", "passive_instance"]
)
def test_the_mark_is_seen_on_every_kind_of_view(name: str) -> None:
    assert passivity.is_passive(resolved(reverse(name)))


def test_the_mark_stays_with_the_view_that_bears_it() -> None:
    assert not passivity.is_passive(resolved("/"))
    assert passive(views.passive_function) is views.passive_function
    assert not hasattr(views.AnyView, passivity.PASSIVE)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        (NAVIGATION, False),
        (FETCH, True),
        (XHR, True),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
        ({"Accept": "application/json"}, True),
        ({"Accept": "application/json, text/plain, */*"}, True),  # axios
        ({"Accept": "*/*"}, False),  # curl
        ({"Accept": "text/html, application/json;q=0.9"}, False),
        ({"Accept": "application/json;q=0.5, text/html"}, False),
        ({"Accept": "image/avif,image/webp,*/*;q=0.8"}, False),
        ({"Accept": ""}, False),
        ({"Accept": "no media type at all"}, False),
    ],
    ids=repr,
)
def test_whether_a_script_waits_for_the_answer(headers: dict[str, str], expected: bool) -> None:
    assert passivity.is_script(resolved(headers=headers)) is expected


# Passive means "does not extend". It never means "is not checked".

Sent = tuple[str, str, dict[str, str], str]

PASSIVE: dict[str, Sent] = {
    "a passive URL": ("GET", "/monitor/poll/", {}, ""),
    "a passive URL name": ("GET", "/monitor/read/", {}, ""),
    "a passive function": ("GET", "/passive/function/", {}, ""),
    "a passive coroutine": ("GET", "/passive/coroutine/", {}, ""),
    "a passive class": ("GET", "/passive/class/", {}, ""),
    "a passive instance": ("GET", "/passive/instance/", {}, ""),
    "a prefetch": ("GET", "/", {"Sec-Purpose": "prefetch"}, ""),
    "a prerendering": ("GET", "/", {"Sec-Purpose": "prefetch;prerender"}, ""),
    "an old prefetch": ("GET", "/", {"Purpose": "prefetch"}, ""),
    "Firefox's prefetch": ("GET", "/", {"X-Moz": "prefetch"}, ""),
    "Safari's prefetch": ("GET", "/", {"X-Sec-Purpose": "prefetch"}, ""),
    "htmx's preload": ("GET", "/", {"HX-Preloaded": "true"}, ""),
    "a fetch": ("GET", "/", FETCH, ""),
    "an XHR": ("GET", "/", XHR, ""),
    "another site's image": ("GET", "/", {"Sec-Fetch-Dest": "image"} | CROSS_SITE, ""),
    "no page at all": ("GET", "/no/such/page/", {}, ""),
    "a ping that asks": ("GET", PING, {}, ""),
    "a ping that asks as 3.0 does": ("POST", PING, {"X-Session-Security": "1"}, ""),
    "a ping without its header": ("POST", PING, {}, ""),
    "a ping by HEAD": ("HEAD", f"{PING}?idleFor=0", {}, ""),
    "a ping by PUT": ("PUT", f"{PING}?idleFor=0", {}, ""),
    "another site's ping": ("GET", f"{PING}?idleFor=0", CROSS_SITE, ""),
}
REPORTS: dict[str, Sent] = {
    "a ping of 2.x": ("GET", f"{PING}?idleFor=0", {}, ""),
    "a ping": ("POST", PING, {"X-Session-Security": "1"}, "idleFor=0"),
}


@pytest.fixture
def polled(settings: Settings) -> None:
    settings.SESSION_SECURITY_PASSIVE_URLS = ["/monitor/poll/"]
    settings.SESSION_SECURITY_PASSIVE_URL_NAMES = ["monitor:read"]


def send(visitor: Visitor, sent: Sent) -> int:
    method, path, headers, body = sent
    response = visitor.send(method, path, body, headers=headers)
    return int(response.status_code)


@pytest.mark.parametrize("sent", PASSIVE.values(), ids=PASSIVE)
def test_what_is_no_act_extends_nothing(
    polled: None, alice: Visitor, clock: Traveller, sent: Sent
) -> None:
    """Defect of 2.6.8: a ping without idleFor counts as activity; so do a 405 and a 404."""
    before = dict(alice.session.items())
    clock.shift(599)
    send(alice, sent)
    assert dict(alice.session.items()) == before
    assert alice.signed_in == "alice"
    clock.shift(1)
    assert alice.signed_in == ""


@pytest.mark.parametrize("sent", (PASSIVE | REPORTS).values(), ids=PASSIVE | REPORTS)
def test_no_marker_gets_a_dead_session_past_the_check(
    polled: None, alice: Visitor, clock: Traveller, sent: Sent
) -> None:
    """Defect of 2.x #75 and OpenEMR (CVE-2026-25476): the client's word comes before the check."""
    key = alice.key
    clock.shift(600)
    send(alice, sent)
    assert alice.key == ""
    alice.client.cookies["sessionid"] = key
    clock.shift(-600)  # whatever the clock says: there is no such session any more
    assert alice.signed_in == ""


@pytest.mark.parametrize(
    ("setting", "extends"), [({}, False), ({"SESSION_SECURITY_COUNT_FETCH": True}, True)], ids=repr
)
def test_a_polling_loop_is_no_person_unless_the_site_says_so(
    settings: Settings, alice: Visitor, clock: Traveller, setting: dict[str, bool], extends: bool
) -> None:
    """Defect of 2.6.8: fetch loops keep the session."""
    for name, value in setting.items():
        setattr(settings, name, value)
    for _ in range(25):
        clock.shift(30)
        response = alice.fetch("/private/")
    assert (response.status_code == 200) is extends


def test_somebody_else_s_page_extends_nothing(alice: Visitor, clock: Traveller) -> None:
    clock.shift(400)
    assert alice.get("/", **CROSS_SITE).content == b"public"
    clock.shift(200)
    assert alice.signed_in == ""


def test_a_link_on_another_site_is_an_act(alice: Visitor, clock: Traveller) -> None:
    clock.shift(400)
    assert alice.navigate("/", **CROSS_SITE).content == b"public"
    clock.shift(200)
    assert alice.signed_in == "alice"
