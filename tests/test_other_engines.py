"""Session engines that are none of Django's keep all that is theirs: a model, and a real one."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.http import HttpRequest
from pytest_django import Settings
from time_machine import Traveller

from session_security.policy import Reason

from . import meanwhile
from . import settings as plain
from .conftest import During
from .neighbours import OURS
from .user_sessions import SessionStore
from .visitor import NAVIGATION, Visitor

DJANGO = "django.contrib.sessions.middleware.SessionMiddleware"
BROWSER = {"User-Agent": "Firefox on the third floor"}


def middleware(sessions: str) -> list[str]:
    """The plain site with other sessions, and the moment when they have been read."""
    paths = [path.replace(DJANGO, sessions) for path in plain.MIDDLEWARE]
    paths.insert(paths.index(OURS), meanwhile.READ)
    return paths


class Person:
    """Somebody with a browser that says its name."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    def open(self, path: str) -> Any:
        return self.visitor.send("GET", path, headers=NAVIGATION | BROWSER)

    def report(self) -> Any:
        headers = BROWSER | {"X-Session-Security": "1", "Sec-Fetch-Dest": "empty"}
        return self.visitor.send("POST", "/session_security/ping/", "idleFor=0", headers=headers)

    def sign_in(self) -> None:
        response = self.visitor.send("POST", "/login/", "username=alice", headers=BROWSER)
        assert response.status_code == 302


class Table:
    """The rows of one engine."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    @property
    def keys(self) -> list[str]:
        if self.engine == "own":
            return list(SessionStore.rows)
        return list(self._model.objects.values_list("session_key", flat=True))

    def browser(self, key: str) -> tuple[str | None, str | None]:
        """Which browser the row says that the session is of."""
        row: Any = SessionStore.rows[key] if self.engine == "own" else self._row(key)
        return row.user_agent, row.ip

    def data(self, key: str) -> dict[str, Any]:
        if self.engine == "own":
            return dict(SessionStore().decode(SessionStore.rows[key].data))
        decoded: dict[str, Any] = self._row(key).get_decoded()
        return decoded

    def _row(self, key: str) -> Any:
        return self._model.objects.get(session_key=key)

    @property
    def _model(self) -> Any:
        from django.apps import apps

        return apps.get_model(self.engine, "Session")


@pytest.fixture(params=["own", "qsessions"])
def table(
    request: pytest.FixtureRequest, settings: Settings, transactional_db: None
) -> Iterator[Table]:
    """Each engine; ask for it before ``person``."""
    name = str(request.param)
    if name != "own":
        pytest.importorskip(name)
    if name == "own":
        settings.SESSION_ENGINE = "tests.user_sessions"
        settings.MIDDLEWARE = middleware("tests.user_sessions.SessionMiddleware")
        yield Table(name)
        SessionStore.rows.clear()
        return
    settings.INSTALLED_APPS = [*plain.INSTALLED_APPS, name]
    settings.SESSION_ENGINE = f"{name}.backends.db"
    settings.MIDDLEWARE = middleware(f"{name}.middleware.SessionMiddleware")
    table = Table(name)
    with connection.schema_editor() as editor:
        editor.create_model(table._model)
    yield table
    with connection.schema_editor() as editor:
        editor.delete_model(table._model)


@pytest.fixture
def person(table: Table, visitor: Visitor) -> Iterator[Person]:
    person = Person(visitor)
    person.sign_in()
    yield person
    meanwhile.read.let_happen(None)


def test_an_hour_of_work(
    table: Table, person: Person, clock: Traveller, ended: list[Reason]
) -> None:
    for _ in range(6):
        clock.shift(300)
        assert person.open("/private/").content == b"private"
        clock.shift(300)
        assert person.report().json()["idle"] == 0
    assert ended == []
    clock.shift(600)
    assert person.open("/private/").status_code == 302
    assert ended == ["idle"]


@pytest.mark.parametrize("act", ["page", "report"])
def test_the_session_is_still_of_its_browser(
    table: Table, person: Person, clock: Traveller, act: str
) -> None:
    key = person.visitor.key
    for _ in range(3):
        clock.shift(100)
        response = person.open("/") if act == "page" else person.report()
        assert response.status_code == 200
        assert person.visitor.key == key
        assert table.browser(key) == (BROWSER["User-Agent"], "127.0.0.1")


@pytest.mark.parametrize("act", ["page", "report"])
def test_what_another_request_writes_meanwhile_is_kept(
    table: Table, person: Person, clock: Traveller, during: During, act: str
) -> None:
    def put(request: HttpRequest) -> None:
        request.session["basket"] = 1

    during(put)
    key = person.visitor.key
    clock.shift(100)
    other = Person(person.visitor.tab())
    meanwhile.read.let_happen(lambda: other.open("/passive/during/"))
    _ = person.open("/") if act == "page" else person.report()
    assert table.data(key)["basket"] == 1
    assert table.browser(key) == (BROWSER["User-Agent"], "127.0.0.1")


@pytest.mark.parametrize("act", ["page", "report"])
def test_nothing_is_stored_for_a_session_that_is_deleted_meanwhile(
    table: Table, person: Person, clock: Traveller, act: str
) -> None:
    """Such an engine makes a row of whatever is saved, and another of whatever is not there."""
    left: list[str] = []

    def leave() -> None:
        Person(person.visitor.tab()).open("/leave/")
        left.extend(table.keys)

    key = person.visitor.key
    clock.shift(100)
    meanwhile.read.let_happen(leave)
    response = person.open("/") if act == "page" else person.report()
    assert response.status_code == 200
    assert key not in table.keys
    assert sorted(table.keys) == sorted(left)


def test_an_act_that_is_stored_after_the_reading_keeps_the_session(
    table: Table, person: Person, clock: Traveller, ended: list[Reason]
) -> None:
    def act() -> None:
        assert Person(person.visitor.tab()).report().status_code == 200
        clock.shift(1)

    clock.shift(599)
    meanwhile.read.let_happen(act)
    assert person.open("/private/").content == b"private"
    assert ended == []


def test_the_checks_take_its_middleware_for_what_it_is(table: Table) -> None:
    ids = {message.id for message in run_checks()}
    assert "session_security.E002" not in ids


@pytest.fixture
def keeper(settings: Settings, visitor: Visitor) -> Visitor:
    """Alice, whose browser alone keeps her session."""
    settings.SESSION_ENGINE = "tests.cookie_sessions"
    visitor.sign_in("alice")
    return visitor


def test_an_hour_of_work_with_an_engine_made_from_that_of_signed_cookies(
    keeper: Visitor, clock: Traveller, ended: list[Reason]
) -> None:
    for _ in range(6):
        clock.shift(300)
        assert keeper.navigate("/private/").content == b"private"
        clock.shift(300)
        assert keeper.ping(idleFor=0).json()["idle"] == 0
    assert ended == []
    clock.shift(600)
    assert keeper.navigate("/private/").status_code == 302
    assert ended == ["idle"]
