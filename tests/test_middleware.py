"""Whoever leaves is signed out; whoever stays is not; and nothing else changes."""

import logging
from typing import Any

import pytest
from asgiref.sync import SyncToAsync, async_to_sync, iscoroutinefunction
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse_lazy
from pytest_django import DjangoAssertNumQueries, Settings
from time_machine import Traveller

from session_security.conf import NAMES, PREFIX
from session_security.middleware import SessionSecurityMiddleware
from session_security.policy import Reason, SessionStatus, Timeouts
from session_security.sessions import times

from . import settings as plain
from . import views
from .conftest import NOON, During
from .neighbours import LOGIN_REQUIRED, MESSAGES, OURS, WITHOUT, short_for_bob, stack
from .visitor import FETCH, NAVIGATION, Visitor

IDLE = "You were signed out because there was no activity."
AGED = "You were signed out because your session had reached its time limit."

# Visitors who are not signed in


@pytest.mark.parametrize("path", ["/", "/async/", "/no/such/page/", "/element/"])
def test_a_visitor_s_page_gains_no_query_no_vary_and_no_cookie(
    visitor: Visitor, django_assert_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    with django_assert_num_queries(0):
        response = visitor.navigate(path)
    assert "Vary" not in response.headers
    assert not response.cookies


def test_a_session_without_a_user_is_left_alone(visitor: Visitor, clock: Traveller) -> None:
    visitor.alter(basket=1)
    clock.shift(10_000)
    response = visitor.navigate("/")
    assert "Vary" not in response.headers
    assert not response.cookies
    assert dict(visitor.session.items()) == {"basket": 1}


def test_a_visitor_s_page_that_uses_its_session_varies_as_ever(
    visitor: Visitor, during: During
) -> None:
    during(lambda request: str(request.session.get("basket")))
    for basket in (None, 1):
        if basket:
            visitor.alter(basket=basket)
        response = visitor.navigate("/during/")
        assert response.content.decode() == str(basket)
        assert response.headers["Vary"] == "Cookie"


@pytest.mark.parametrize("basket", [None, 1])
def test_a_page_that_depends_on_the_session_already_still_varies(
    settings: Settings, visitor: Visitor, basket: int | None
) -> None:
    """A shared cache would hand it to everybody else."""
    settings.MIDDLEWARE = stack(before="tests.neighbours.ReadsSession")
    if basket:
        visitor.alter(basket=basket)
    assert visitor.navigate("/").headers["Vary"] == "Cookie"


def test_a_visitor_s_new_session_is_kept(visitor: Visitor, during: During) -> None:
    during(lambda request: request.session.update({"basket": 1}))
    response = visitor.navigate("/during/")
    assert response.headers["Vary"] == "Cookie"
    assert dict(visitor.session.items()) == {"basket": 1}


def test_a_visitor_is_never_told_to_have_been_signed_out(
    visitor: Visitor, clock: Traveller
) -> None:
    visitor.navigate("/")
    clock.shift(10_000)
    assert visitor.navigate("/private/").url == "/login/?next=/private/"
    assert visitor.navigate("/login/").json() == {"messages": []}


# People who are signed in


@pytest.mark.parametrize("path", ["/private/", "/name/", "/aname/"])
def test_a_signed_in_page_costs_no_query_and_no_cookie_while_nothing_is_due(
    settings: Settings, alice: Visitor, clock: Traveller, path: str
) -> None:
    clock.shift(14)
    with CaptureQueriesContext(connection) as queries:
        response = alice.navigate(path)
    assert response.status_code == 200
    assert not response.cookies
    settings.MIDDLEWARE = WITHOUT
    with CaptureQueriesContext(connection) as bare:
        alice.tab().navigate(path)
    assert len(queries) == len(bare)


@pytest.mark.parametrize("interface", ["asgi"], indirect=True)
def test_a_signed_in_page_makes_no_thread_hop_of_its_own(
    settings: Settings, alice: Visitor, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    hops: list[object] = []
    hop = SyncToAsync.__call__

    async def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        hops.append(self.func)
        return await hop(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", counted)
    clock.shift(14)
    alice.navigate("/aname/")
    ours, hops[:] = list(hops), []
    settings.MIDDLEWARE = WITHOUT
    alice.tab().navigate("/aname/")
    assert len(ours) == len(hops)


def test_what_is_due_costs_no_cookie_either(alice: Visitor, clock: Traveller) -> None:
    for _ in range(5):
        clock.shift(100)
        assert not alice.navigate("/").cookies
        assert not alice.ping(idleFor=0).cookies
    assert times.last_activity(alice.session) == NOON.replace(minute=8, second=20)


def test_pages_within_the_resolution_are_stored_once(alice: Visitor, clock: Traveller) -> None:
    for _ in range(14):
        clock.shift(1)
        alice.navigate("/")
    assert times.last_activity(alice.session) == NOON
    clock.shift(1)
    alice.navigate("/")
    assert times.last_activity(alice.session) == NOON.replace(second=15)


def test_working_keeps_the_session_and_leaving_ends_it(
    engine: str, alice: Visitor, clock: Traveller
) -> None:
    for _ in range(20):
        clock.shift(580)
        assert alice.navigate("/private/").content == b"private"
    clock.shift(600)
    assert alice.navigate("/private/").url == "/login/?next=/private/"
    assert alice.signed_in == ""


def test_a_page_from_the_site_s_cache_counts_as_well(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    """A cache answers before the view is reached."""
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *plain.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    alice.navigate("/name/")
    for _ in range(3):
        clock.shift(200)
        assert alice.navigate("/name/").content == b"alice"
    assert alice.signed_in == "alice"


@pytest.mark.parametrize("path", ["/fails/", "/missing/"])
def test_an_act_counts_even_if_the_page_fails(alice: Visitor, clock: Traveller, path: str) -> None:
    clock.shift(500)
    assert alice.navigate(path).status_code in (404, 500)
    clock.shift(500)
    assert alice.signed_in == "alice"


def test_the_act_is_stored_before_the_view_runs(
    alice: Visitor, clock: Traveller, during: During
) -> None:
    """A lost connection or an error would undo what is only stored with the response."""
    seen: list[object] = []
    during(lambda request: seen.append(times.last_activity(alice.session)))
    clock.shift(100)
    alice.navigate("/during/")
    assert seen == [NOON.replace(minute=1, second=40)]


@pytest.mark.parametrize(
    ("path", "seconds", "expected"),
    [
        ("/during/", 0, (0, 600, 540)),
        ("/during/", 10, (0, 600, 540)),  # not due to be stored, and an act all the same
        ("/during/", 580, (0, 600, 540)),
        ("/passive/during/", 0, (0, 600, 540)),
        ("/passive/during/", 580, (580, 20, 0)),
    ],
)
def test_a_view_can_read_the_status(
    alice: Visitor,
    clock: Traveller,
    during: During,
    path: str,
    seconds: float,
    expected: tuple[float, ...],
) -> None:
    seen: list[SessionStatus] = []
    during(lambda request: seen.append(request.session_security))  # type: ignore[attr-defined]
    clock.shift(seconds)
    alice.navigate(path)
    [status] = seen
    assert status.timeouts == Timeouts(540, 600)
    assert status.reason is None
    assert (status.idle, status.remaining, status.warn_in) == expected


@pytest.mark.parametrize(
    ("seconds", "reason"), [(None, Reason.ANONYMOUS), (0, None), (600, Reason.IDLE)]
)
def test_the_status_says_why_nobody_is_signed_in(
    visitor: Visitor,
    clock: Traveller,
    during: During,
    seconds: float | None,
    reason: Reason | None,
) -> None:
    seen: list[SessionStatus] = []
    during(lambda request: seen.append(request.session_security))  # type: ignore[attr-defined]
    if seconds is not None:
        visitor.sign_in("alice")
        clock.shift(seconds)
    visitor.navigate("/during/")
    assert [status.reason for status in seen] == [reason]


# Too late: the answer by kind of request


def test_a_navigation_goes_on_as_a_visitor_s(alice: Visitor, clock: Traveller) -> None:
    clock.shift(600)
    response = alice.navigate("/name/")
    assert response.status_code == 200
    assert response.content == b""
    assert response.cookies["sessionid"]["max-age"] == 0
    assert alice.key == ""


def test_a_private_page_leads_to_the_login_page_says_why_and_comes_back(
    alice: Visitor, clock: Traveller
) -> None:
    clock.shift(600)
    login = alice.navigate("/private/")
    assert login.url == "/login/?next=/private/"
    assert alice.navigate(login.url).json() == {"messages": [IDLE]}
    assert alice.post(login.url, {"username": "alice"}).url == "/private/"
    assert alice.navigate("/private/").content == b"private"
    assert alice.navigate("/messages/").json() == {"messages": []}


def test_the_page_itself_can_say_why(alice: Visitor, clock: Traveller) -> None:
    clock.shift(600)
    assert alice.navigate("/messages/").json() == {"messages": [IDLE]}


def test_an_old_session_is_told_that_it_was_too_old(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 900
    for _ in range(3):
        assert alice.navigate("/private/").status_code == 200
        clock.shift(300)
    assert alice.navigate("/private/").status_code == 302
    assert alice.navigate("/login/").json() == {"messages": [AGED]}


@pytest.mark.parametrize(
    "headers",
    [
        FETCH,
        {"X-Requested-With": "XMLHttpRequest"},
        {"HX-Request": "true"},
        {"Accept": "application/json"},
    ],
    ids=["fetch", "XHR", "htmx", "JSON"],
)
@pytest.mark.parametrize("path", ["/", "/private/", "/fails/", "/no/such/page/"])
def test_a_script_gets_an_answer_for_scripts(
    alice: Visitor, clock: Traveller, headers: dict[str, str], path: str
) -> None:
    """Defect of 2.6.8: expired script requests get a 302 to the login page."""
    clock.shift(600)
    response = alice.send("GET", path, headers=headers)
    assert response.status_code == 401
    assert response.json() == {"detail": IDLE, "reason": "idle"}
    assert response.headers["X-Session-Expired"] == "idle"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers.get("HX-Refresh") == ("true" if "HX-Request" in headers else None)
    assert "sessionid" not in response.cookies  # by now the browser may have a newer one
    # It is told once; the next is a visitor's.
    assert alice.send("GET", "/", headers=headers).content == b"public"
    assert alice.navigate("/messages/").json() == {"messages": [IDLE]}


def test_a_script_is_told_of_the_age_too(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 60
    clock.shift(60)
    response = alice.fetch("/")
    assert response.json() == {"detail": AGED, "reason": "absolute"}
    assert response.headers["X-Session-Expired"] == "absolute"


def test_signing_in_with_a_dead_session_s_cookie_signs_in(alice: Visitor, clock: Traveller) -> None:
    clock.shift(600)
    assert alice.sign_in("bob").url == "/"
    assert alice.signed_in == "bob"
    clock.shift(599)
    assert alice.signed_in == "bob"


@pytest.mark.parametrize(
    "middleware", [plain.MIDDLEWARE, stack(before="tests.neighbours.reads_user")]
)
@pytest.mark.parametrize("path", ["/name/", "/aname/", "/private/"])
def test_nothing_later_in_the_request_sees_the_user(
    settings: Settings, alice: Visitor, clock: Traveller, middleware: list[str], path: str
) -> None:
    """On Django 5.2 and 6.0, ``await request.auser()`` is the old user even after logout()."""
    settings.MIDDLEWARE = middleware
    assert alice.navigate(path).status_code == 200
    clock.shift(600)
    response = alice.navigate(path)
    assert response.status_code in (200, 302)
    assert response.content == b""


@pytest.mark.parametrize("interface", ["asgi"], indirect=True)
def test_a_view_that_asks_by_both_ways_gets_the_same_answer(
    alice: Visitor, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []

    async def code(request: HttpRequest) -> None:
        seen.extend([await request.auser(), request.user])

    monkeypatch.setattr(views, "code", async_to_sync(code))
    clock.shift(600)
    alice.navigate("/during/")
    assert seen == [AnonymousUser(), AnonymousUser()]


# Telling why, whoever else is installed


@pytest.mark.parametrize("path", ["/private/", "/", "/no/such/page/", "/fails/"])
@pytest.mark.parametrize(
    "middleware",
    [
        stack(after=MESSAGES),
        stack(before=MESSAGES),
        [*stack(after=MESSAGES), LOGIN_REQUIRED],
        stack(after=LOGIN_REQUIRED),
        stack(before=LOGIN_REQUIRED),
        [path for path in stack(before=MESSAGES) if path != OURS] + [LOGIN_REQUIRED, OURS],
    ],
    ids=[
        "messages after",
        "messages before",
        "messages and login required after",
        "login required between",
        "login required before",
        "both before",
    ],
)
def test_the_reason_is_told_once_wherever_the_neighbours_stand(
    settings: Settings, alice: Visitor, clock: Traveller, middleware: list[str], path: str
) -> None:
    settings.MIDDLEWARE = middleware
    clock.shift(600)
    alice.navigate(path)
    assert alice.navigate("/login/").json() == {"messages": [IDLE]}
    assert alice.navigate("/login/").json() == {"messages": []}


@pytest.mark.parametrize("storage", ["cookie.CookieStorage", "session.SessionStorage"])
@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("headers", [NAVIGATION, FETCH], ids=["navigation", "fetch"])
def test_the_reason_is_told_with_each_storage_of_messages(
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    storage: str,
    place: str,
    headers: dict[str, str],
) -> None:
    settings.MESSAGE_STORAGE = f"django.contrib.messages.storage.{storage}"
    settings.MIDDLEWARE = stack(**{place: MESSAGES})
    clock.shift(600)
    response = alice.send("GET", "/private/", headers=headers)
    if headers == FETCH and storage.startswith("session"):
        # It would take a new session, and its cookie the place of a newer one.
        assert not response.cookies
    else:
        assert alice.navigate("/login/").json() == {"messages": [IDLE]}


def test_messages_for_the_user_who_left_are_not_shown_to_the_next(
    settings: Settings, alice: Visitor, clock: Traveller, during: During
) -> None:
    settings.MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
    during(lambda request: messages.info(request, "Your salary was raised."))
    alice.navigate("/during/")
    clock.shift(600)
    assert alice.navigate("/login/").json() == {"messages": [IDLE]}


def test_without_messages_everything_else_works(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.INSTALLED_APPS = [app for app in plain.INSTALLED_APPS if not app.endswith("messages")]
    settings.MIDDLEWARE = [path for path in plain.MIDDLEWARE if path != MESSAGES]
    for send in (alice.navigate, alice.fetch):
        alice.sign_in("alice")
        clock.shift(600)
        assert send("/").status_code == (200 if send == alice.navigate else 401)
        assert alice.signed_in == ""


def test_messages_installed_without_their_middleware_do_no_harm(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.MIDDLEWARE = [path for path in plain.MIDDLEWARE if path != MESSAGES]
    clock.shift(600)
    assert alice.navigate("/").content == b"public"
    assert alice.signed_in == ""


# Neighbours

NEIGHBOURS: dict[str, dict[str, object]] = {
    "none": {},
    "CSRF_USE_SESSIONS": {"CSRF_USE_SESSIONS": True},
    "CSRF_COOKIE_HTTPONLY": {"CSRF_COOKIE_HTTPONLY": True},
    "SESSION_SAVE_EVERY_REQUEST": {"SESSION_SAVE_EVERY_REQUEST": True},
    "USE_TZ": {"USE_TZ": False},
    "TIME_ZONE": {"USE_TZ": False, "TIME_ZONE": "America/New_York"},
    "names": {"SESSION_COOKIE_NAME": "id", "CSRF_COOKIE_NAME": "c", "APPEND_SLASH": False},
    "login required after": {"MIDDLEWARE": stack(after=LOGIN_REQUIRED)},
    "login required before": {"MIDDLEWARE": stack(before=LOGIN_REQUIRED)},
    "messages before": {"MIDDLEWARE": stack(before=MESSAGES)},
    "reads the session": {"MIDDLEWARE": stack(before="tests.neighbours.ReadsSession")},
    "reads the user": {"MIDDLEWARE": stack(before="tests.neighbours.reads_user")},
    "sync before": {"MIDDLEWARE": stack(before="tests.neighbours.sync_only")},
    "sync after": {"MIDDLEWARE": stack(after="tests.neighbours.sync_only")},
    "locale": {"MIDDLEWARE": stack(before="django.middleware.locale.LocaleMiddleware")},
    "remote user": {
        "MIDDLEWARE": stack(before="django.contrib.auth.middleware.PersistentRemoteUserMiddleware")
    },
    "transactions": {"ATOMIC_REQUESTS": True},
}


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_a_day_with_each_neighbour(
    settings: Settings,
    visitor: Visitor,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
    neighbour: str,
) -> None:
    for name, value in NEIGHBOURS[neighbour].items():
        if name == "ATOMIC_REQUESTS":
            monkeypatch.setitem(connection.settings_dict, name, value)
        else:
            setattr(settings, name, value)
    visitor.sign_in("alice")
    for _ in range(4):
        clock.shift(400)
        assert visitor.navigate("/private/").content == b"private"
        clock.shift(400)
        assert visitor.ping(idleFor=100).json()["idle"] == 100
        assert visitor.ping().json()["idle"] == 100
    clock.shift(500)
    assert visitor.navigate("/private/").url == "/login/?next=/private/"
    assert visitor.navigate("/login/").json() == {"messages": [IDLE]}
    response = visitor.ping(idleFor=0)
    assert (response.status_code, response.json()["reason"]) == (401, "anonymous")
    visitor.sign_in("bob")
    assert visitor.navigate("/name/").content == b"bob"
    clock.shift(600)
    response = visitor.ping(idleFor=0)
    assert (response.status_code, response.json()["reason"]) == (401, "idle")


def test_without_our_urls_sessions_end_all_the_same(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.ROOT_URLCONF = "tests.urls_without_ours"
    assert alice.navigate("/").content == b"public"
    clock.shift(600)
    assert alice.fetch("/").status_code == 401


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_one_class_serves_both_interfaces(kind: str) -> None:
    async def aget_response(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    get_response = aget_response if kind == "async" else views.public
    middleware = SessionSecurityMiddleware(get_response)
    assert iscoroutinefunction(middleware) is (kind == "async")
    assert iscoroutinefunction(middleware.process_view) is (kind == "async")
    assert SessionSecurityMiddleware.sync_capable
    assert SessionSecurityMiddleware.async_capable


# Timeouts of one request


@pytest.mark.parametrize(
    "value",
    ["tests.neighbours.short_for_bob", lambda request: short_for_bob(request)],
    ids=["dotted path", "callable"],
)
def test_timeouts_may_depend_on_the_user(
    settings: Settings, visitor: Visitor, clock: Traveller, value: object
) -> None:
    settings.SESSION_SECURITY_TIMEOUTS = value
    for name, seconds in [("bob", 60), ("alice", 600)]:
        visitor.sign_in(name)
        answer = visitor.ping().json()
        assert (answer["expireAfter"], answer["expireIn"]) == (seconds, seconds)
        clock.shift(seconds - 1)
        assert visitor.signed_in == name
        clock.shift(1)
        assert visitor.signed_in == ""


def test_timeouts_are_asked_for_once_in_a_request_and_for_users_only(
    settings: Settings, visitor: Visitor
) -> None:
    asked: list[str] = []

    def timeouts(request: HttpRequest) -> Timeouts:
        asked.append(request.path)
        return Timeouts(30, 60)

    settings.SESSION_SECURITY_TIMEOUTS = timeouts
    visitor.navigate("/element/")
    visitor.sign_in("alice")
    assert asked == []
    visitor.navigate("/element/")
    visitor.ping(idleFor=0)
    assert asked == ["/element/", "/session_security/ping/"]


def fails(request: HttpRequest) -> Timeouts:
    raise LookupError("no such role")


TIMEOUTS_THAT_FAIL: list[tuple[object, str]] = [
    (fails, "no such role"),
    (lambda request: Timeouts(600, 540), "must not come after the end"),
    (lambda request: None, "returned None, not policy.Timeouts"),
    (lambda request: 3600, "returned 3600, not policy.Timeouts"),
    (lambda request: (540, 600), "not policy.Timeouts"),
    ("no.such.module", "TIMEOUTS can't be imported"),
]


@pytest.mark.parametrize(("function", "words"), TIMEOUTS_THAT_FAIL, ids=range(6))
def test_a_function_that_fails_leaves_the_timeouts_of_the_settings(
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    caplog: pytest.LogCaptureFixture,
    function: object,
    words: str,
) -> None:
    settings.SESSION_SECURITY_TIMEOUTS = function
    clock.shift(300)
    assert alice.navigate("/private/").content == b"private"
    assert "SESSION_SECURITY_TIMEOUTS" in caplog.text
    assert words in caplog.text
    clock.shift(599)
    assert alice.ping().json()["idle"] == 599
    clock.shift(1)
    assert alice.navigate("/private/").status_code == 302


WRONG_SETTINGS: dict[str, dict[str, object]] = {
    "text": {"EXPIRE_AFTER": "600", "WARN_AFTER": "540"},
    "zero": {"EXPIRE_AFTER": 0, "WARN_AFTER": 0, "MAX_AGE": 0, "KEPT_POST_AGE": 0},
    "negative": {"EXPIRE_AFTER": -1, "WARN_AFTER": -1, "KEPT_POST_SIZE": -1},
    "nothing": dict.fromkeys(NAMES),
    "true": dict.fromkeys(NAMES, True),
    "no warning": {"WARN_AFTER": 600},
    "swapped": {"EXPIRE_AFTER": 600, "WARN_AFTER": 660},
    "not a list": {"PASSIVE_URLS": "/poll/", "PASSIVE_URL_NAMES": 5},
    "no such URL": {"PASSIVE_URLS": [reverse_lazy("no_such_view")]},
}


@pytest.mark.parametrize("case", WRONG_SETTINGS)
def test_no_setting_stops_a_site_or_keeps_anybody_longer(
    settings: Settings, visitor: Visitor, clock: Traveller, case: str
) -> None:
    for name, value in WRONG_SETTINGS[case].items():
        setattr(settings, PREFIX + name, value)
    visitor.sign_in("alice")
    for _ in range(3):
        clock.shift(595)
        assert visitor.navigate("/element/").status_code == 200
        assert visitor.ping(idleFor=0).json()["state"] == "active"
    clock.shift(600)
    assert visitor.navigate("/private/").status_code == 302


def test_nobody_is_warned_where_the_warning_would_come_with_the_end(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.SESSION_SECURITY_WARN_AFTER = 900
    clock.shift(599)
    state = alice.ping().json()
    assert (state["warnAfter"], state["warnIn"], state["expireIn"]) == (600, 1, 1)


def test_what_is_wrong_with_a_setting_is_logged_when_the_site_starts(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SESSION_SECURITY_KEPT_POST_AGE = "long"
    SessionSecurityMiddleware(lambda request: HttpResponse())
    assert "SESSION_SECURITY_KEPT_POST_AGE is wrong: 'long'" in caplog.text


def test_the_middleware_without_its_app_says_what_is_missing(settings: Settings) -> None:
    settings.INSTALLED_APPS = [app for app in plain.INSTALLED_APPS if app != "session_security"]
    with pytest.raises(ImproperlyConfigured, match="add 'session_security' to INSTALLED_APPS"):
        SessionSecurityMiddleware(lambda request: HttpResponse())


def test_settings_are_read_when_they_are_used(alice: Visitor, clock: Traveller) -> None:
    """Defect of 2.6.8: override_settings has no effect."""
    clock.shift(100)
    with override_settings(SESSION_SECURITY_EXPIRE_AFTER=200, SESSION_SECURITY_WARN_AFTER=150):
        assert alice.ping().json()["expireIn"] == 100
    assert alice.ping().json()["expireIn"] == 500
    with override_settings(SESSION_SECURITY_EXPIRE_AFTER=100, SESSION_SECURITY_WARN_AFTER=50):
        assert alice.ping().json() == {"state": "expired", "reason": "idle"}


def test_a_session_can_not_be_extended_past_its_age(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 3600
    for _ in range(12):
        assert alice.navigate("/private/").status_code == 200
        clock.shift(299)
        assert alice.ping(idleFor=0).status_code == 200
        clock.shift(1)
    answer = alice.ping(idleFor=0)
    assert answer.json() == {"state": "expired", "reason": "absolute"}


# Bad values in the session


@pytest.mark.parametrize("value", ["", "yesterday", "2026-01-15T12:0", 5, [], True], ids=repr)
def test_an_unreadable_value_ends_the_session(
    alice: Visitor, caplog: pytest.LogCaptureFixture, value: object
) -> None:
    alice.alter(_session_security=value)
    assert alice.navigate("/private/").status_code == 302
    assert any(
        record.name == "session_security" and record.levelno == logging.WARNING
        for record in caplog.records
    )


def test_an_unreadable_start_ends_a_session_that_has_an_age(
    settings: Settings, alice: Visitor
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 3600
    alice.alter(_session_security_started="yesterday")
    assert alice.ping().json()["reason"] == "absolute"


def test_a_value_that_was_taken_out_counts_as_now(alice: Visitor, clock: Traveller) -> None:
    """As in 2.x, where a site could start the time anew in this way."""
    clock.shift(500)
    alice.alter(_session_security=...)
    clock.shift(500)
    assert alice.fetch("/name/").content == b"alice"  # extends nothing, but has a time now
    clock.shift(599)
    assert alice.fetch("/name/").content == b"alice"
    clock.shift(1)
    assert alice.signed_in == ""


def test_a_session_from_before_the_installation_starts_now(
    settings: Settings, visitor: Visitor, clock: Traveller
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 900
    visitor.sign_in("alice")
    visitor.alter(_session_security=..., _session_security_started=...)
    clock.shift(10_000)
    assert visitor.fetch("/private/").status_code == 200
    now = NOON.replace(hour=14, minute=46, second=40)
    assert times.last_activity(visitor.session) == now
    assert times.started(visitor.session) == now
    clock.shift(600)
    assert visitor.signed_in == ""


def test_a_session_of_2x_goes_on(settings: Settings, alice: Visitor, clock: Traveller) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    alice.alter(_session_security="2026-01-15T13:00:00.000000", _session_security_started=...)
    clock.shift(590)
    assert alice.fetch("/name/").content == b"alice"  # extends nothing, but has a start now
    assert alice.session["_session_security_started"] == "2026-01-15T12:09:50+00:00"
    clock.shift(10)
    assert alice.signed_in == ""
