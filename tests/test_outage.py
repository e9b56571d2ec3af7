"""The session store can't be read: nobody is served unjudged, and nobody is signed out for it."""

import logging
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.file import SessionStore as FileStore
from django.contrib.sessions.models import Session
from django.core.cache.backends.base import CacheKeyWarning
from django.db import connection
from django.http import HttpRequest
from django.utils import translation
from pytest_django import Settings
from time_machine import Traveller

from session_security.policy import Reason
from session_security.sessions import times
from session_security.sessions.outage import StoreUnavailable
from session_security.signals import session_expired

from .conftest import ENGINES, NOON, During
from .neighbours import LOGIN_REQUIRED, MESSAGES, WITHOUT, FailingCache, stack
from .test_middleware import IDLE
from .visitor import FETCH, NAVIGATION, PING, Visitor

on_the_server = pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)
with_cache = pytest.mark.parametrize("engine", ["cache", "cached_db"], indirect=True)
alone_in_cache = pytest.mark.parametrize("engine", ["cache"], indirect=True)

LOGIN = "/login/"


class Store:
    """The store of the sessions, which can be taken away and brought back."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.missing: list[Path] = []
        self.renamed = False

    def goes(self, key: str) -> None:
        """From now on nothing can be read; of files, the one of the session ``key``."""
        if "cache" in self.engine:
            FailingCache.gone = inf
        if "db" in self.engine:
            self.rename("django_session", "elsewhere")
            self.renamed = True
        if self.engine == "file":  # the superuser may read what nobody may read
            file = Path(str(django_settings.SESSION_FILE_PATH), f"sessionid{key}")
            file.rename(file.with_suffix(".aside"))
            file.mkdir()
            self.missing.append(file)

    def returns(self) -> None:
        FailingCache.gone = 0
        if self.renamed:
            self.rename("elsewhere", "django_session")
            self.renamed = False
        for file in self.missing:
            file.rmdir()
            file.with_suffix(".aside").rename(file)
        self.missing.clear()

    @staticmethod
    def rename(name: str, other: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {name} RENAME TO {other}")


@pytest.fixture
def store(engine: str, settings: Settings, db: None) -> Iterator[Store]:
    """Ask for it before ``alice``."""
    settings.CACHES = {"default": {"BACKEND": "tests.neighbours.FailingCache"}}
    store = Store(engine)
    yield store
    store.returns()


@pytest.fixture
def ended() -> Iterator[list[Reason]]:
    """The reasons that ``session_expired`` was sent with."""
    reasons: list[Reason] = []

    def receive(reason: Reason, **kwargs: Any) -> None:
        reasons.append(reason)

    session_expired.connect(receive)
    yield reasons
    session_expired.disconnect(receive)


def logged(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "session_security"]


def check_refused(response: Any) -> None:
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
    assert "X-Session-Expired" not in response.headers
    assert b"alice" not in response.content


def check_as_ever(alice: Visitor, key: str) -> None:
    """Nothing has happened, but that time went by."""
    assert alice.key == key
    assert times.last_activity(alice.session) == NOON
    assert times.started(alice.session) == NOON
    assert alice.signed_in == "alice"
    assert alice.navigate("/messages/").json() == {"messages": []}


@on_the_server
class TestGone:
    @pytest.fixture
    def key(
        self, engine: str, store: Store, alice: Visitor, clock: Traveller, ended: list[Reason]
    ) -> Iterator[str]:
        """Alice's session, which nobody can read while the test runs, and which is whole after."""
        key = alice.key
        clock.shift(100)
        store.goes(key)
        yield key
        store.returns()
        check_as_ever(alice, key)
        assert ended == []

    @pytest.mark.parametrize("path", ["/private/", "/name/", "/aname/"])
    def test_what_looks_at_the_user_is_not_served(
        self, key: str, alice: Visitor, path: str
    ) -> None:
        for headers in (NAVIGATION, FETCH, {}):
            response = alice.send("GET", path, headers=headers)
            check_refused(response)
            assert b"You have not been signed out." in response.content

    def test_what_looks_at_the_session_is_not_served(
        self, key: str, alice: Visitor, during: During
    ) -> None:
        codes: list[Callable[[Any], object]] = [
            lambda session: session.get("basket"),
            lambda session: session["basket"],
            lambda session: "basket" in session,
            lambda session: session.update({"basket": 1}),
            lambda session: session.setdefault("basket", 1),
            lambda session: session.get_expiry_age(),
            lambda session: session.save(),
            lambda session: session.flush(),
            lambda session: session.cycle_key(),
            lambda session: async_to_sync(session.aget)("basket"),
            lambda session: async_to_sync(session.asave)(),
            lambda session: async_to_sync(session.aflush)(),
            lambda session: async_to_sync(session.acycle_key)(),
        ]
        for code in codes:
            during(lambda request, code=code: code(request.session))  # type: ignore[misc]
            check_refused(alice.navigate("/during/"))

    def test_a_page_that_requires_nothing_but_a_sign_in_is_not_served(
        self, key: str, settings: Settings, alice: Visitor
    ) -> None:
        settings.MIDDLEWARE = stack(after=LOGIN_REQUIRED)
        for path in ("/", "/private/", "/element/"):
            check_refused(alice.navigate(path))
        assert alice.navigate(LOGIN).status_code == 200
        settings.MIDDLEWARE = stack()

    @pytest.mark.parametrize("path", ["/", "/async/", "/element/", "/passive/function/"])
    @pytest.mark.parametrize("always", [False, True])
    def test_a_page_that_looks_at_neither_is_served(
        self, key: str, settings: Settings, alice: Visitor, path: str, always: bool
    ) -> None:
        settings.SESSION_SAVE_EVERY_REQUEST = always
        for headers in (NAVIGATION, FETCH):
            response = alice.send("GET", path, headers=headers)
            assert response.status_code == 200
            assert response.content.strip() in (b"public", b"passive", b"")
            assert not response.cookies
            assert "Vary" not in response.headers
        settings.SESSION_SAVE_EVERY_REQUEST = False

    def test_other_answers_are_given(self, key: str, alice: Visitor) -> None:
        assert alice.navigate("/no/such/page/").status_code == 404
        assert alice.navigate("/missing/").status_code == 404

    @pytest.mark.parametrize("always", [False, True])
    def test_nothing_is_saved_with_each_request_either(
        self, key: str, settings: Settings, alice: Visitor, always: bool
    ) -> None:
        settings.SESSION_SAVE_EVERY_REQUEST = always
        check_refused(alice.navigate("/private/"))
        settings.SESSION_SAVE_EVERY_REQUEST = False

    def test_the_ping_says_so(self, key: str, alice: Visitor) -> None:
        check_refused(alice.ping(idleFor=0))
        check_refused(alice.ping())
        check_refused(alice.get(PING))
        check_refused(alice.get(PING + "?idleFor=0"))
        check_refused(alice.post(PING, {"idleFor": 0}))
        check_refused(alice.send("HEAD", PING))

    def test_nobody_can_sign_out_or_in(self, key: str, alice: Visitor) -> None:
        check_refused(alice.post("/leave/"))
        check_refused(alice.sign_in("alice"))
        check_refused(alice.sign_in("bob"))

    def test_one_line_is_logged(
        self, key: str, alice: Visitor, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.clear()
        alice.navigate("/private/")
        [record] = logged(caplog)
        assert record.getMessage() == "A session can't be read"
        assert record.levelno == logging.WARNING
        assert record.exc_info
        assert isinstance(record.exc_info[1], StoreUnavailable)
        assert key not in caplog.text

    def test_a_view_can_tell(self, key: str, alice: Visitor, during: During) -> None:
        during(lambda request: request.session_security.reason)  # type: ignore[attr-defined]
        assert alice.navigate("/during/").content == b"unavailable"
        assert str(Reason.UNAVAILABLE) == "unavailable"

    def test_a_store_that_is_back_by_then_does_not_serve_the_user_unjudged(
        self, key: str, alice: Visitor, during: During, store: Store
    ) -> None:
        codes: list[Callable[[Any], object]] = [
            lambda request: request.user.get_username(),
            lambda request: str(request.user),
            lambda request: async_to_sync(request.auser)().get_username(),
            lambda request: request.session[SESSION_KEY],
            lambda request: async_to_sync(request.session.aget)(SESSION_KEY),
            lambda request: request.session.flush(),
        ]
        for code in codes:

            def returns_first(request: HttpRequest, code: Callable[[Any], object] = code) -> object:
                store.returns()
                return code(request)

            during(returns_first)
            check_refused(alice.navigate("/during/"))
            store.goes(key)

    def test_a_visitor_without_a_cookie_is_served_as_ever(
        self, key: str, alice: Visitor, interface: str
    ) -> None:
        visitor = Visitor(interface)
        assert visitor.navigate("/").content == b"public"
        assert visitor.navigate("/name/").content == b""
        assert visitor.navigate("/private/").url == "/login/?next=/private/"
        assert visitor.ping().json() == {"state": "expired", "reason": "anonymous"}

    def test_the_page_that_says_so_is_the_site_s_if_it_has_one(
        self, key: str, settings: Settings, alice: Visitor, tmp_path: Path
    ) -> None:
        page = tmp_path / "session_security" / "unavailable.html"
        page.parent.mkdir()
        page.write_text("Back soon.")
        settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [str(tmp_path)]}]
        response = alice.navigate("/private/")
        check_refused(response)
        assert response.content == b"Back soon."

    def test_it_is_said_in_the_language_of_the_request(
        self, key: str, settings: Settings, alice: Visitor
    ) -> None:
        settings.MIDDLEWARE = stack(before="django.middleware.locale.LocaleMiddleware")
        with translation.override("en"):  # the middleware leaves the language behind
            page = alice.navigate("/private/", Accept_Language="de").content.decode()
        with translation.override("de"):
            words = translation.gettext("Not available at the moment")
        assert f"<h1>{words}</h1>" in page
        assert '<html lang="de" dir="ltr">' in page
        settings.MIDDLEWARE = stack()


@on_the_server
def test_whoever_came_back_too_late_meanwhile_is_signed_out_when_the_store_is_back(
    engine: str, store: Store, alice: Visitor, clock: Traveller, ended: list[Reason]
) -> None:
    store.goes(alice.key)
    clock.shift(599)
    check_refused(alice.navigate("/private/"))
    clock.shift(1)
    store.returns()
    assert alice.navigate("/private/").url == "/login/?next=/private/"
    assert alice.navigate(LOGIN).json() == {"messages": [IDLE]}
    assert ended == ["idle"]


# A moment's failure


@alone_in_cache
@pytest.mark.parametrize("path", ["/private/", "/name/", "/aname/", "/"])
def test_a_cache_that_fails_but_once_serves_as_if_nothing_had_been(
    engine: str,
    store: Store,
    alice: Visitor,
    clock: Traveller,
    path: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Django alone would take the session for gone, and delete the cookie."""
    clock.shift(100)
    FailingCache.gone = 1
    response = alice.navigate(path)
    assert response.status_code == 200
    assert response.content in (b"private", b"alice", b"public")
    assert not response.cookies
    assert logged(caplog) == []
    assert times.last_activity(alice.session) == NOON.replace(minute=1, second=40)


@alone_in_cache
def test_django_alone_signs_out_if_the_cache_fails_once(
    engine: str, store: Store, settings: Settings, alice: Visitor
) -> None:
    """So there is something to prevent."""
    settings.MIDDLEWARE = WITHOUT
    FailingCache.gone = 1
    assert alice.navigate("/name/").content == b""
    assert alice.key == ""


@alone_in_cache
def test_a_cache_that_fails_twice_is_out_of_reach(
    engine: str, store: Store, alice: Visitor
) -> None:
    key = alice.key
    FailingCache.gone = 2
    check_refused(alice.navigate("/private/"))
    check_as_ever(alice, key)


@alone_in_cache
@pytest.mark.parametrize("fails", [1, 2, inf])
def test_a_cookie_outlives_a_failure_that_an_earlier_middleware_met(
    engine: str,
    store: Store,
    settings: Settings,
    alice: Visitor,
    fails: float,
) -> None:
    """It takes the session for gone; whoever comes later must not."""
    key = alice.key
    settings.MIDDLEWARE = stack(before="tests.neighbours.ReadsSession")
    FailingCache.gone = fails
    response = alice.navigate("/private/")
    if fails == 1:
        assert response.content == b"private"
        assert not response.cookies
    else:
        check_refused(response)
    FailingCache.gone = 0
    check_as_ever(alice, key)


@alone_in_cache
def test_a_session_that_an_earlier_middleware_ended_stays_ended(
    engine: str, store: Store, settings: Settings, alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the cache did not take the deletion."""
    settings.MIDDLEWARE = stack(before="tests.neighbours.EndsSession")
    monkeypatch.setattr(FailingCache, "delete", lambda self, *args: False)
    assert alice.navigate("/name/").content == b""
    assert alice.key == ""


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
class TestHalfGone:
    def test_the_cache_is_enough(self, engine: str, store: Store, alice: Visitor) -> None:
        store.rename("django_session", "elsewhere")
        store.renamed = True
        assert alice.navigate("/name/").content == b"alice"

    def test_the_table_is_enough(self, engine: str, store: Store, alice: Visitor) -> None:
        """Not to Django, which writes to the cache what it has read from the table."""
        key = alice.key
        FailingCache.gone = inf
        assert alice.navigate("/name/").content == b"alice"
        assert alice.navigate("/").content == b"public"
        FailingCache.gone = 0
        check_as_ever(alice, key)


@pytest.mark.parametrize("engine", ["file"], indirect=True)
def test_a_folder_that_is_gone_takes_nobody_s_cookie(
    engine: str, store: Store, alice: Visitor, tmp_path: Path
) -> None:
    """The file system is not there."""
    key = alice.key
    tmp_path.rename(tmp_path.with_suffix(".aside"))
    check_refused(alice.navigate("/private/"))
    assert alice.navigate("/").content == b"public"
    tmp_path.with_suffix(".aside").rename(tmp_path)
    check_as_ever(alice, key)


# Cookies that no session ever had

COOKIES = {
    "unknown": "abcdefgh" * 4,
    "short": "abc",
    "empty": "",
    "too long": "x" * 4000,
    "spaces": "not a key of memcached",
    "no letters": "%_%_%_%_%_%_%_%_",
    "another path": "../../../../../../etc/passwd",
    "slashes": "/" * 32,
    "not ASCII": "schlüsselschlüssel",
    "markup": "<script>alert(1)</script>",
    "SQL": "' OR '1'='1' --",
}


@pytest.mark.filterwarnings(f"ignore::{CacheKeyWarning.__module__}.{CacheKeyWarning.__name__}")
@on_the_server
@pytest.mark.parametrize("cookie", COOKIES.values(), ids=COOKIES)
@pytest.mark.parametrize("strict", [False, True])
def test_a_cookie_that_no_session_ever_had_is_a_visitor_s(
    engine: str,
    settings: Settings,
    visitor: Visitor,
    cookie: str,
    strict: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if strict:
        settings.CACHES = {"default": {"BACKEND": "tests.neighbours.FailingCache"}}

    def give() -> None:
        visitor.client.cookies["sessionid"] = cookie

    for path, content in {"/": b"public", "/name/": b"", "/aname/": b"", "/element/": b""}.items():
        give()
        assert visitor.navigate(path).content.strip() == content
    give()
    assert visitor.navigate("/private/").url == "/login/?next=/private/"
    give()
    assert visitor.ping(idleFor=0).json() == {"state": "expired", "reason": "anonymous"}
    give()
    assert visitor.sign_in("alice").url == "/"
    assert visitor.signed_in == "alice"
    assert visitor.key != cookie
    assert logged(caplog) == []


# A session that is over, and can't be ended


@pytest.fixture
def undeletable(
    engine: str, store: Store, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], None]]:
    """The store can be read, but nothing can be deleted, until the returned function is called."""

    def refuse(*args: object) -> None:
        raise ConnectionError("as it should")

    def mend() -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS undeletable")
        monkeypatch.setattr(FailingCache, "delete", FailingCache.__mro__[1].delete)  # type: ignore[attr-defined]

    monkeypatch.setattr(FailingCache, "delete", refuse)
    if engine == "db":
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TRIGGER undeletable BEFORE DELETE ON django_session "
                "BEGIN SELECT RAISE(ABORT, 'as it should'); END"
            )
    yield mend
    mend()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", ["db", "cached_db", "cache"], indirect=True)
class TestCanNotBeEnded:
    @pytest.mark.parametrize("path", ["/private/", "/name/", "/aname/"])
    def test_it_is_not_served_and_ended_once_when_it_can_be(
        self,
        engine: str,
        undeletable: Callable[[], None],
        alice: Visitor,
        clock: Traveller,
        ended: list[Reason],
        caplog: pytest.LogCaptureFixture,
        path: str,
    ) -> None:
        key = alice.key
        clock.shift(600)
        for _ in range(2):
            if engine == "cached_db":  # the row is gone with its copy in the cache, or not at all
                assert Session.objects.filter(session_key=key).exists()
            check_refused(alice.navigate(path))
            assert alice.key == key
        assert alice.navigate("/").content == b"public"
        assert alice.navigate("/element/").content.strip() == b""
        check_refused(alice.fetch("/private/"))
        check_refused(alice.ping(idleFor=0))
        assert ended == []
        assert not any("Session ended" in record.getMessage() for record in logged(caplog))
        assert alice.key == key
        undeletable()
        response = alice.navigate(path)
        assert response.status_code in (200, 302)
        assert response.content == b""
        assert ended == ["idle"]
        assert alice.navigate(LOGIN).json() == {"messages": [IDLE]}
        alice.client.cookies["sessionid"] = key
        assert alice.signed_in == ""
        assert ended == ["idle"]

    @pytest.mark.parametrize("before", [MESSAGES, "tests.neighbours.reads_user"])
    def test_an_earlier_middleware_s_look_at_the_user_does_not_serve_it(
        self,
        engine: str,
        undeletable: Callable[[], None],
        settings: Settings,
        alice: Visitor,
        clock: Traveller,
        before: str,
    ) -> None:
        settings.MIDDLEWARE = stack(before=before)
        clock.shift(600)
        for path in ("/private/", "/name/", "/aname/"):
            check_refused(alice.navigate(path))
        undeletable()

    def test_a_visitor_s_page_is_saved_by_nobody(
        self,
        engine: str,
        undeletable: Callable[[], None],
        settings: Settings,
        alice: Visitor,
        clock: Traveller,
    ) -> None:
        settings.SESSION_SAVE_EVERY_REQUEST = True
        clock.shift(600)
        response = alice.navigate("/")
        assert response.content == b"public"
        assert not response.cookies
        undeletable()


@pytest.mark.parametrize("engine", ["file"], indirect=True)
def test_a_file_that_can_not_be_deleted_is_not_served(
    engine: str,
    alice: Visitor,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
    ended: list[Reason],
) -> None:
    """Django says nothing of it."""
    monkeypatch.setattr(FileStore, "delete", lambda self, key=None: None)
    key = alice.key
    clock.shift(600)
    for _ in range(2):
        check_refused(alice.navigate("/name/"))
        assert alice.key == key
    assert ended == []
    monkeypatch.undo()
    assert alice.navigate("/name/").content == b""
    assert ended == ["idle"]
