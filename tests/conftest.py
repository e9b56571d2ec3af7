from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.file import SessionStore as FileStore
from django.core.cache import cache
from django.utils import translation
from pytest_django import Settings

from session_security.policy import Reason
from session_security.signals import session_expired

from . import views
from .visitor import Visitor

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)

During = Callable[[views.Code], None]
ENGINES = ("db", "cached_db", "cache", "file", "signed_cookies")


@pytest.fixture(autouse=True)
def _language() -> None:
    """The language of the settings, whatever the test before has left active."""
    translation.deactivate()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The time, which stands at noon until a test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(params=["wsgi", "asgi"])
def interface(request: pytest.FixtureRequest) -> str:
    """How the server speaks to the site."""
    return str(request.param)


@pytest.fixture
def visitor(interface: str, db: None, clock: time_machine.Traveller) -> Visitor:
    """Somebody who is not signed in."""
    get_user_model().objects.create_user("alice")
    get_user_model().objects.create_user("bob")
    return Visitor(interface)


@pytest.fixture
def alice(visitor: Visitor) -> Visitor:
    """Somebody who signed in at noon."""
    visitor.sign_in("alice")
    return visitor


@pytest.fixture
def during(monkeypatch: pytest.MonkeyPatch) -> During:
    """Sets what happens while ``/during/`` and ``/passive/during/`` are served."""

    def set_code(code: views.Code) -> None:
        monkeypatch.setattr(views, "code", code)

    return set_code


@pytest.fixture
def ended() -> Iterator[list[Reason]]:
    """The reasons that ``session_expired`` was sent with."""
    reasons: list[Reason] = []

    def receive(reason: Reason, **kwargs: Any) -> None:
        reasons.append(reason)

    session_expired.connect(receive)
    yield reasons
    session_expired.disconnect(receive)


def use_engine(name: str, settings: Settings, folder: Path) -> None:
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{name}"
    settings.SESSION_FILE_PATH = str(folder)
    FileStore._storage_path = str(folder)  # type: ignore[attr-defined]  # it looks only once
    cache.clear()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[str]:
    """Each of Django's session engines; ask for it before ``alice``."""
    name = str(request.param)
    use_engine(name, settings, tmp_path)
    yield name
    cache.clear()
