"""Sites of real packages, each in an environment of its own."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from re import search
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import browser_type_launch_args as browser_type_launch_args
from tests.ecosystem.journey import Journey, journeys
from tests.ecosystem.site import ENVIRONMENTS, Site, Visit
from tests.ecosystem.works_with import write
from tests.servers.stores import Valkey

JOURNEYS = journeys()
PASSED: set[str] = set()
FAILED: set[str] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write", action="store_true", help="write docs/reference/works-with.md")
    parser.addoption("--only", default="", help="names of sites, separated by commas")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "site(*names): the sites of a test; else all")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "site" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("site")
        only = metafunc.config.getoption("--only").split(",")
        names = [
            name for name in (marker.args if marker else JOURNEYS) if name in only or only == [""]
        ]
        metafunc.parametrize("site", names, indirect=True, scope="session")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    if isinstance(item, pytest.Function):
        name = str(item.callspec.params["site"])
        (PASSED if report.passed else FAILED).add(name)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--write"):
        write(PASSED - FAILED)


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with ExitStack() as stack:
        environment = {}
        if JOURNEYS[request.param].store:
            environment["ECOSYSTEM_STORE"] = str(stack.enter_context(Valkey()).socket)
        yield stack.enter_context(Site(request.param, **environment))


@pytest.fixture
def journey(site: Site) -> Journey:
    return JOURNEYS[site.name]


@pytest.fixture
def world(context: BrowserContext, site: Site, journey: Journey) -> Iterator[Visit]:
    context.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    world = Visit(context, site)
    yield world
    for page in context.pages:
        page.close()
    accepted = journey.noise
    assert [line for line in world.noise if not any(search(one, line) for one in accepted)] == []


@pytest.fixture
def pictures(site: Site) -> Path:
    """Where pictures go that people are to look at."""
    folder = ENVIRONMENTS / "pictures" / site.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
