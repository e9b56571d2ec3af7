"""What this package touches of Django that Django does not document: each name, and what it is for.

A test here that fails on a new release says which adapter has to learn something.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.db import OperationalError, connection, connections, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject
from pytest_django import Settings

from session_security import _django

from .conftest import ENGINES

pytestmark = pytest.mark.django_db


def new_session(engine: str) -> SessionBase:
    session: SessionBase = import_module(
        f"django.contrib.sessions.backends.{engine}"
    ).SessionStore()
    session["basket"] = 1
    session.save()
    other = type(session)(session.session_key)
    assert other["basket"] == 1
    other.modified = False
    return other


# Sessions


def test_the_data_of_a_session_can_be_changed_without_marking_it(engine: str) -> None:
    session = new_session(engine)
    _django.session_data(session)["basket"] = 2
    assert session["basket"] == 2
    assert not session.modified


def test_the_data_of_a_session_can_be_replaced(engine: str) -> None:
    session = new_session(engine)
    _django.set_session_data(session, {"basket": 3})
    assert dict(session.items()) == {"basket": 3}


def test_a_session_can_be_given_another_key(engine: str) -> None:
    session = new_session(engine)
    _django.set_session_key(session, "abcdefgh" * 4)
    assert session.session_key == "abcdefgh" * 4
    _django.set_session_key(session, None)
    assert session.session_key is None


def test_a_detached_session_is_an_empty_one_and_leaves_the_store_alone(engine: str) -> None:
    session = new_session(engine)
    key = session.session_key
    _django.detach(session)
    assert session.is_empty()
    if engine != "signed_cookies":
        assert type(session)(key)["basket"] == 1


def test_a_session_is_reopened_with_all_that_its_engine_keeps(engine: str) -> None:
    session: Any = new_session(engine)
    session.user_agent = "a browser"
    session.save = session.delete = None  # patched, for this instance alone
    session["basket"] = 2
    other: Any = _django.reopened(session, session.session_key)
    assert type(other) is type(session)
    assert other.user_agent == "a browser"
    assert other["basket"] == 1
    assert not other.modified
    other.save()


@pytest.mark.parametrize("engine", ["cache", "cached_db"], indirect=True)
def test_a_session_s_place_in_the_cache_is_known(engine: str) -> None:
    session = new_session(engine)
    cache = _django.session_cache(session)
    assert cache.get(_django.cache_key(session, session.session_key)) == {"basket": 1}


@pytest.mark.parametrize(
    "location", [["redis://primary", "redis://replica"], "redis://primary,redis://replica"]
)
def test_of_several_redis_servers_the_one_that_is_written_to_is_known(
    settings: Settings, location: object
) -> None:
    backend = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": location}
    settings.CACHES = {"default": backend | {"KEY_PREFIX": "site"}}
    session = import_module("django.contrib.sessions.backends.cache").SessionStore()
    primary = _django.primary_session_cache(session)
    assert isinstance(primary, RedisCache)
    assert primary._servers == ["redis://primary"]  # type: ignore[attr-defined]
    assert primary.key_prefix == "site"


@pytest.mark.parametrize("engine", ["cache"], indirect=True)
def test_any_other_cache_is_read_as_it_is(engine: str) -> None:
    session = new_session(engine)
    assert isinstance(_django.primary_session_cache(session), LocMemCache)
    assert _django.primary_session_cache(session) is caches["default"]


@pytest.mark.parametrize("engine", ["db"], indirect=True)
def test_the_text_that_a_session_was_decoded_from_is_remembered_once(engine: str) -> None:
    session = new_session(engine)
    other = type(session)(session.session_key)
    with _django.keeping_decoded_text(other):
        assert other["basket"] == 1
    assert "decode" not in vars(other)
    text = _django.pop_decoded_text(other)
    assert text
    assert session.decode(text) == {"basket": 1}
    assert _django.pop_decoded_text(other) is None


@pytest.mark.parametrize("engine", ["file"], indirect=True)
def test_the_folder_of_the_files_is_known(engine: str, tmp_path: Path) -> None:
    assert _django.session_folder(new_session(engine)) == str(tmp_path)


# Requests


def test_a_request_forgets_its_user_whoever_has_looked() -> None:
    """``auser()`` would go on with the old one, on Django 5.2 and 6.0."""
    request = RequestFactory().get("/")
    request.session = new_session("db")
    AuthenticationMiddleware(lambda request: HttpResponse()).process_request(request)
    user = get_user_model().objects.create_user("carol")
    request._cached_user = request._acached_user = user  # type: ignore[attr-defined]
    assert request.user == async_to_sync(request.auser)() == user
    _django.forget_user(request)
    assert request.user.is_anonymous
    assert async_to_sync(request.auser)().is_anonymous


def test_messages_are_there_without_their_middleware() -> None:
    request = RequestFactory().get("/")
    request.session = new_session("db")
    storage = _django.message_storage(request)
    assert _django.message_storage(request) is storage
    storage.add(20, "Told.")
    response = HttpResponse()
    storage.update(response)
    assert "messages" in response.cookies


def test_a_request_that_is_asked_again_has_read_neither_session_nor_user() -> None:
    user = get_user_model().objects.create_user("carol")
    request: Any = RequestFactory().get("/", headers={"Cookie": "a=b"})
    request.session = new_session("db")
    request.session["_auth_user_id"] = str(user.pk)
    request._cached_user = user
    other = _django.asked_again(request, request.session.session_key)
    assert not hasattr(other, "_cached_user")
    assert other.user.is_anonymous  # what was set above is not in the store
    other.META["HTTP_COOKIE"], other.COOKIES["a"] = "", "c"
    assert (request.META["HTTP_COOKIE"], request.COOKIES) == ("a=b", {"a": "b"})
    assert other.get_full_path() == request.get_full_path()


def test_looking_at_the_user_of_a_session_does_not_change_it(settings: Settings) -> None:
    """Django itself would give it another key, or delete it."""
    user = get_user_model().objects.create_user("carol")
    session = new_session("db")
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    before = (session.session_key, dict(session.items()))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one, and long enough to be signed with as well"
    assert _django.user_of(session) == user
    user.set_password("another")
    user.save()
    assert _django.user_of(session).is_anonymous
    assert (session.session_key, dict(session.items())) == before
    assert type(session)(session.session_key)["basket"] == 1


def test_a_handshake_is_a_request() -> None:
    scope = {
        "type": "websocket",
        "scheme": "wss",
        "path": "/ws/",
        "query_string": b"a=1&b=\xff",
        "headers": [(b"cookie", b"sessionid=abc"), (b"host", b"testserver")],
    }
    request = _django.handshake(scope)
    assert (request.method, request.path, request.is_secure()) == ("GET", "/ws/", True)
    assert request.COOKIES == {"sessionid": "abc"}
    assert request.GET["a"] == "1"
    assert request.get_host() == "testserver"


def test_a_lazy_object_is_unwrapped() -> None:
    known: Any = SimpleLazyObject(dict)
    unknown: Any = SimpleLazyObject(dict)
    assert known == {}
    assert type(_django.unwrapped(known)) is dict
    assert _django.unwrapped(unknown) is None
    assert _django.unwrapped(7) == 7


# Responses


def test_what_a_response_streams_can_be_taken_and_put_back() -> None:
    closed = []

    def parts() -> Iterator[bytes]:
        try:
            yield b"a"
            yield b"b"
        finally:
            closed.append(True)

    response = StreamingHttpResponse(parts())
    taken: Any = _django.streamed_parts(response)
    response.streaming_content = taken
    assert next(iter(response)) == b"a"
    taken.close()
    assert closed == [True]


# Databases


@pytest.mark.parametrize("is_usable", [True, False])
def test_a_connection_is_closed_if_it_is_broken(
    monkeypatch: pytest.MonkeyPatch, is_usable: bool
) -> None:
    closed = []
    connection = connections["default"]  # the proxy can't be patched
    monkeypatch.setattr(connection, "in_atomic_block", False)
    monkeypatch.setattr(connection, "errors_occurred", True)
    monkeypatch.setattr(connection, "is_usable", lambda: is_usable)
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))
    _django.close_broken_connections()
    assert closed == ([] if is_usable else [True])
    assert connection.errors_occurred is not is_usable


def test_the_transaction_of_a_test_case_is_none() -> None:
    """Or nothing would be stored in the tests of a site."""
    assert connection.in_atomic_block
    assert not _django.in_transaction("default")
    with transaction.atomic():
        assert _django.in_transaction("default")


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_there_is_none() -> None:
    assert not _django.in_transaction("default")


def test_sqlite_waits_as_long_as_it_is_told_to_and_then_as_long_as_before() -> None:
    def timeout() -> int:
        [milliseconds] = connection.connection.execute("PRAGMA busy_timeout").fetchone()
        return int(milliseconds)

    connection.ensure_connection()
    before = timeout()
    assert before != 20
    with _django.brief_waits("default", 0.02):
        assert timeout() == 20
    assert timeout() == before


def test_a_statement_that_fails_spoils_no_transaction() -> None:
    user = get_user_model().objects.create_user("carol")
    users = get_user_model().objects.extra(where=["no_such_column = 1"])
    with pytest.raises(OperationalError), _django.harmless_errors("default"):
        users.update(username="dave")
    user.refresh_from_db()
    assert user.get_username() == "carol"


def test_every_engine_of_django_is_among_these() -> None:
    folder = Path(str(import_module("django.contrib.sessions.backends").__file__)).parent
    assert {path.stem for path in folder.glob("[a-z]*.py")} == {*ENGINES, "base"}
