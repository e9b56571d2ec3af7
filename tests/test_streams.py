"""Streamed answers: nothing of them is sent after the end of the session."""

import gzip
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from wsgiref.util import FileWrapper

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.test import RequestFactory
from pytest_django import Settings
from time_machine import Traveller

from session_security import streams, watch
from session_security.policy import Reason
from session_security.sessions.rows import RowEngine

from .conftest import ENGINES
from .neighbours import stack
from .streaming import received, script
from .visitor import Visitor

on_the_server = pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)

Streamed = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def _urls(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.streaming"


@pytest.fixture
def pauses(clock: Traveller, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long a stream was held; the time passes meanwhile."""
    paused: list[float] = []

    def sleep(seconds: float) -> None:
        paused.append(seconds)
        clock.shift(seconds)

    async def asleep(seconds: float) -> None:
        sleep(seconds)

    monkeypatch.setattr(watch, "clock", lambda: datetime.now(UTC).timestamp())
    monkeypatch.setattr(watch, "sleep", sleep)
    monkeypatch.setattr(watch, "asleep", asleep)
    return paused


@pytest.fixture
def streamed(pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> Streamed:
    """What somebody receives of a stream whose code is given."""

    def run(visitor: Visitor, source: Callable[[], Iterator[str]], path: str = "/stream/") -> Any:
        monkeypatch.setattr(script, "source", source)
        monkeypatch.setattr(script, "is_closed", False)
        response = visitor.fetch(path)
        assert response.status_code == 200
        return received(response)

    return run


# The deadline


@on_the_server
def test_nothing_is_sent_after_the_end(
    engine: str,
    alice: Visitor,
    clock: Traveller,
    streamed: Streamed,
    pauses: list[float],
    ended: list[Reason],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "session_security")

    def source() -> Iterator[str]:
        yield "at noon"
        clock.shift(599)
        yield "in time"
        clock.shift(1)
        yield "too late"
        raise AssertionError("It was read on.")

    assert streamed(alice, source) == ["at noon", "in time"]
    assert script.is_closed
    assert pauses == [watch.GRACE]
    assert ended == ["idle"]
    assert "Session ended: user" in caplog.text
    assert alice.signed_in == ""


@on_the_server
def test_what_the_page_has_reported_meanwhile_counts(
    engine: str, alice: Visitor, clock: Traveller, streamed: Streamed, pauses: list[float]
) -> None:
    def source() -> Iterator[str]:
        for number in range(5):
            for _ in range(2):
                clock.shift(250)
                alice.tab().ping(idleFor=0)
            clock.shift(100)
            yield str(number)
        clock.shift(500)
        yield "too late"

    assert streamed(alice, source) == ["0", "1", "2", "3", "4"]
    assert pauses == [watch.GRACE]


def test_a_request_of_the_page_at_the_end_comes_before_the_stream(
    alice: Visitor,
    clock: Traveller,
    streamed: Streamed,
    monkeypatch: pytest.MonkeyPatch,
    ended: list[Reason],
) -> None:
    """So the page that follows says why, and a form that comes late is kept."""
    answers: list[Any] = []

    def sleep(seconds: float) -> None:
        assert seconds == watch.GRACE
        answers.append(alice.tab().ping())

    async def asleep(seconds: float) -> None:
        await sync_to_async(sleep)(seconds)

    monkeypatch.setattr(watch, "sleep", sleep)
    monkeypatch.setattr(watch, "asleep", asleep)

    def source() -> Iterator[str]:
        clock.shift(600)
        yield "too late"

    assert streamed(alice, source) == []
    assert answers[0].json() == {"state": "expired", "reason": "idle"}
    assert ended == ["idle"]


def test_until_the_deadline_the_store_is_not_asked(
    alice: Visitor, streamed: Streamed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(*args: object, **kwargs: object) -> None:
        raise AssertionError("The store was asked.")

    monkeypatch.setattr(watch.Watch, "look", look)

    def source() -> Iterator[str]:
        for number in range(1000):
            yield str(number)

    assert len(streamed(alice, source)) == 1000


def test_the_deadline_is_that_of_the_absolute_limit(
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    streamed: Streamed,
    ended: list[Reason],
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 700

    def source() -> Iterator[str]:
        clock.shift(400)
        alice.tab().ping(idleFor=0)
        clock.shift(299)
        yield "in time"
        alice.tab().ping(idleFor=0)
        clock.shift(1)
        yield "too late"

    assert streamed(alice, source) == ["in time"]
    assert ended == ["absolute"]


def test_a_stream_in_a_passive_view_is_watched_and_extends_nothing(
    alice: Visitor, clock: Traveller, streamed: Streamed
) -> None:
    clock.shift(500)

    def source() -> Iterator[str]:
        clock.shift(99)
        yield "in time"
        clock.shift(1)
        yield "too late"

    assert streamed(alice, source, "/passive/stream/") == ["in time"]


def test_a_clock_that_is_set_back_prolongs_nothing(
    alice: Visitor,
    clock: Traveller,
    streamed: Streamed,
    monkeypatch: pytest.MonkeyPatch,
    ended: list[Reason],
) -> None:
    """The stored act is in the future then, which is put right at the first look."""
    ahead = 0.0
    monkeypatch.setattr(watch, "clock", lambda: datetime.now(UTC).timestamp() + ahead)

    def source() -> Iterator[str]:
        nonlocal ahead
        clock.shift(-3600 + 600)
        ahead = 3600
        yield "600 s later"  # nobody can know better
        clock.shift(599)
        yield "599 s after that"
        clock.shift(1)
        yield "too late"

    assert streamed(alice, source) == ["600 s later", "599 s after that"]
    assert ended == ["idle"]


# Other ends


@on_the_server
@pytest.mark.parametrize("how", ["signed out", "somebody else", "deleted"])
def test_whoever_has_ended_it_the_stream_stops_at_the_deadline(
    engine: str,
    how: str,
    alice: Visitor,
    clock: Traveller,
    streamed: Streamed,
    pauses: list[float],
    ended: list[Reason],
) -> None:
    def source() -> Iterator[str]:
        clock.shift(300)
        if how == "signed out":
            alice.tab().post("/leave/")
        elif how == "deleted":
            alice.session.flush()
        else:
            alice.tab().ping(idleFor=0)
            bob = get_user_model().objects.get(username="bob")
            alice.alter(_auth_user_id=str(bob.pk), _auth_user_hash=bob.get_session_auth_hash())
        clock.shift(299)
        yield "in time"
        clock.shift(1)
        yield "too late"

    assert streamed(alice, source) == ["in time"]
    assert pauses == []
    assert ended == []


@pytest.mark.parametrize("how", ["deactivated", "another password", "deleted"])
def test_a_user_who_is_withdrawn_receives_nothing_after_the_deadline(
    how: str, alice: Visitor, clock: Traveller, streamed: Streamed
) -> None:
    def source() -> Iterator[str]:
        clock.shift(300)
        alice.tab().ping(idleFor=0)
        user = get_user_model().objects.get(username="alice")
        if how == "deleted":
            user.delete()
        else:
            user.is_active = how != "deactivated"
            user.set_password("another")
            user.save()
        clock.shift(300)
        yield "too late"

    assert streamed(alice, source) == []


def test_a_key_that_is_rotated_meanwhile_stops_nothing(
    settings: Settings, alice: Visitor, clock: Traveller, streamed: Streamed
) -> None:
    """Django gives a session another key with the first request that looks at the user.

    A stream must not do that: it could not tell the browser.
    """

    def source() -> Iterator[str]:
        clock.shift(300)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "a new one, and long enough to be signed with as well"
        alice.tab().navigate("/")
        clock.shift(300)
        yield "in time"

    key = alice.key
    assert streamed(alice, source) == ["in time"]
    assert Session.objects.get().session_key == key
    assert alice.signed_in == "alice"


@pytest.mark.parametrize("engine", ["signed_cookies"], indirect=True)
def test_where_the_browser_is_the_store_a_stream_stops_and_ends_nothing(
    engine: str,
    alice: Visitor,
    clock: Traveller,
    streamed: Streamed,
    pauses: list[float],
    ended: list[Reason],
) -> None:
    """The page may have a newer cookie: it connects again, and is judged by that."""

    def source() -> Iterator[str]:
        clock.shift(599)
        alice.ping(idleFor=0)
        yield "in time"
        clock.shift(1)
        yield "perhaps too late"

    assert streamed(alice, source) == ["in time"]
    assert pauses == []
    assert ended == []
    assert alice.signed_in == "alice"


# Nobody


def test_a_stream_to_a_visitor_is_not_touched(
    visitor: Visitor, clock: Traveller, streamed: Streamed
) -> None:
    """Also if somebody signs in meanwhile: it has nothing of theirs."""

    def source() -> Iterator[str]:
        yield "at noon"
        visitor.tab().sign_in("alice")
        clock.shift(10_000)
        yield "much later"

    assert streamed(visitor, source) == ["at noon", "much later"]


@pytest.mark.parametrize("interface", ["wsgi"], indirect=True)
def test_a_stream_that_begins_with_the_sign_in_is_watched(
    visitor: Visitor, clock: Traveller, streamed: Streamed
) -> None:
    def source() -> Iterator[str]:
        clock.shift(599)
        yield "in time"
        clock.shift(1)
        yield "too late"

    assert streamed(visitor, source, "/login/stream/") == ["in time"]


def test_a_stream_of_a_request_that_came_too_late_is_that_of_a_visitor(
    alice: Visitor, clock: Traveller, streamed: Streamed, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.shift(600)
    monkeypatch.setattr(script, "source", lambda: iter(["public"]))
    response = alice.navigate("/stream/")
    clock.shift(10_000)
    assert received(response) == ["public"]


# The store


def failing(alice: Visitor, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the store is away; whoever reads the session meanwhile fails."""
    is_away = [False]
    load, aload = RowEngine.load, RowEngine.aload

    def fail(*args: Any) -> Any:
        if is_away[0]:
            raise OperationalError("the database is away")
        return load(*args)

    async def afail(*args: Any) -> Any:
        if is_away[0]:
            raise OperationalError("the database is away")
        return await aload(*args)

    monkeypatch.setattr(RowEngine, "load", fail)
    monkeypatch.setattr(RowEngine, "aload", afail)
    return is_away


def test_while_the_store_is_away_a_stream_waits_and_goes_on_with_it(
    alice: Visitor,
    clock: Traveller,
    streamed: Streamed,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    is_away = failing(alice, monkeypatch)
    shift = clock.shift

    def come_back(seconds: float) -> None:
        shift(seconds)
        if len(pauses) == 3:
            is_away[0] = False

    def source() -> Iterator[str]:
        shift(300)
        alice.tab().ping(idleFor=0)
        shift(300)
        is_away[0] = True
        monkeypatch.setattr(clock, "shift", come_back, raising=False)
        yield "in time"

    try:
        assert streamed(alice, source) == ["in time"]
    finally:
        monkeypatch.undo()
    assert pauses == [watch.RETRY] * 3
    assert caplog.text.count("A session can't be read") == 1


def test_if_the_store_stays_away_the_stream_stops_and_nothing_is_ended(
    alice: Visitor,
    clock: Traveller,
    streamed: Streamed,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    ended: list[Reason],
) -> None:
    is_away = failing(alice, monkeypatch)

    def source() -> Iterator[str]:
        clock.shift(300)
        alice.tab().ping(idleFor=0)
        clock.shift(300)
        is_away[0] = True
        yield "nobody knows"

    assert streamed(alice, source) == []
    assert sum(pauses) == watch.PATIENCE
    assert ended == []
    is_away[0] = False
    assert alice.signed_in == "alice"


# What streams


def test_a_marked_view_is_sent_to_its_end(
    alice: Visitor, clock: Traveller, streamed: Streamed
) -> None:
    def source() -> Iterator[str]:
        yield "begun in time"
        clock.shift(10_000)
        yield "finished"

    assert streamed(alice, source, "/uninterrupted/stream/") == ["begun in time", "finished"]


def test_what_the_generator_raises_goes_on_to_the_server(
    alice: Visitor, streamed: Streamed
) -> None:
    def source() -> Iterator[str]:
        yield "a part"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        streamed(alice, source)
    assert script.is_closed


def test_a_client_that_goes_away_closes_the_generator(
    alice: Visitor, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def source() -> Iterator[str]:
        yield "a part"
        yield "another"

    monkeypatch.setattr(script, "source", source)
    monkeypatch.setattr(script, "is_closed", False)
    response = alice.fetch("/stream/")

    async def read_one() -> bytes:
        async for part in response._iterator:
            await response._iterator.aclose()
            return bytes(part, "ascii") if isinstance(part, str) else bytes(part)
        return b""

    if response.is_async:
        assert async_to_sync(read_one)() == b"a part"
    else:
        assert next(iter(response)) == b"a part"
        response.close()
    assert script.is_closed


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume:Warning")
def test_an_iterator_of_the_other_kind_is_cut_while_it_is_sent(
    alice: Visitor, clock: Traveller, streamed: Streamed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django reads it at once; what a slow client has not had by then is not sent."""
    monkeypatch.setattr(script, "awaits", False)
    monkeypatch.setattr(script, "source", lambda: iter(["1", "2"]))
    response = alice.fetch("/stream/")
    assert response.is_async is (alice.interface == "asgi")

    async def read() -> list[bytes]:
        parts = []
        async for part in response.streaming_content:
            parts.append(part)
            clock.shift(600)
        return parts

    if response.is_async:
        assert async_to_sync(read)() == [b"1"]
    else:
        parts = []
        for part in response.streaming_content:
            parts.append(part)
            clock.shift(600)
        assert parts == [b"1"]


def test_django_still_warns_of_an_iterator_of_the_other_kind(
    alice: Visitor, streamed: Streamed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "awaits", False)
    with pytest.warns(Warning, match="must consume (a)?synchronous iterators"):
        assert streamed(alice, lambda: iter(["1", "2"])) == ["1", "2"]


@pytest.mark.parametrize("path", ["/stream/", "/uninterrupted/stream/"])
def test_a_compressed_stream_is_one_and_whole_as_far_as_it_goes(
    path: str,
    settings: Settings,
    alice: Visitor,
    clock: Traveller,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def source() -> Iterator[str]:
        yield "in time"
        clock.shift(600)
        yield ", too late"

    monkeypatch.setattr(script, "source", source)
    settings.MIDDLEWARE = [
        "django.middleware.gzip.GZipMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
        *stack(),
    ]
    response = alice.fetch(path, Accept_Encoding="gzip")
    assert response.headers["Content-Encoding"] == "gzip"

    async def collect() -> bytes:
        return b"".join([part async for part in response.streaming_content])

    body = async_to_sync(collect)() if response.is_async else b"".join(response.streaming_content)
    whole = path.startswith("/uninterrupted")
    assert gzip.decompress(body) == (b"in time, too late" if whole else b"in time")


# Files


def served(visitor: Visitor | None, path: str, method: str = "GET") -> Any:
    """What Django gives to a WSGI server that can send files by itself."""
    environ = RequestFactory().generic(method, path).environ
    environ["wsgi.file_wrapper"] = FileWrapper
    if visitor is not None:
        environ["HTTP_COOKIE"] = f"sessionid={visitor.key}"
    seen: list[str] = []
    handler: Any = WSGIHandler()
    response = handler(environ, lambda status, headers: seen.append(status))
    assert seen == ["200 OK"]
    return response


@pytest.mark.parametrize("interface", ["wsgi"], indirect=True)
def test_a_server_sends_files_by_itself_but_not_those_of_a_signed_in_user(
    alice: Visitor, clock: Traveller, pauses: list[float]
) -> None:
    for who, path in ((None, "/file/"), (alice, "/uninterrupted/file/")):
        sent_by_server = served(who, path)
        assert isinstance(sent_by_server, FileWrapper)
        sent_by_server.close()
    response = served(alice, "/file/")
    assert not isinstance(response, FileWrapper)
    parts = iter(response)
    assert len(next(parts)) == streams.BLOCK
    clock.shift(600)
    assert list(parts) == []
    response.close()


@pytest.mark.parametrize("interface", ["wsgi"], indirect=True)
def test_a_file_is_closed_with_its_response(alice: Visitor, pauses: list[float]) -> None:
    response = served(alice, "/file/", "HEAD")  # whose body nobody reads
    file = response._resource_closers[0].__self__
    response.close()
    assert file.closed


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume:Warning")
def test_a_file_is_the_same_for_a_signed_in_user(alice: Visitor, pauses: list[float]) -> None:
    response = alice.fetch("/file/")
    assert response.headers["Content-Length"] == "200000"
    assert "".join(received(response)) == "x" * 200_000
