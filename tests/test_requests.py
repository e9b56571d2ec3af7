"""What is no human act. It extends nothing; and it revives nothing."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import resolve, reverse, reverse_lazy
from pytest_django import Settings
from time_machine import Traveller

from session_security import requests
from session_security.decorators import passive

from . import views
from .visitor import FETCH, PING, Visitor

ROOT = Path(__file__).parent.parent
XHR = {"X-Requested-With": "XMLHttpRequest"}
CROSS_SITE = {"Sec-Fetch-Site": "cross-site"}


def resolved(path: str = "/", headers: dict[str, str] | None = None) -> HttpRequest:
    request = RequestFactory().get(path, headers=headers)
    request.resolver_match = resolve(path)
    return request


HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PAGE = {"Accept": HTML, "Upgrade-Insecure-Requests": "1"}
CHROMIUM = {"Sec-CH-UA": '"Chromium";v="156", "Not:A-Brand";v="8"'}


def fetched(mode: str, dest: str, site: str = "same-origin") -> dict[str, str]:
    return {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}


BY_PERSON = {"Sec-Fetch-User": "?1"}
DOCUMENT = PAGE | fetched("navigate", "document")
FROM_ELSEWHERE = PAGE | fetched("navigate", "document", "cross-site")
SCRIPT = {"Accept": "*/*"} | fetched("cors", "empty")
TURBO = SCRIPT | {"Accept": "text/html, application/xhtml+xml", "X-Turbo-Request-Id": "3f0a"}
TURBO_FORM = TURBO | {"Accept": f"text/vnd.turbo-stream.html, {TURBO['Accept']}"}
HTMX = SCRIPT | {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}


@dataclass(frozen=True)
class Sender:
    """What it sends; whether that is an act; what it gets when it comes too late.

    ``anonymous`` means that the request goes on as that of a visitor. Read from Chromium 156, and
    in the sources of htmx 2 and 4, Turbo 8, Inertia 2 and 3, Unpoly 3.
    """

    headers: dict[str, str]
    act: str  # "yes", "no", or "COUNT_FETCH" if only with that
    late: str


SENDERS = {
    # Pages
    "Chromium, a link or the address bar": Sender(
        DOCUMENT | BY_PERSON | CHROMIUM, "yes", "anonymous"
    ),
    "Firefox, a link or the address bar": Sender(DOCUMENT | BY_PERSON, "yes", "anonymous"),
    "Safari, a link or the address bar": Sender(DOCUMENT, "yes", "anonymous"),
    "a browser without fetch metadata": Sender(PAGE, "yes", "anonymous"),
    "a proxy that takes the fetch metadata away": Sender(
        PAGE | {"Via": "1.1 proxy"}, "yes", "anonymous"
    ),
    "an Android web view": Sender(
        PAGE | {"X-Requested-With": "com.example.app"}, "yes", "anonymous"
    ),
    "Django's test client, curl": Sender({}, "yes", "anonymous"),
    "a page that loads itself again": Sender(DOCUMENT | CHROMIUM, "yes", "anonymous"),
    "a service worker that passes a page on": Sender(
        PAGE | fetched("navigate", "empty") | CHROMIUM, "yes", "anonymous"
    ),
    "a frame": Sender(PAGE | fetched("navigate", "iframe"), "yes", "anonymous"),
    "an object or embed": Sender(PAGE | fetched("navigate", "object"), "yes", "anonymous"),
    "a link with download": Sender(fetched("navigate", "empty"), "yes", "401"),
    "a link on another site, Chromium": Sender(
        FROM_ELSEWHERE | BY_PERSON | CHROMIUM, "yes", "anonymous"
    ),
    "a link on another site, Safari": Sender(FROM_ELSEWHERE, "yes", "anonymous"),
    "a download linked on another site": Sender(
        fetched("navigate", "empty", "cross-site") | CHROMIUM, "yes", "401"
    ),
    "redirects by way of another site without a person, Chromium": Sender(
        FROM_ELSEWHERE | CHROMIUM, "no", "anonymous"
    ),
    "redirects by way of another origin without a person, Chromium": Sender(
        PAGE | fetched("navigate", "document", "same-site") | CHROMIUM, "no", "anonymous"
    ),
    "redirects by way of another site without a person, Safari": Sender(
        FROM_ELSEWHERE, "yes", "anonymous"
    ),
    "a frame in a page of another site": Sender(
        PAGE | fetched("navigate", "iframe", "cross-site") | BY_PERSON, "no", "anonymous"
    ),
    # Parts of pages
    "an image": Sender({"Accept": "image/*,*/*;q=0.8"} | fetched("no-cors", "image"), "no", "any"),
    "a script": Sender({"Accept": "*/*"} | fetched("no-cors", "script"), "no", "any"),
    "a stylesheet": Sender(
        {"Accept": "text/css,*/*;q=0.1"} | fetched("no-cors", "style"), "no", "any"
    ),
    "a video": Sender({"Accept": "*/*"} | fetched("no-cors", "video"), "no", "any"),
    "a worker": Sender({"Accept": "*/*"} | fetched("same-origin", "worker"), "no", "any"),
    "an image in a page of another site": Sender(
        fetched("no-cors", "image", "cross-site"), "no", "any"
    ),
    # Ahead of time
    "a prefetch by a speculation rule": Sender(
        DOCUMENT | CHROMIUM | {"Sec-Purpose": "prefetch"}, "no", "anonymous"
    ),
    "a prefetch by way of a proxy": Sender(
        DOCUMENT | CHROMIUM | {"Sec-Purpose": "prefetch;anonymous-client-ip"}, "no", "anonymous"
    ),
    "a prerendering": Sender(
        DOCUMENT | CHROMIUM | {"Sec-Purpose": "prefetch;prerender"}, "no", "anonymous"
    ),
    "a link with rel=prefetch": Sender(
        {"Accept": HTML, "Sec-Purpose": "Prefetch"} | fetched("no-cors", "empty"), "no", "401"
    ),
    "an old Chromium's prefetch": Sender(PAGE | {"Purpose": "prefetch"}, "no", "anonymous"),
    "an old Firefox's prefetch": Sender(PAGE | {"X-Moz": "prefetch"}, "no", "anonymous"),
    "Turbo's prefetch": Sender(TURBO | {"X-Sec-Purpose": "prefetch"}, "no", "anonymous"),
    "htmx's preload": Sender(HTMX | {"HX-Preloaded": "true"}, "no", "htmx"),
    "Inertia's prefetch": Sender(
        SCRIPT | {"X-Inertia": "true", "Purpose": "prefetch"}, "no", "inertia"
    ),
    # Scripts
    "fetch": Sender(SCRIPT, "COUNT_FETCH", "401"),
    "fetch, no-cors": Sender({"Accept": "*/*"} | fetched("no-cors", "empty"), "COUNT_FETCH", "401"),
    "fetch from another site": Sender(
        {"Accept": "*/*"} | fetched("cors", "empty", "cross-site"), "no", "401"
    ),
    "fetch without fetch metadata": Sender({"Accept": "*/*"}, "yes", "anonymous"),
    "jQuery without fetch metadata": Sender(
        {"Accept": "*/*", "X-Requested-With": "XMLHttpRequest"}, "COUNT_FETCH", "401"
    ),
    "axios without fetch metadata": Sender(
        {"Accept": "application/json, text/plain, */*"}, "yes", "401"
    ),
    "EventSource": Sender(
        {"Accept": "text/event-stream"} | fetched("cors", "empty"), "COUNT_FETCH", "401"
    ),
    "sendBeacon": Sender({"Accept": "*/*"} | fetched("no-cors", "empty"), "COUNT_FETCH", "401"),
    "a link with ping": Sender(
        {"Accept": "*/*", "Ping-To": "/"} | fetched("no-cors", "empty"), "COUNT_FETCH", "401"
    ),
    # Libraries
    "htmx": Sender(HTMX, "COUNT_FETCH", "htmx"),
    "htmx without fetch metadata": Sender({"HX-Request": "true"}, "COUNT_FETCH", "htmx"),
    "htmx, boosted": Sender(HTMX | {"HX-Boosted": "true"}, "COUNT_FETCH", "anonymous"),
    "htmx, back in history": Sender(
        HTMX | {"HX-History-Restore-Request": "true"}, "COUNT_FETCH", "anonymous"
    ),
    "Turbo": Sender(TURBO, "COUNT_FETCH", "anonymous"),
    "Turbo without fetch metadata": Sender(
        {"Accept": TURBO["Accept"], "X-Turbo-Request-Id": "3f0a"}, "COUNT_FETCH", "anonymous"
    ),
    "Turbo, a form": Sender(TURBO_FORM, "COUNT_FETCH", "anonymous"),
    "Turbo, a frame": Sender(TURBO | {"Turbo-Frame": "side"}, "COUNT_FETCH", "turbo"),
    "Inertia": Sender(
        SCRIPT | {"X-Inertia": "true", "X-Requested-With": "XMLHttpRequest"},
        "COUNT_FETCH",
        "inertia",
    ),
    "Unpoly": Sender(SCRIPT | {"X-Up-Version": "3.14.2"}, "COUNT_FETCH", "unpoly"),
    "Unpoly without fetch metadata": Sender({"X-Up-Version": "3.14.2"}, "COUNT_FETCH", "unpoly"),
}


@pytest.mark.parametrize("name", SENDERS)
def test_what_is_an_act(settings: Settings, name: str) -> None:
    sender = SENDERS[name]
    request = resolved(headers=sender.headers)
    assert requests.is_passive(request) == (sender.act != "yes")
    settings.SESSION_SECURITY_COUNT_FETCH = True
    assert requests.is_passive(request) == (sender.act == "no")


@pytest.mark.parametrize("name", SENDERS)
def test_what_a_late_request_is_answered(alice: Visitor, clock: Traveller, name: str) -> None:
    clock.shift(600)
    response = alice.send("GET", "/?a=1", headers=SENDERS[name].headers)
    found = {
        "anonymous": response.status_code == 200 and response.content == b"public",
        "401": response.status_code == 401 and "HX-Refresh" not in response.headers,
        "htmx": response.status_code == 401 and response.headers.get("HX-Refresh") == "true",
        "inertia": response.headers.get("X-Inertia-Location") == "/?a=1",
        "turbo": response.content.startswith(b'<turbo-frame id="side">'),
        "unpoly": "X-Up-Open-Layer" in response.headers,
        "any": True,
    }
    assert found[SENDERS[name].late]
    assert alice.signed_in == ""


def test_the_table_in_the_docs_says_the_same() -> None:
    text = (ROOT / "docs" / "reference" / "requests.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    words = {
        "no": "no",
        "yes": "yes",
        "COUNT_FETCH": "with `COUNT_FETCH`",
        "anonymous": "as anonymous",
        "any": "as anonymous",
        "401": "401, JSON",
        "htmx": "401, `HX-Refresh`",
        "inertia": "409, `X-Inertia-Location`",
        "turbo": "401, a line in the frame",
        "unpoly": "401, a layer",
    }
    told = {row[0]: (row[-2], row[-1]) for row in rows if row[0] in SENDERS}
    assert told == {name: (words[s.act], words[s.late]) for name, s in SENDERS.items()}


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
    assert requests.is_passive(resolved(headers=headers)) is passive_path


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
    assert requests.is_passive(resolved("/monitor/poll/")) is passive_path
    assert not requests.is_passive(resolved("/monitor/read/"))


def test_passive_urls_are_compared_without_the_query(settings: Settings) -> None:
    settings.SESSION_SECURITY_PASSIVE_URLS = ["/monitor/poll/"]
    request = RequestFactory().get("/monitor/poll/?since=5")
    assert requests.is_passive(request)


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
    assert requests.is_passive(resolved(reverse("monitor:poll"))) is in_monitor
    assert requests.is_passive(resolved(reverse("other:poll"))) is in_other
    assert not requests.is_passive(resolved(reverse("monitor:read")))


@pytest.mark.parametrize(
    "name", ["passive_function", "passive_coroutine", "passive_class", "passive_instance"]
)
def test_the_mark_is_seen_on_every_kind_of_view(name: str) -> None:
    assert requests.is_passive(resolved(reverse(name)))


def test_the_mark_stays_with_the_view_that_bears_it() -> None:
    assert not requests.is_passive(resolved("/"))
    assert passive(views.passive_function) is views.passive_function
    assert not hasattr(views.AnyView, requests.PASSIVE)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/json", False),
        ("text/html, application/json;q=0.9", True),
        ("application/json;q=0.5, text/html", True),
        ("image/avif,image/webp,*/*;q=0.8", True),
        ("", True),
        ("no media type at all", True),
    ],
)
def test_without_fetch_metadata_what_is_accepted_decides(accept: str, expected: bool) -> None:
    assert requests.expects_page(resolved(headers={"Accept": accept})) is expected


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
    assert not alice.session.exists(key)
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
