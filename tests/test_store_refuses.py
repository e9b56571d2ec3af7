"""Stores that can be read and refuse writes, and such as say nothing where they should fail."""

import errno
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from pytest_django import Settings
from time_machine import Traveller

from session_security.middleware import SessionSecurityMiddleware
from session_security.policy import Reason

from . import settings as plain
from .conftest import During
from .neighbours import OURS
from .stores import RefusingCache, SilentCache
from .visitor import Visitor


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "session_security"]


def check_unavailable(response: Any) -> None:
    """Nobody is served, and nobody is signed out."""
    assert response.status_code == 503
    assert not response.cookies
    assert "X-Session-Expired" not in response.headers
    assert b"alice" not in response.content
    assert b"expired" not in response.content


# --- a cache that refuses -----------------------------------------------------------------------


@pytest.fixture
def refusing(settings: Settings) -> Iterator[type[RefusingCache]]:
    """The cache; ask for it before ``alice``."""
    settings.CACHES = {"default": {"BACKEND": "tests.stores.RefusingCache"}}
    yield RefusingCache
    RefusingCache.is_full = RefusingCache.is_read_only = False
    cache.clear()


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
@pytest.mark.parametrize("how", ["is_full", "is_read_only"])
class TestCacheBeforeRows:
    """The row counts, whatever the cache in front of it makes of it."""

    @pytest.mark.parametrize("act", ["page", "report"])
    def test_an_hour_of_work(
        self,
        engine: str,
        how: str,
        refusing: type[RefusingCache],
        alice: Visitor,
        clock: Traveller,
        monkeypatch: pytest.MonkeyPatch,
        ended: list[Reason],
        act: str,
    ) -> None:
        """Django alone logs that the cache took nothing, and goes on."""
        monkeypatch.setattr(refusing, how, True)
        for _ in range(12):
            clock.shift(300)
            response = alice.navigate("/private/") if act == "page" else alice.ping(idleFor=0)
            assert response.status_code == 200
            if act == "report":
                assert response.json()["idle"] == 0
        assert ended == []
        monkeypatch.setattr(refusing, how, False)
        clock.shift(599)
        assert alice.signed_in == "alice"
        clock.shift(1)
        assert alice.signed_in == ""
        assert ended == ["idle"]

    def test_what_others_wrote_is_kept(
        self,
        engine: str,
        how: str,
        refusing: type[RefusingCache],
        alice: Visitor,
        clock: Traveller,
        during: During,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def put(request: HttpRequest) -> None:
            request.session["basket"] = 1

        monkeypatch.setattr(refusing, how, True)
        during(put)
        clock.shift(300)
        assert alice.navigate("/during/").content == b"done"
        clock.shift(300)
        assert alice.ping(idleFor=0).status_code == 200
        assert Session.objects.get().get_decoded()["basket"] == 1

    def test_it_is_logged(
        self,
        engine: str,
        how: str,
        refusing: type[RefusingCache],
        alice: Visitor,
        clock: Traveller,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(refusing, how, True)
        clock.shift(100)
        alice.navigate("/")
        assert any(record.levelno >= logging.WARNING for record in caplog.records)
        assert alice.key not in caplog.text
        monkeypatch.setattr(refusing, how, False)
        cache.clear()
        assert alice.ping().json()["idle"] == 0

    def test_whoever_walked_away_is_not_served(
        self,
        engine: str,
        how: str,
        refusing: type[RefusingCache],
        alice: Visitor,
        clock: Traveller,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The copy in the cache can't be taken out of one that is read-only."""
        key = alice.key
        monkeypatch.setattr(refusing, how, True)
        clock.shift(600)
        for path in ("/private/", "/name/"):
            alice.present(key)
            response = alice.navigate(path)
            assert b"private" not in response.content
            assert b"alice" not in response.content
        monkeypatch.setattr(refusing, how, False)
        alice.present(key)
        assert alice.signed_in == ""


@pytest.mark.parametrize("engine", ["cache"], indirect=True)
@pytest.mark.parametrize("how", ["is_full", "is_read_only"])
class TestCacheAlone:
    """Nothing can be stored, so nobody knows who has acted since."""

    def test_the_session_goes_on_until_the_limit_as_it_is_known(
        self,
        engine: str,
        how: str,
        refusing: type[RefusingCache],
        alice: Visitor,
        clock: Traveller,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(refusing, how, True)
        clock.shift(300)
        assert alice.navigate("/private/").content == b"private"
        assert "Could not store the last activity" in logged(caplog)
        clock.shift(299)
        assert alice.ping(idleFor=0).status_code == 200
        monkeypatch.setattr(refusing, how, False)
        assert alice.ping(idleFor=0).json()["idle"] == 0
        clock.shift(599)
        assert alice.signed_in == "alice"

    @pytest.mark.parametrize("act", ["page", "script", "report"])
    def test_nobody_is_signed_out_who_may_have_acted(
        self,
        engine: str,
        how: str,
        refusing: type[RefusingCache],
        alice: Visitor,
        clock: Traveller,
        monkeypatch: pytest.MonkeyPatch,
        ended: list[Reason],
        act: str,
    ) -> None:
        """Neither served nor ended while it refuses: what would have been stored is not there."""
        key = alice.key
        monkeypatch.setattr(refusing, how, True)
        for _ in range(2):
            clock.shift(299)
            assert alice.ping(idleFor=0).status_code == 200
        clock.shift(2)
        if act == "report":
            check_unavailable(alice.ping(idleFor=0))
        else:
            send = alice.navigate if act == "page" else alice.fetch
            check_unavailable(send("/private/"))
        assert ended == []
        assert alice.key == key
        assert alice.session.get("_auth_user_id")


# --- a database that is read-only ---------------------------------------------------------------


@pytest.fixture
def read_only(transactional_db: None) -> Iterator[Any]:
    """Makes the database refuse writes, or take them again; ask for it before ``alice``."""

    def set_read_only(refuses: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA query_only = {int(refuses)}")

    yield set_read_only
    set_read_only(False)


@pytest.mark.parametrize("engine", ["db", "cached_db"], indirect=True)
class TestDatabase:
    def test_a_failover_that_is_shorter_than_the_limit_is_noticed_by_nobody(
        self,
        engine: str,
        read_only: Any,
        alice: Visitor,
        clock: Traveller,
        ended: list[Reason],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        read_only(True)
        clock.shift(300)
        assert alice.navigate("/private/").content == b"private"
        assert "Could not store the last activity" in logged(caplog)
        clock.shift(299)
        assert alice.ping(idleFor=0).status_code == 200
        read_only(False)
        assert alice.ping(idleFor=0).json()["idle"] == 0
        clock.shift(599)
        assert alice.signed_in == "alice"
        assert ended == []

    def test_nobody_is_signed_out_who_may_have_acted(
        self,
        engine: str,
        read_only: Any,
        alice: Visitor,
        clock: Traveller,
        ended: list[Reason],
    ) -> None:
        key = alice.key
        read_only(True)
        for _ in range(2):
            clock.shift(299)
            assert alice.ping(idleFor=0).status_code == 200
        clock.shift(2)
        for _ in range(2):
            check_unavailable(alice.navigate("/private/"))
            check_unavailable(alice.fetch("/private/"))
            check_unavailable(alice.ping(idleFor=0))
        assert ended == []
        assert alice.key == key
        assert Session.objects.filter(session_key=key).exists()


# --- a cache client that says nothing -----------------------------------------------------------


@pytest.fixture
def silent(settings: Settings) -> Iterator[type[SilentCache]]:
    """The cache; ask for it before ``alice``."""
    settings.CACHES = {"default": {"BACKEND": "tests.stores.SilentCache"}}
    yield SilentCache
    SilentCache.is_away = False
    cache.clear()


@pytest.mark.parametrize("engine", ["cache"], indirect=True)
class TestSilence:
    @pytest.mark.parametrize("path", ["/private/", "/name/", "/aname/"])
    def test_whoever_it_knows_nothing_of_is_not_signed_out(
        self,
        engine: str,
        silent: type[SilentCache],
        alice: Visitor,
        clock: Traveller,
        monkeypatch: pytest.MonkeyPatch,
        ended: list[Reason],
        path: str,
    ) -> None:
        key = alice.key
        clock.shift(100)
        monkeypatch.setattr(silent, "is_away", True)
        check_unavailable(alice.navigate(path))
        check_unavailable(alice.fetch(path))
        check_unavailable(alice.ping(idleFor=0))
        page = alice.navigate("/")  # looks at neither user nor session
        assert page.content == b"public"
        assert not page.cookies
        monkeypatch.setattr(silent, "is_away", False)
        assert alice.key == key
        assert alice.signed_in == "alice"
        assert alice.ping().json()["idle"] == 100
        assert ended == []

    def test_what_it_has_forgotten_is_gone(
        self, engine: str, silent: type[SilentCache], alice: Visitor
    ) -> None:
        """It was started again, and it answers."""
        cache.clear()
        assert alice.navigate("/name/").content == b""
        assert alice.key == ""

    def test_a_cookie_that_no_session_ever_had_is_a_visitor_s(
        self, engine: str, silent: type[SilentCache], visitor: Visitor
    ) -> None:
        visitor.present("abcdefgh" * 4)
        assert visitor.navigate("/name/").content == b""
        assert visitor.ping().json() == {"state": "expired", "reason": "anonymous"}
        assert visitor.sign_in("alice").status_code == 302
        assert visitor.signed_in == "alice"


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
class TestSilenceBeforeRows:
    def test_work_goes_on_by_the_rows(
        self,
        engine: str,
        silent: type[SilentCache],
        alice: Visitor,
        clock: Traveller,
        monkeypatch: pytest.MonkeyPatch,
        ended: list[Reason],
    ) -> None:
        """The copy in the cache is an old one when it is back."""
        key = alice.key
        clock.shift(300)
        monkeypatch.setattr(silent, "is_away", True)
        assert alice.navigate("/private/").content == b"private"
        clock.shift(200)
        assert alice.ping(idleFor=0).json()["idle"] == 0
        monkeypatch.setattr(silent, "is_away", False)
        clock.shift(200)
        assert alice.navigate("/private/").content == b"private"
        assert ended == []
        assert alice.key == key

    def test_a_silent_deletion_leaves_nobody_signed_in(
        self,
        engine: str,
        silent: type[SilentCache],
        alice: Visitor,
        clock: Traveller,
        monkeypatch: pytest.MonkeyPatch,
        ended: list[Reason],
    ) -> None:
        """The copy is still there when the cache is back, and the row is not."""
        key = alice.key
        clock.shift(600)
        monkeypatch.setattr(silent, "is_away", True)
        assert alice.navigate("/name/").content == b""
        monkeypatch.setattr(silent, "is_away", False)
        alice.present(key)
        assert alice.navigate("/name/").content == b""
        assert ended == ["idle"]


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["file"], indirect=True)
class TestFiles:
    def test_a_file_that_can_not_be_written_gives_no_key_away(
        self,
        engine: str,
        alice: Visitor,
        clock: Traveller,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """A session's key is in the name of its file, and so in what the system says of it."""
        system_open = os.open

        def refuse(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
            if alice.key in str(path) and flags & os.O_WRONLY:
                raise PermissionError(errno.EACCES, "Permission denied", path)
            return system_open(path, flags, *args, **kwargs)

        clock.shift(100)
        monkeypatch.setattr(os, "open", refuse)
        assert alice.navigate("/private/").content == b"private"
        assert alice.ping(idleFor=0).status_code == 200
        assert set(logged(caplog)) == {"Could not store the last activity"}
        assert alice.key not in caplog.text

    def test_a_folder_that_takes_no_file_is_logged(
        self,
        engine: str,
        alice: Visitor,
        clock: Traveller,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Django's engine keeps it to itself; nobody may be told that the act was stored."""

        def refuse(*args: Any, prefix: str = "", dir: str = "", **kwargs: Any) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", str(Path(dir, prefix)))

        clock.shift(100)
        monkeypatch.setattr(tempfile, "mkstemp", refuse)
        assert alice.navigate("/private/").content == b"private"
        assert alice.ping(idleFor=0).json()["idle"] == 100
        assert set(logged(caplog)) == {"Could not store the last activity"}
        assert alice.key not in caplog.text

    def test_a_file_that_can_not_be_read_gives_no_key_away(
        self,
        engine: str,
        settings: Settings,
        alice: Visitor,
        clock: Traveller,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        file = Path(str(settings.SESSION_FILE_PATH), f"sessionid{alice.key}")
        file.rename(file.with_suffix(".aside"))
        file.mkdir()
        check_unavailable(alice.navigate("/private/"))
        assert "A session can't be read" in logged(caplog)
        assert alice.key not in "".join(map(logging.Formatter().format, ours(caplog)))
        file.rmdir()
        file.with_suffix(".aside").rename(file)
        assert alice.signed_in == "alice"


def ours(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "session_security"]


# --- what is wrong is not the store -------------------------------------------------------------


class Failing(SessionSecurityMiddleware):
    """Has a defect in what it does at the end."""

    def do_logout(self, request: HttpRequest) -> None:
        raise RuntimeError("as it should")


@pytest.mark.parametrize("where", ["receiver", "hook"])
def test_a_failing_sign_out_signs_out(
    engine: str,
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    ended: list[Reason],
    caplog: pytest.LogCaptureFixture,
    where: str,
) -> None:
    def fail(**kwargs: object) -> None:
        raise RuntimeError("as it should")

    key = alice.key
    if where == "hook":
        settings.MIDDLEWARE = [
            path.replace(OURS, "tests.test_store_refuses.Failing") for path in plain.MIDDLEWARE
        ]
    else:
        user_logged_out.connect(fail)
    clock.shift(600)
    try:
        assert alice.navigate("/private/").url == "/login/?next=/private/"
        assert ended == ["idle"]
        assert "as it should" in caplog.text
        assert "can't be read" not in caplog.text
        if engine != "signed_cookies":
            alice.present(key)
            assert alice.signed_in == ""
            assert ended == ["idle"]
    finally:
        user_logged_out.disconnect(fail)
    assert alice.sign_in("alice").status_code == 302
    assert alice.signed_in == "alice"
