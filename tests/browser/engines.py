"""The engines that the tests drive; which test can't run in which of them, and why."""

import os
import re
from dataclasses import dataclass
from typing import Any

import pytest

from scripts.find_browser import find

ENGINES = ("chromium", "firefox", "webkit")


@dataclass(frozen=True)
class Exempt:
    """Tests that some engines are spared: a file, or one in it."""

    engines: tuple[str, ...]
    why: str
    tests: tuple[str, ...]


FIREFOX, WEBKIT = ("firefox",), ("webkit",)
BOTH = FIREFOX + WEBKIT

EXEMPT = (
    Exempt(
        BOTH,
        "Chromium alone lets the model freeze pages, hold answers back, and see all that is sent",
        ("model/test_world.py",),
    ),
    Exempt(
        BOTH,
        "what is judged is the page, by axe-core, whichever engine shows it",
        ("test_access.py",),
    ),
    Exempt(
        BOTH,
        "the server is tried, and a browser is only used",
        ("test_late.py", "test_hour.py"),
    ),
)


def engine_of(nodeid: str) -> str:
    """The engine that a test is for; none, if it needs no browser."""
    found = re.search(rf"[\[-]({'|'.join(ENGINES)})[\]-]", nodeid)
    return found[1] if found else ""


def why_not(item: pytest.Item) -> str:
    """Why an engine can't run this test, if it can't."""
    name = item.nodeid.partition("tests/browser/")[2].partition("[")[0]
    for exempt in EXEMPT:
        if engine_of(item.nodeid) in exempt.engines and (
            {name, name.partition("::")[0]} & {*exempt.tests}
        ):
            return exempt.why
    return ""


def program(engine: str) -> str:
    """Where the browser is; a failure that says how to get it, if it is nowhere."""
    path = os.environ.get(engine.upper()) or find(engine)
    if path is None:
        pytest.fail(f"There is no {engine}: run 'make test-browser', which installs it.")
    return path


def launch_arguments(engine: str) -> dict[str, Any]:
    """How Playwright starts the browser."""
    arguments: dict[str, Any] = {"executable_path": program(engine)}
    if engine == "chromium":
        arguments["args"] = ["--no-sandbox"] if os.geteuid() == 0 else []
    else:
        arguments["channel"] = "moz-firefox"  # Debian's own, not one that Playwright has changed
    return arguments
