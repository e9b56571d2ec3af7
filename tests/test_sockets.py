"""WebSockets: none goes on after the end of the session under which it was opened."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import OperationalError, connections
from django.http import HttpRequest
from django.utils.functional import LazyObject
from pytest_django import Settings
from time_machine import Traveller

from session_security import asgi, watch
from session_security.asgi import SessionSecurityMiddleware
from session_security.middleware import SessionSecurityMiddleware as HttpMiddleware
from session_security.policy import Reason, Timeouts
from session_security.sessions import times
from session_security.sessions.rows import RowEngine

from .conftest import ENGINES
from .neighbours import stack
from .sockets import Socket, Time, echo, now, until
from .visitor import Visitor

on_the_server = pytest.mark.parametrize("engine", ENGINES[:4], indirect=True)

IDLE, SIGNED_OUT, UNKNOWN = (4401, "idle"), (4401, "anonymous"), (4503, "unavailable")


@pytest.fixture
def interface() -> str:
    """How the pages beside the sockets are served."""
    return "wsgi"


@pytest.fixture(autouse=True)
def time(clock: Traveller, monkeypatch: pytest.MonkeyPatch) -> Time:
    """What passes for the sockets."""
    time = Time(clock)
    monkeypatch.setattr(watch, "clock", time.elapsed)
    monkeypatch.setattr(watch, "asleep", time.asleep)
    return time


@pytest.fixture
def queries(db: None) -> Iterator[Callable[[], int]]:
    """How many there were since it was asked last; the loop runs in another thread."""
    connection = connections["default"]
    connection.force_debug_cursor = True

    def count() -> int:
        found = len(connection.queries_log)
        connection.queries_log.clear()
        return found

    yield count
    connection.force_debug_cursor = False


def run(test: Callable[[], Awaitable[None]]) -> None:
    async_to_sync(test)()


def opened(visitor: Visitor, application: Any = echo, **arguments: Any) -> Socket:
    """A socket that this browser is about to open."""
    scope = {name: arguments.pop(name) for name in list(arguments) if name in SCOPE}
    wrapped = SessionSecurityMiddleware(application, **arguments)
    return Socket(wrapped, visitor.key, last=[], **scope)


SCOPE = ("scheme", "query_string", "subprotocols", "session", "path")


async def act(visitor: Visitor) -> None:
    """The page reports that somebody is there."""
    answer = await sync_to_async(visitor.tab().ping)(idleFor=0)
    assert answer.json()["state"] == "active"


# What passes through


@pytest.mark.parametrize("kind", ["http", "lifespan"])
def test_whatever_is_no_socket_passes_untouched(alice: Visitor, kind: str) -> None:
    seen: list[Any] = []

    async def application(*arguments: Any) -> None:
        seen.extend(arguments)

    async def receive() -> Any: ...

    async def send(message: Any) -> None: ...

    scope = {"type": kind}
    async_to_sync(SessionSecurityMiddleware(application))(scope, receive, send)
    assert seen[0] is scope
    assert seen[1:] == [receive, send]
    assert scope == {"type": kind}


@pytest.mark.parametrize("key", ["", "a" * 32, "no session ever had such a key"])
def test_a_visitor_passes_and_costs_no_more_than_the_look_at_the_cookie(
    visitor: Visitor, key: str, queries: Callable[[], int]
) -> None:
    async def test() -> None:
        visitor.present(key) if key else None
        socket = await opened(visitor).open()
        await socket.echo("hello")
        socket.leave()
        await socket.end()
        assert socket.scope["last"][0]["code"] == 1001

    queries()
    run(test)
    assert queries() == (1 if key else 0)


def test_the_application_is_told_who_is_there(alice: Visitor, visitor: Visitor) -> None:
    seen: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["session_security"].reason)

    async def test() -> None:
        await opened(alice, application).start().end()
        await Socket(SessionSecurityMiddleware(application)).start().end()

    run(test)
    assert seen == [None, Reason.ANONYMOUS]


# The deadline


@on_the_server
def test_it_is_closed_when_the_session_is_over(
    engine: str,
    alice: Visitor,
    time: Time,
    ended: list[Reason],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "session_security")

    async def test() -> None:
        socket = await opened(alice).open()
        await time.go_by(599, socket)
        await socket.echo("in time")
        await time.go_by(1, socket)
        socket.say("too late")
        await time.go_by(watch.GRACE - 0.01, socket)
        assert socket.closed is None  # a request of the page may come first
        await time.go_by(1, socket)
        await socket.end()
        assert socket.heard == ["in time"]
        assert socket.closed == IDLE
        assert socket.scope["last"] == [
            {"type": "websocket.disconnect", "code": 4401, "reason": "idle"}
        ]

    run(test)
    assert ended == ["idle"]
    assert caplog.text.count("Session ended: user") == 1
    assert alice.signed_in == ""


@on_the_server
def test_nobody_at_work_is_disturbed_for_hours_and_the_store_is_asked_twice_a_minute(
    engine: str, alice: Visitor, time: Time, ended: list[Reason]
) -> None:
    async def test() -> None:
        socket = await opened(alice).open()
        for _ in range(12):
            await time.go_by(300, socket)
            await act(alice)
            await socket.echo(str(now()))
        assert len(time.slept) <= 3600 / 30 + 1
        await time.go_by(599, socket)
        assert not socket.is_over
        await time.go_by(10, socket)
        assert socket.closed == IDLE
        await socket.end()

    run(test)
    assert ended == ["idle"]


def test_a_look_costs_two_queries(alice: Visitor, time: Time, queries: Callable[[], int]) -> None:
    async def test() -> None:
        socket = await opened(alice).open()
        queries()
        await time.go_by(30.5, socket)
        assert queries() == 2
        for number in range(100):
            await socket.echo(str(number))
        assert queries() == 0
        socket.leave()
        await socket.end()

    run(test)


def test_what_the_application_sends_by_itself_is_held_at_the_deadline(
    alice: Visitor, time: Time
) -> None:
    """Also if the timer is late."""
    ticks = asyncio.Queue[str]()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        while True:
            await send({"type": "websocket.send", "text": await ticks.get()})

    async def test() -> None:
        socket = await opened(alice, application).open()
        ticks.put_nowait("in time")
        await until(lambda: socket.heard)
        time.clock.shift(600)
        ticks.put_nowait("too late")
        await until(lambda: len(time.sleepers) == 2)
        assert socket.heard == ["in time"]
        await time.go_by(watch.GRACE, socket)
        assert socket.closed == IDLE
        ticks.put_nowait("dropped")
        await until(ticks.empty)
        await time.go_by(asgi.LENIENCE, socket)
        ticks.put_nowait("refused")
        await socket.end()  # by an error that says that nobody is there
        assert socket.heard == ["in time"]

    run(test)


def test_acts_do_not_put_off_the_absolute_limit(
    settings: Settings, alice: Visitor, time: Time, ended: list[Reason]
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 700

    async def test() -> None:
        socket = await opened(alice).open()
        await time.go_by(400, socket)
        await act(alice)
        await time.go_by(310, socket)
        assert socket.closed == (4401, "absolute")
        await socket.end()

    run(test)
    assert ended == ["absolute"]


def test_a_clock_that_is_set_back_prolongs_nothing(
    alice: Visitor, time: Time, ended: list[Reason]
) -> None:
    """The stored act is in the future then, which the next look puts right."""

    async def test() -> None:
        socket = await opened(alice).open()
        time.set_back(3600)
        await time.go_by(629, socket)
        assert not socket.is_over
        await time.go_by(5, socket)
        assert socket.closed == IDLE
        await socket.end()

    run(test)
    assert ended == ["idle"]


# Other ends


@on_the_server
@pytest.mark.parametrize("how", ["signed out", "signed out and in", "somebody else", "deleted"])
def test_whoever_has_ended_it_the_socket_is_closed_at_the_next_look(
    engine: str, how: str, alice: Visitor, time: Time, ended: list[Reason]
) -> None:
    def end() -> None:
        if how == "signed out":
            alice.tab().post("/leave/")
        elif how == "signed out and in":
            alice.tab().post("/leave/")
            alice.tab().sign_in("alice")
        elif how == "deleted":
            alice.session.flush()
        else:
            bob = get_user_model().objects.get(username="bob")
            alice.alter(_auth_user_id=str(bob.pk), _auth_user_hash=bob.get_session_auth_hash())

    async def test() -> None:
        socket = await opened(alice).open()
        await time.go_by(100, socket)
        await sync_to_async(end)()
        await time.go_by(30, socket)
        assert socket.closed == SIGNED_OUT
        await socket.end()

    run(test)
    assert ended == []


@pytest.mark.parametrize("how", ["deactivated", "another password", "deleted"])
def test_a_user_who_is_withdrawn_is_disconnected_and_their_browser_keeps_its_session(
    how: str, alice: Visitor, time: Time
) -> None:
    def withdraw() -> None:
        user = get_user_model().objects.get(username="alice")
        if how == "deleted":
            user.delete()
            return
        user.is_active = how != "deactivated"
        if how == "another password":
            user.set_password("another")
        user.save()

    async def test() -> None:
        socket = await opened(alice).open()
        await sync_to_async(withdraw)()
        await time.go_by(31, socket)
        assert socket.closed == SIGNED_OUT
        await socket.end()
        again = await opened(alice).open()
        assert again.closed == SIGNED_OUT
        await again.end()

    run(test)
    assert alice.session.get("_auth_user_id")


def test_how_often_it_looks_is_said_by_the_site(alice: Visitor, time: Time) -> None:
    async def test() -> None:
        socket = await opened(alice, look_every=5).open()
        await sync_to_async(alice.tab().post)("/leave/")
        await time.go_by(5, socket)
        assert socket.closed == SIGNED_OUT
        await socket.end()

    run(test)
    with pytest.raises(ValueError, match="not a positive number"):
        SessionSecurityMiddleware(echo, look_every=0)


def test_a_key_that_is_rotated_meanwhile_closes_nothing(
    settings: Settings, alice: Visitor, time: Time
) -> None:
    async def test() -> None:
        socket = await opened(alice).open()
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "a new one, and long enough to be signed with as well"
        await time.go_by(100, socket)
        again = await opened(alice).open()
        await again.echo("hello")
        assert not socket.is_over
        for each in (socket, again):
            each.leave()
            await each.end()

    run(test)
    assert alice.signed_in == "alice"


# The handshake


@on_the_server
def test_a_handshake_after_the_end_is_accepted_and_closed_so_that_the_page_learns_why(
    engine: str, alice: Visitor, time: Time, ended: list[Reason]
) -> None:
    async def test() -> None:
        time.clock.shift(600)
        socket = opened(alice, subprotocols=["graphql-ws", "other"]).start()
        await until(lambda: time.sleepers)
        await time.go_by(watch.GRACE, socket)
        await socket.end()
        assert socket.sent == [
            {"type": "websocket.accept", "subprotocol": "graphql-ws"},
            {"type": "websocket.close", "code": 4401, "reason": "idle"},
        ]

    run(test)
    assert ended == ["idle"]


def test_a_handshake_is_no_act_and_reads_only_once_what_is_alive(
    alice: Visitor, time: Time, queries: Callable[[], int]
) -> None:
    async def test() -> None:
        time.clock.shift(300)
        queries()
        socket = await opened(alice).open()
        assert queries() == 2
        await time.go_by(304, socket)
        assert socket.closed == IDLE
        await socket.end()

    run(test)


@pytest.mark.parametrize("engine", ["signed_cookies"], indirect=True)
def test_where_the_browser_is_the_store_a_socket_ends_at_its_deadline_and_can_come_again(
    engine: str, alice: Visitor, time: Time, ended: list[Reason]
) -> None:
    async def test() -> None:
        socket = await opened(alice).open()
        await time.go_by(500, socket)
        await sync_to_async(alice.ping)(idleFor=0)
        await time.go_by(101, socket)
        assert socket.closed == UNKNOWN
        await socket.end()
        again = await opened(alice).open()
        await again.echo("hello")
        await time.go_by(500, again)
        late = await opened(alice).open()
        assert late.closed == IDLE
        await late.end()
        await again.end()

    run(test)
    assert ended == []


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_timeouts_and_hooks_of_the_site_hear_of_the_handshake_as_of_a_request(
    settings: Settings, alice: Visitor, time: Time, scheme: str
) -> None:
    def timeouts(request: HttpRequest) -> Timeouts:
        assert (request.method, request.path) == ("GET", "/ws/news/")
        assert request.is_secure() is (scheme == "wss")
        assert request.user.get_username() == "alice"
        assert request.headers["Host"] == "testserver"
        assert request.GET["from"] == "here"
        return Timeouts(80, 100)

    settings.SESSION_SECURITY_TIMEOUTS = timeouts
    settings.MIDDLEWARE = [*stack(), "tests.test_sockets.Patient"]

    async def test() -> None:
        socket = opened(alice, scheme=scheme, path="/ws/news/", query_string=b"from=here&odd=\xff")
        await socket.open()
        await time.go_by(104, socket)
        assert socket.closed == IDLE
        await socket.end()

    run(test)


class Patient(HttpMiddleware):
    """A site's own middleware."""

    def get_expire_seconds(self, request: HttpRequest) -> float:
        return super().get_expire_seconds(request) * 2


def test_the_hooks_of_the_site_count(settings: Settings, alice: Visitor, time: Time) -> None:
    ours = "session_security.middleware.SessionSecurityMiddleware"
    own = [f"{__name__}.Patient" if path == ours else path for path in settings.MIDDLEWARE]
    settings.MIDDLEWARE = own

    async def test() -> None:
        socket = await opened(alice).open()
        await time.go_by(1199, socket)
        assert not socket.is_over
        await time.go_by(5, socket)
        assert socket.closed == IDLE
        await socket.end()

    run(test)


# The store


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the store can't be read."""
    is_away = [False]
    load = RowEngine.load

    def fail(*arguments: Any) -> None:
        if is_away[0]:
            raise OperationalError("the database is away")
        load(*arguments)

    monkeypatch.setattr(RowEngine, "load", fail)
    return is_away


def test_a_handshake_is_refused_while_the_store_is_away(
    alice: Visitor, time: Time, away: list[bool], ended: list[Reason]
) -> None:
    async def test() -> None:
        away[0] = True
        time.clock.shift(600)
        socket = await opened(alice).open()
        await socket.end()
        assert socket.closed == UNKNOWN

    run(test)
    assert ended == []


def test_while_the_store_is_away_a_socket_goes_on_until_its_deadline_and_waits_there(
    alice: Visitor, time: Time, away: list[bool]
) -> None:
    async def test() -> None:
        socket = await opened(alice).open()
        await time.go_by(500, socket)
        away[0] = True
        await time.go_by(99, socket)
        await socket.echo("nobody knows better")
        away[0] = False
        await act(alice)
        away[0] = True
        await time.go_by(10, socket)
        socket.say("waits")
        await time.go_by(10, socket)
        assert socket.heard == ["nobody knows better"]
        away[0] = False
        await time.go_by(2, socket)
        await until(lambda: socket.heard == ["nobody knows better", "waits"])
        assert not socket.is_over
        socket.leave()
        await socket.end()

    run(test)


def test_if_the_store_stays_away_the_socket_is_closed_and_nothing_is_ended(
    alice: Visitor, time: Time, away: list[bool], ended: list[Reason]
) -> None:
    async def test() -> None:
        socket = await opened(alice).open()
        await time.go_by(400, socket)
        await act(alice)
        away[0] = True
        await time.go_by(200 + watch.PATIENCE + 1 + 400, socket)
        assert socket.closed == UNKNOWN
        await socket.end()

    run(test)
    assert ended == []


# Acts


def test_messages_are_no_acts(alice: Visitor, time: Time) -> None:
    async def test() -> None:
        socket = await opened(alice).open()
        for _ in range(6):
            await time.go_by(99, socket)
            await socket.echo("typing")
        await time.go_by(10, socket)
        assert socket.closed == IDLE
        await socket.end()

    run(test)


@on_the_server
def test_messages_are_acts_if_the_site_says_so(
    engine: str,
    alice: Visitor,
    time: Time,
    ended: list[Reason],
    queries: Callable[[], int],
) -> None:
    async def test() -> None:
        socket = await opened(
            alice, is_act=lambda message: message.get("text", "").startswith("move")
        ).open()
        for number in range(10):
            await time.go_by(500, socket)
            await socket.echo(f"move {number}")
            queries()
            await socket.echo(f"move {number} on")  # nothing is due to be stored
            assert queries() == 0
        await time.go_by(599, socket)
        await socket.echo("beat")
        await time.go_by(10, socket)
        assert socket.closed == IDLE
        await socket.end()

    run(test)
    assert ended == ["idle"]


def test_an_act_that_comes_too_late_revives_nothing(alice: Visitor, time: Time) -> None:
    async def test() -> None:
        socket = await opened(alice, is_act=lambda message: True).open()
        time.clock.shift(600)
        socket.say("I am back")
        await until(lambda: len(time.sleepers) == 2)
        await time.go_by(4, socket)
        assert socket.closed == IDLE
        await socket.end()
        assert socket.heard == []

    run(test)


# Channels' session


class ChannelsSession(LazyObject):  # type: ignore[type-arg]
    """What Channels puts into the scope: a session that is there when it has been read."""

    def _setup(self) -> None:
        raise AssertionError("It is set from outside.")


def channels_session(key: str) -> Any:
    session: Any = ChannelsSession()
    session._wrapped = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return session


@on_the_server
def test_a_consumer_that_saves_its_session_late_turns_no_time_back(
    engine: str, alice: Visitor, time: Time
) -> None:
    session = channels_session(alice.key)

    async def test() -> None:
        socket = await opened(alice, session=session).open()
        await time.go_by(400, socket)
        await act(alice)
        session["seen"] = 7
        await sync_to_async(session.save)()
        await time.go_by(400, socket)
        assert not socket.is_over
        socket.leave()
        await socket.end()

    run(test)
    assert alice.session["seen"] == 7
    held = times.last_activity(alice.session)
    assert held
    assert now() - held.timestamp() == 400
    assert alice.signed_in == "alice"


def test_a_session_that_somebody_else_has_put_into_the_scope_counts(
    visitor: Visitor, alice: Visitor, time: Time
) -> None:
    """As by a token in place of the cookie."""
    session = channels_session(alice.key)
    stranger = Visitor("wsgi")

    async def test() -> None:
        socket = await opened(stranger, session=session).open()
        await time.go_by(604, socket)
        assert socket.closed == IDLE
        await socket.end()

    run(test)


# Applications and servers


def test_what_the_application_raises_goes_on_to_the_server(alice: Visitor, time: Time) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    async def test() -> None:
        with pytest.raises(ZeroDivisionError):
            await opened(alice, application).start().end()
        assert time.sleepers == []

    run(test)


def test_an_application_that_closes_or_ends_by_itself_is_left_alone(
    alice: Visitor, time: Time
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 3000})
        await receive()

    async def test() -> None:
        socket = await opened(alice, application).open()
        await until(lambda: socket.closed)
        socket.leave()
        await socket.end()
        assert socket.closed == (3000, "")
        assert time.sleepers == []

    run(test)


def test_an_application_that_lingers_after_its_close_is_not_closed_again(
    alice: Visitor, time: Time
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.close", "code": 3000})
        await asyncio.Event().wait()

    async def test() -> None:
        socket = await opened(alice, application).open()
        await time.go_by(700, socket)
        assert socket.closed == (3000, "")
        assert socket.task
        socket.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await socket.task

    run(test)


def test_a_server_that_cancels_leaves_nothing_behind(alice: Visitor, time: Time) -> None:
    async def test() -> None:
        socket = await opened(alice).open()
        await socket.echo("hello")
        before = asyncio.all_tasks()
        assert socket.task
        socket.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await socket.task
        assert time.sleepers == []
        assert len(asyncio.all_tasks()) == len(before) - 3  # it, its timer, what it waited for

    run(test)


def test_a_browser_that_has_gone_is_not_sent_a_close(
    alice: Visitor, time: Time, ended: list[Reason]
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        await asyncio.Event().wait()

    async def test() -> None:
        socket = await opened(alice, application).open()
        socket.leave()
        await time.go_by(599, socket)
        await time.go_by(1.5)
        await until(lambda: time.sleepers)  # before it ends the session
        await time.go_by(watch.GRACE)
        await until(lambda: ended)
        assert socket.closed is None
        assert socket.task
        socket.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await socket.task

    run(test)


def test_a_message_is_not_lost_if_the_application_stops_waiting_for_it(
    alice: Visitor, time: Time
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(receive(), 0.01)
        await send({"type": "websocket.send", "text": "nothing came"})
        message = await receive()
        await send({"type": "websocket.send", "text": message["text"]})

    async def test() -> None:
        socket = await opened(alice, application).open()
        await until(lambda: socket.heard)
        await socket.echo("hello")
        await socket.end()
        assert socket.heard == ["nothing came", "hello"]

    run(test)


def test_an_application_that_asks_again_after_the_end_is_told_again(
    alice: Visitor, time: Time
) -> None:
    told: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        told.extend([(await receive())["code"] for _ in range(3)])

    async def test() -> None:
        socket = await opened(alice, application).open()
        await time.go_by(604, socket)
        await socket.end()

    run(test)
    assert told == [4401] * 3


def test_a_server_that_can_not_close_any_more_says_so_in_vain(alice: Visitor, time: Time) -> None:
    async def test() -> None:
        socket = opened(alice)

        async def send(message: Any) -> None:
            if message["type"] == "websocket.close":
                raise RuntimeError("Unexpected ASGI message 'websocket.close'.")
            socket.sent.append(message)

        socket._send = send  # type: ignore[method-assign]
        await socket.open()
        await time.go_by(599, socket)
        await time.go_by(1.5)
        await until(lambda: time.sleepers)  # before it ends the session
        await time.go_by(watch.GRACE)
        await socket.end()
        assert socket.scope["last"][0]["code"] == 4401

    run(test)


def test_a_fault_of_ours_closes_the_socket_rather_than_leave_it_unwatched(
    alice: Visitor, time: Time, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        socket = await opened(alice).open()
        monkeypatch.setattr(watch.Watch, "asettle", None)
        await time.go_by(31, socket)
        assert socket.closed == UNKNOWN
        await socket.end()

    run(test)
    assert "A socket could not be watched" in caplog.text


def test_many_sockets_end_together_and_are_told_once(
    alice: Visitor, time: Time, ended: list[Reason]
) -> None:
    async def test() -> None:
        sockets = [await opened(alice).open() for _ in range(50)]
        await time.go_by(599, *sockets)
        assert not any(socket.is_over for socket in sockets)
        await time.go_by(5, *sockets)
        assert {socket.closed for socket in sockets} <= {IDLE, SIGNED_OUT}
        for socket in sockets:
            await socket.end()

    run(test)
    assert ended == ["idle"]
