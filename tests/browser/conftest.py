"""Chromium, and the world that it and the server share."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from playwright.sync_api import BrowserContext, expect

from tests.browser.clock import stop_clock
from tests.browser.model.limits import FIRST, SCHEDULES
from tests.browser.scripts import init_script
from tests.browser.world import NOON, World

_reached: Counter[str] = Counter()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("world", "schedules of the model")
    group.addoption("--schedules", type=int, default=SCHEDULES, help=f"how many ({SCHEDULES})")
    group.addoption("--seed", type=int, default=FIRST, help=f"the first ({FIRST})")
    group.addoption("--replay", help="one schedule, as a failure prints it")


@pytest.fixture(scope="session")
def reached() -> Counter[str]:
    """In how many schedules something has happened."""
    return _reached


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _reached:
        return
    terminalreporter.section("schedules")
    for what, number in _reached.most_common():
        terminalreporter.write_line(f"{number:8,}  {what}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.fail("There is no Chromium: run 'make test-browser', which installs one.")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": path, "args": sandbox}


@contextmanager
def world_of(context: BrowserContext, url: str) -> Iterator[World]:
    """The world that a browser shares with the server at ``url``."""
    for username in ("demo", "other"):
        get_user_model().objects.create_superuser(username, password=username)
    stop_clock(context, NOON, NOON)
    context.add_init_script(init_script("page/visibility.js", "page/observe.js"))
    context.set_default_timeout(5_000)
    expect.set_options(timeout=5_000)
    with time_machine.travel(NOON, tick=False) as traveller:
        world = World(context, traveller, url)
        yield world
        for page in context.pages:
            page.close()
    assert world.noise == []


@pytest.fixture
def world(context: BrowserContext, live_server: Any, transactional_db: None) -> Iterator[World]:
    with world_of(context, live_server.url) as world:
        yield world
