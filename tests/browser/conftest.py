"""The browsers, and the world that one of them and the server share."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
import time_machine
from django.contrib.auth import get_user_model
from playwright.sync_api import BrowserContext, expect

from scripts.find_browser import cure
from tests.browser.clock import stop_clock
from tests.browser.engines import (
    ENGINES,
    engine_of,
    launch_arguments,
    patience_with,
    program,
    why_not,
)
from tests.browser.model.limits import FIRST, SCHEDULES
from tests.browser.scripts import init_script
from tests.browser.webkit.context import Browser as WebKit
from tests.browser.webkit.wire import Wire
from tests.browser.world import NOON, World

EXCEPTED = pytest.StashKey[Counter[str]]()
_reached: Counter[str] = Counter()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("world", "schedules of the model")
    group.addoption("--schedules", type=int, default=SCHEDULES, help=f"how many ({SCHEDULES})")
    group.addoption("--seed", type=int, default=FIRST, help=f"the first ({FIRST})")
    engines = parser.getgroup("engines")
    engines.addoption("--no-exceptions", action="store_true", help="try what engines are spared")
    group.addoption("--replay", help="one schedule, as a failure prints it")


@pytest.fixture(scope="session")
def reached() -> Counter[str]:
    """In how many schedules something has happened."""
    return _reached


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what an engine can't run."""
    is_tried = config.getoption("--no-exceptions")
    excepted = [item for item in items if why_not(item) and not is_tried]
    config.stash[EXCEPTED] = Counter([engine_of(item.nodeid) for item in excepted])
    config.hook.pytest_deselected(items=excepted)
    items[:] = [item for item in items if item not in set(excepted)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Each process has left out the same."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        excepted = session.config.stash.get(EXCEPTED, None)
        output["excepted"] = dict(excepted or {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[EXCEPTED] = Counter(getattr(node, "workeroutput", {}).get("excepted", {}))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    ran = Counter(engine_of(report.nodeid) for report in reports if report.when == "call")
    excepted = config.stash.get(EXCEPTED, Counter())
    terminalreporter.section("engines")
    for engine in ENGINES:
        if ran[engine] or excepted[engine]:
            words = f"{ran[engine]:,} tests run, {excepted[engine]:,} excepted"
            terminalreporter.write_line(f"{engine}: {words} (tests/browser/engines.py)")
        elif os.environ.get(engine.upper()) == "":
            terminalreporter.write_line(f"{engine}: not here. {cure(engine)}")
    if _reached:
        terminalreporter.section("schedules")
    for what, number in _reached.most_common():
        terminalreporter.write_line(f"{number:8,}  {what}")


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], browser_name: str
) -> dict[str, Any]:
    return {**browser_type_launch_args, **launch_arguments(browser_name)}


@pytest.fixture(scope="session")
def webkit(live_server: Any) -> Iterator[WebKit]:
    """WebKitGTK, which Playwright does not drive."""
    wire = Wire(live_server.thread.httpd.get_app())
    live_server.thread.httpd.set_app(wire)
    browser = WebKit(program("webkit"), wire, live_server.url)
    yield browser
    browser.close()


@pytest.fixture
def fresh_context(browser_name: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A context without anything of an earlier test, in whatever engine."""
    if browser_name != "webkit":
        yield request.getfixturevalue("new_context")()
        return
    context = request.getfixturevalue("webkit").new_context()
    yield cast(BrowserContext, context)
    context.close()


@pytest.fixture
def context(fresh_context: BrowserContext) -> BrowserContext:
    return fresh_context


@contextmanager
def world_of(context: BrowserContext, url: str, patience: int = 5_000) -> Iterator[World]:
    """The world that a browser shares with the server at ``url``; it answers in milliseconds."""
    for username in ("demo", "other"):
        get_user_model().objects.create_superuser(username, password=username)
    stop_clock(context, NOON, NOON)
    context.add_init_script(init_script("page/visibility.js", "page/observe.js"))
    context.set_default_timeout(patience)
    expect.set_options(timeout=patience)
    with time_machine.travel(NOON, tick=False) as traveller:
        world = World(context, traveller, url)
        yield world
        for page in context.pages:
            page.close()
    assert world.noise == []


@pytest.fixture
def world(
    context: BrowserContext, live_server: Any, transactional_db: None, browser_name: str
) -> Iterator[World]:
    with world_of(context, live_server.url, patience_with(browser_name)) as world:
        yield world
