"""What the scripts of a page may use: in the code, in the types for it, and in the reference."""

import re
from pathlib import Path

import pytest
from pytest_django import Settings

from .test_templatetags import page
from .visitor import Visitor

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "src" / "session_security" / "static" / "session_security"
TYPES = (STATIC / "session_security.d.ts").read_text()
REFERENCE = (ROOT / "docs" / "reference" / "client.md").read_text()
CLIENT = {path.stem: path.read_text() for path in (ROOT / "client").glob("*.ts")}


def declared(interface: str) -> list[str]:
    """The names in an interface of the types."""
    found = re.search(rf"interface {interface} .*?\{{(.*?)^\}}", TYPES, re.DOTALL | re.MULTILINE)
    assert found
    names = re.findall(r'^  (?:readonly )?(?:"(.+)"|(\w+)\??)[:(]', found[1], re.MULTILINE)
    return [quoted or plain for quoted, plain in names]


def section(title: str) -> str:
    """A section of the reference."""
    return REFERENCE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_reference_has_every_method_and_property() -> None:
    names = re.findall(r"^`(\w+)(?:\(\w*\))?`$", section("Methods and properties"), re.MULTILINE)
    assert sorted(declared("SessionSecurityElement")) == sorted(names)


def test_the_reference_has_every_event() -> None:
    events = re.findall(r"^\| `(session-security:\w+)`", section("Events"), re.MULTILINE)
    assert declared("SessionSecurityEventMap") == events


def test_nothing_is_stored_in_the_browser() -> None:
    for name in ("localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches."):
        assert name not in (STATIC / "session_security.js").read_text()


def test_every_event_is_dispatched() -> None:
    fired = re.findall(r'\bfire\("(\w+)"', "".join(CLIENT.values()))
    names = {name.removeprefix("session-security:") for name in declared("SessionSecurityEventMap")}
    assert set(fired) == names


def test_the_reference_has_every_option() -> None:
    rows = re.findall(r"^\| (`.*?`) \|", section("Options"), re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(declared("SessionSecurityOptions")) == sorted(names)


@pytest.mark.parametrize("redirect", [False, True])
def test_the_page_has_no_other_option(settings: Settings, alice: Visitor, redirect: bool) -> None:
    settings.SESSION_SECURITY_REDIRECT_TO_LOGOUT = redirect
    options = set(page(alice).options)
    assert options | {"returnToUrl"} == set(declared("SessionSecurityOptions"))
    assert ("returnToUrl" in options) == redirect
