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


# Firefox starts no process before there is a page for it.
SPARING = {"dom.ipc.processPrelaunch.enabled": False, "extensions.webextensions.remote": False}

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
    Exempt(
        FIREFOX,
        "Playwright waits for it to load, which a page out of Firefox's cache never does",
        ("test_cache.py::test_a_page_gone_back_to_is_covered_until_the_server_says_alive",),
    ),
    Exempt(
        BOTH,
        "not tried often enough yet to be known as steady there",
        (
            "test_acts.py",
            "test_answer.py",
            "test_clocks.py",
            "test_compat.py",
            "test_degraded.py",
            "test_doubt.py",
            "test_end.py",
            "test_lock.py",
            "test_network.py",
            "test_spa.py",
            "test_unsaved.py",
            "test_visits.py",
            "test_warning.py",
        ),
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
        arguments["firefox_user_prefs"] = SPARING
    return arguments


def patience_with(engine: str) -> int:
    """In how many milliseconds something has to be so; Firefox takes longer to start a process."""
    return 5_000 if engine == "chromium" else 20_000
