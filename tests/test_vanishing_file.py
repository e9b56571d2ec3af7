"""A session's file goes away while it is read: nobody is taken for signed in by what was read."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.file import SessionStore
from time_machine import Traveller

from .visitor import Visitor

pytestmark = pytest.mark.parametrize("engine", ["file"], indirect=True)


@pytest.fixture
def vanishing(engine: str, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Each file is deleted after it was read, and before the engine looks at its age."""
    look: Any = SessionStore._last_modification  # type: ignore[attr-defined]

    def vanish(session: Any) -> Any:
        Path(session._key_to_file()).unlink(missing_ok=True)
        return look(session)

    monkeypatch.setattr(SessionStore, "_last_modification", vanish)
    return monkeypatch


@pytest.mark.parametrize("path", ["/private/", "/name/", "/aname/"])
@pytest.mark.parametrize("seconds", [600, 100])
def test_whoever_it_was_of_is_not_served(
    engine: str, alice: Visitor, clock: Traveller, vanishing: object, path: str, seconds: int
) -> None:
    """Another request has ended the session. Django's engine gives the data, without its key."""
    clock.shift(seconds)
    for response in (alice.navigate(path), alice.fetch(path)):
        assert b"private" not in response.content
        assert b"alice" not in response.content


def test_its_ping_says_so(engine: str, alice: Visitor, clock: Traveller, vanishing: object) -> None:
    clock.shift(100)
    assert alice.ping(idleFor=0).json()["state"] == "expired"
