"""The ping: what it takes, what it answers, and what it never does."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from pytest_django import DjangoAssertNumQueries, Settings
from time_machine import Traveller

from session_security.sessions import times
from session_security.sessions.tags import user_tag

from .neighbours import LOGIN_REQUIRED, stack
from .test_middleware import IDLE
from .visitor import FETCH, PING, Visitor

SECRET = {"X-Session-Security": "1"}


def idle(visitor: Visitor) -> float:
    """What is stored, as seconds before the clock's now."""
    last = times.last_activity(visitor.session)
    assert last
    return (times.now() - last).total_seconds()


# The answers


def test_the_state_as_json(alice: Visitor, clock: Traveller) -> None:
    clock.shift(72.25)
    response = alice.ping()
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.json() == {
        "state": "active",
        "idle": 72.25,
        "warnIn": 467.75,
        "expireIn": 527.75,
        "absoluteIn": None,
        "warnAfter": 540,
        "expireAfter": 600,
        "user": user_tag(alice.session),
        "signIn": "2026-01-15T12:00:00+00:00",
    }


def test_each_field_of_the_state_is_documented(alice: Visitor) -> None:
    reference = (Path(__file__).parent.parent / "docs" / "reference" / "ping.md").read_text()
    for name in alice.ping(token=1).json():
        assert f'"{name}": ' in reference or f"`{name}`\n" in reference


def test_the_state_under_an_absolute_limit(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 700
    clock.shift(500)
    answer = alice.ping(idleFor=0).json()
    assert answer["absoluteIn"] == 200
    assert answer["expireIn"] == 200
    assert answer["warnIn"] == 140


@pytest.mark.parametrize(
    ("shift", "setting", "reason"),
    [(600, {}, "idle"), (500, {"SESSION_SECURITY_MAX_AGE": 400}, "absolute")],
    ids=["idle", "absolute"],
)
@pytest.mark.parametrize("values", [{}, {"idleFor": 0}], ids=["question", "report"])
def test_the_state_when_it_is_too_late(
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    shift: float,
    setting: dict[str, int],
    reason: str,
    values: dict[str, object],
) -> None:
    for name, value in setting.items():
        setattr(settings, name, value)
    clock.shift(shift)
    response = alice.ping(**values)
    assert response.status_code == 401
    assert response.json() == {"state": "expired", "reason": reason}
    # From then on there is nobody; and the page that follows says why.
    assert alice.ping(**values).json() == {"state": "expired", "reason": "anonymous"}
    assert len(alice.navigate("/login/").json()["messages"]) == 1


def test_the_state_of_nobody(
    visitor: Visitor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = visitor.ping(idleFor=0)
        old = visitor.get(PING)
    assert response.status_code == 401
    assert response.json() == {"state": "expired", "reason": "anonymous"}
    assert old.content == b'"logout"'


@pytest.mark.parametrize(("shift", "body"), [(0, "0"), (72.25, "72"), (599.9, "599")])
def test_the_number_of_2x(alice: Visitor, clock: Traveller, shift: float, body: str) -> None:
    clock.shift(shift)
    response = alice.get(PING)
    assert response.status_code == 200
    assert response.content.decode() == body
    assert json.loads(response.content) == int(shift)


def test_the_word_of_2x(alice: Visitor, clock: Traveller) -> None:
    clock.shift(600)
    response = alice.get(f"{PING}?idleFor=0")
    assert response.status_code == 200
    assert response.content == b'"logout"'
    assert json.loads(response.content) == "logout"
    assert alice.get(PING).content == b'"logout"'


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_nothing_is_kept_by_any_cache(alice: Visitor, method: str) -> None:
    assert "no-store" in alice.send(method, PING, headers=SECRET).headers["Cache-Control"]


def test_the_tag_tells_users_apart_and_is_the_same_on_every_page(visitor: Visitor) -> None:
    tags = []
    for name in ("alice", "bob", "alice"):
        visitor.sign_in(name)
        tags.append(visitor.ping().json()["user"])
        assert f'"user": "{tags[-1]}"' in visitor.get("/element/").content.decode()
    assert tags[0] == tags[2] != tags[1]


# Reports

# What a session that is 100 s idle is afterwards.
REPORTS = [
    ("0", 0),
    ("30", 30),
    ("30.5", 30.5),
    ("99", 99),
    ("-0", 0),
    # no news
    ("99.5", 100),  # less than a second better is not worth storing
    ("100", 100),
    ("500", 100),
    ("1e308", 100),
    # no number of seconds
    ("-1", 100),
    ("-0.001", 100),
    ("", 100),
    (" ", 100),
    ("abc", 100),
    ("null", 100),
    ("undefined", 100),
    ("true", 100),
    ("0x10", 100),
    ("1,5", 100),
    ("1;2", 100),
    ("NaN", 100),
    ("-nan", 100),
    ("inf", 100),
    ("-inf", 100),
    ("Infinity", 100),
    ("1e309", 100),
    ("-1e309", 100),
    ("\x00", 100),
    ("0\x00", 100),
    ("½", 100),
    ("0" * 33, 100),
    ("0" * 1_000_000, 100),
    ("0." + "0" * 1_000_000, 100),
]


@pytest.mark.parametrize(
    ("report", "expected"), REPORTS, ids=[repr(report)[:36] for report, _ in REPORTS]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_report_moves_the_last_act_forward_or_changes_nothing(
    alice: Visitor, clock: Traveller, method: str, report: str, expected: float
) -> None:
    clock.shift(100)
    query = f"idleFor={quote(report)}"
    if method == "GET":
        answer = alice.send("GET", f"{PING}?{query}").content.decode()
        assert answer == str(int(expected))
    else:
        answer = alice.send("POST", PING, query, headers=SECRET).json()
        assert answer["idle"] == expected
        assert answer["expireIn"] == 600 - expected
    assert idle(alice) == expected


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "idleFor",
        "idlefor=0",
        "idleFor=0&idleFor=0",
        "idleFor=0&idleFor=",
        "idleFor=50&idleFor=0",
        "idleFor[]=0",
        "idleFor=%ff%fe",
        "idleFor=%00",
        "idleFor=0&user=",
        "&" * 100,
    ],
)
def test_only_one_plain_report_is_a_report(
    alice: Visitor, clock: Traveller, method: str, query: str
) -> None:
    clock.shift(100)
    if method == "GET":
        response = alice.send("GET", f"{PING}?{query}")
    else:
        response = alice.send("POST", PING, query, headers=SECRET)
    assert response.status_code == 200
    assert idle(alice) == (0 if query == "idleFor=0&user=" else 100)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"idleFor": 0}', "application/json"),
        (b"idleFor=0", "text/plain"),
        (b"\xff\xfe\x00idleFor=0", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_of_another_kind_reports_nothing(
    alice: Visitor, clock: Traveller, body: bytes, content_type: str
) -> None:
    clock.shift(100)
    response = alice.send("POST", PING, body, content_type=content_type, headers=SECRET)
    assert response.status_code == 200
    assert idle(alice) == 100


def test_more_than_django_takes_is_refused(alice: Visitor, clock: Traveller) -> None:
    clock.shift(100)
    body = "idleFor=" + "0" * 3_000_000
    assert alice.send("POST", PING, body, headers=SECRET).status_code == 400
    assert idle(alice) == 100


def test_reports_out_of_order_end_with_the_latest_act(
    engine: str, alice: Visitor, clock: Traveller
) -> None:
    clock.shift(100)
    assert alice.ping(idleFor=10).json()["idle"] == 10
    assert alice.ping(idleFor=60).json()["idle"] == 10
    assert alice.ping(idleFor=5).json()["idle"] == 5
    clock.shift(30)
    assert alice.ping(idleFor=90).json()["idle"] == 35
    assert alice.ping().json()["idle"] == 35


def test_a_report_is_stored_finer_than_a_page(alice: Visitor, clock: Traveller) -> None:
    """Another tab must not be warned for the sake of a resolution."""
    clock.shift(5)
    assert alice.ping(idleFor=1).json()["idle"] == 1
    assert alice.tab().ping().json()["idle"] == 1


def test_one_lost_ping_signs_nobody_out(alice: Visitor, clock: Traveller) -> None:
    """Defect of 2.6.8: the client waits a whole warnAfter; the server must take a late report."""
    clock.shift(590)
    assert alice.ping(idleFor=580).json()["idle"] == 580
    clock.shift(9)
    assert alice.ping(idleFor=0).json()["idle"] == 0


# What costs nothing


@pytest.mark.parametrize("path", [PING, f"{PING}?idleFor=100", f"{PING}?idleFor=x"])
def test_a_ping_by_which_nothing_is_due_is_one_query(
    alice: Visitor,
    clock: Traveller,
    django_assert_num_queries: DjangoAssertNumQueries,
    path: str,
) -> None:
    clock.shift(100)
    with django_assert_num_queries(1) as queries:
        response = alice.get(path)
    assert "django_session" in queries[0]["sql"]
    assert not response.cookies
    clock.shift(10)
    with django_assert_num_queries(1):
        response = alice.ping(idleFor=110)
    assert not response.cookies


def test_asking_changes_nothing_in_the_session(alice: Visitor, clock: Traveller) -> None:
    """Defect of 2.6.8: any poller keeps the session for ever."""
    before = dict(alice.session.items())
    for _ in range(11):
        clock.shift(54)
        alice.ping()
        alice.get(PING)
    assert dict(alice.session.items()) == before
    clock.shift(54)
    assert alice.ping().status_code == 401


# Methods


@pytest.mark.parametrize(
    ("method", "status", "body"),
    [
        ("HEAD", 200, b""),
        ("OPTIONS", 200, b""),
        ("PUT", 405, b""),
        ("PATCH", 405, b""),
        ("DELETE", 405, b""),
        ("TRACE", 405, b""),
        ("BREW", 405, b""),
    ],
)
def test_other_methods_change_nothing(
    alice: Visitor, clock: Traveller, method: str, status: int, body: bytes
) -> None:
    clock.shift(100)
    response = alice.send(method, f"{PING}?idleFor=0", "idleFor=0", headers=SECRET)
    assert response.status_code == status
    assert response.content == body
    if status == 405 or method == "OPTIONS":
        assert response.headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert idle(alice) == 100
    assert alice.signed_in == "alice"


# Whoever must not report


@pytest.mark.parametrize("user", [None, "alice"])
def test_a_post_without_the_header_is_refused(
    visitor: Visitor, clock: Traveller, user: str | None
) -> None:
    """No form of another site can send that header."""
    if user:
        visitor.sign_in(user)
    clock.shift(100)
    response = visitor.post(PING, {"idleFor": 0})
    assert response.status_code == 403
    assert "X-Session-Security" in response.json()["detail"]
    if user:
        assert idle(visitor) == 100


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin", "none"])
def test_another_site_can_not_extend(
    alice: Visitor, clock: Traveller, method: str, site: str
) -> None:
    clock.shift(100)
    headers = SECRET | {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    path = f"{PING}?idleFor=0" if method == "GET" else PING
    body = "" if method == "GET" else "idleFor=0"
    assert alice.send(method, path, body, headers=headers).status_code == 200
    assert idle(alice) == (100 if site == "cross-site" else 0)


# What a page of another site sends, and whether the browser has asked this site before that (CORS).
FROM_ANOTHER_SITE = {
    "a script, with the header": ("POST", "cors", SECRET, True),
    "a script, without it": ("POST", "cors", {}, False),
    "a form": ("POST", "navigate", {}, False),
    "a beacon": ("POST", "no-cors", {}, False),
    "a script, as in 2.x": ("GET", "cors", SECRET, False),
    "an image": ("GET", "no-cors", {}, False),
    "a link": ("GET", "navigate", {}, False),
}


@pytest.mark.parametrize(
    ("method", "mode", "header", "counts"), FROM_ANOTHER_SITE.values(), ids=FROM_ANOTHER_SITE
)
def test_another_site_s_page_reports_only_what_this_site_lets_it_send(
    alice: Visitor,
    clock: Traveller,
    method: str,
    mode: str,
    header: dict[str, str],
    counts: bool,
) -> None:
    clock.shift(100)
    headers = header | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
    path = PING if method == "POST" else f"{PING}?idleFor=0"
    alice.send(method, path, "idleFor=0" if method == "POST" else "", headers=headers)
    assert idle(alice) == (0 if counts else 100)


def test_the_page_of_whoever_was_here_before_can_not_extend(
    visitor: Visitor, clock: Traveller
) -> None:
    visitor.sign_in("alice")
    old = visitor.ping().json()["user"]
    clock.shift(1)
    visitor.sign_in("bob")
    clock.shift(100)
    answer = visitor.ping(idleFor=0, user=old).json()
    assert answer["idle"] == 100
    assert answer["user"] != old  # so the old page learns it
    assert visitor.ping(idleFor=0, user="forged").json()["idle"] == 100
    assert visitor.ping(idleFor=0, user=answer["user"]).json()["idle"] == 0


def test_a_new_secret_key_does_not_make_a_page_somebody_elses(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    old = alice.ping().json()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    clock.shift(100)
    answer = alice.ping(idleFor=0, user=old["user"], signIn=old["signIn"]).json()
    assert answer["user"] == old["user"]
    assert answer["idle"] == 0


def test_the_end_is_also_in_a_header_for_a_proxy_that_replaces_the_body(
    alice: Visitor, clock: Traveller
) -> None:
    assert "X-Session-Expired" not in alice.ping().headers
    clock.shift(601)
    assert alice.ping().headers["X-Session-Expired"] == "idle"
    assert alice.ping().headers["X-Session-Expired"] == "anonymous"


# Settings that could be in the way


@pytest.mark.parametrize(
    "setting",
    [
        {"SESSION_SECURITY_PASSIVE_URLS": [PING]},
        {"SESSION_SECURITY_PASSIVE_URL_NAMES": ["session_security_ping"]},
        {"SESSION_SECURITY_COUNT_FETCH": True},
        {"CSRF_USE_SESSIONS": True},
        {"CSRF_COOKIE_HTTPONLY": True},
        {"SESSION_SAVE_EVERY_REQUEST": True},
        {"SESSION_SECURITY_REQUIRE_CONFIRM": True},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_reports_count_and_questions_do_not_whatever_is_set(
    settings: Settings, alice: Visitor, clock: Traveller, setting: dict[str, object]
) -> None:
    for name, value in setting.items():
        setattr(settings, name, value)
    clock.shift(100)
    assert alice.ping().json()["idle"] == 100
    assert alice.ping(idleFor=20).json()["idle"] == 20
    assert alice.get(f"{PING}?idleFor=10").content == b"10"
    clock.shift(590)
    assert alice.ping(idleFor=0).json() == {"state": "expired", "reason": "idle"}


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("user", [None, "alice"])
def test_the_ping_answers_for_itself_where_every_page_needs_a_login(
    settings: Settings, visitor: Visitor, clock: Traveller, place: str, user: str | None
) -> None:
    settings.MIDDLEWARE = stack(**{place: LOGIN_REQUIRED})
    if user:
        visitor.sign_in(user)
        assert visitor.ping(idleFor=0).json()["state"] == "active"
        clock.shift(600)
    response = visitor.ping(idleFor=0)
    assert response.status_code == 401
    assert response.json()["state"] == "expired"
    assert visitor.get(PING).content == b'"logout"'


# Leaving


@pytest.mark.parametrize(
    "setting",
    [{}, {"CSRF_USE_SESSIONS": True}, {"CSRF_COOKIE_HTTPONLY": True}],
    ids=lambda setting: "".join(setting) or "plain",
)
def test_a_page_can_ask_for_the_token_that_signing_out_needs(
    settings: Settings, alice: Visitor, clock: Traveller, setting: dict[str, bool]
) -> None:
    for name, value in setting.items():
        setattr(settings, name, value)
    assert alice.post("/logout/").status_code == 403
    clock.shift(100)
    answer = alice.ping(token=1).json()
    assert answer["idle"] == 100
    assert alice.post("/logout/", {"csrfmiddlewaretoken": answer["csrfToken"]}).url == "/"
    assert alice.signed_in == ""


def test_no_token_is_made_that_nobody_asked_for(alice: Visitor) -> None:
    response = alice.ping(idleFor=0)
    assert "csrfToken" not in response.json()
    assert "csrftoken" not in response.cookies


def test_a_polling_page_that_comes_too_late_tells_why_on_the_next(
    alice: Visitor, clock: Traveller
) -> None:
    clock.shift(600)
    assert alice.fetch(PING).content == b'"logout"'
    assert alice.send("POST", PING, headers=FETCH | SECRET).status_code == 401
    assert alice.navigate("/login/").json() == {"messages": [IDLE]}
