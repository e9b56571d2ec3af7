"""A page of either release whose pings reach both in turn, as in a rolling deploy."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route

from tests.browser.clock import stop_clock
from tests.browser.expecting import expect
from tests.browser.scripts import init_script
from tests.browser.world import NOON, World, move, warning
from tests.servers.releases import Server, both

EXPIRE, WARN = 600, 540


class Clocks:
    """Those of both servers."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers, self.moment = servers, NOON
        self.shift(0)

    def shift(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        for server in self.servers:
            server.set_clock(self.moment)


class Deploy(World):
    """Both servers, and a browser whose pings reach them in turn."""

    def __init__(self, context: BrowserContext, servers: list[Server]) -> None:
        self.urls = [f"http://127.0.0.1:{server.port}" for server in servers]
        super().__init__(context, Clocks(servers), self.urls[0])
        self.turns = cycle(self.urls)
        self.answer_pings(self.pass_on)

    def pass_on(self, route: Route) -> None:
        _, path = route.request.url.split("/session_security/")
        route.continue_(url=f"{next(self.turns)}/session_security/{path}")

    def name(self) -> set[str]:
        """Who is signed in, says either server."""
        return {self.context.request.get(f"{url}/name/").text() for url in self.urls}


@pytest.fixture(params=["2.6.8", "3"])
def deploy(
    request: pytest.FixtureRequest, context: BrowserContext, tmp_path: Path
) -> Iterator[Deploy]:
    """The page is written by the release of the parameter."""
    stop_clock(context, NOON, NOON)
    context.add_init_script(init_script("page/visibility.js", "page/observe.js"))
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")}
    with both(database, is_new=True) as (old, new):
        yield Deploy(context, [old, new] if request.param == "2.6.8" else [new, old])


def begin(deploy: Deploy) -> Page:
    page = deploy.open("/sign-in/")
    page.goto(f"{deploy.url}/page/")
    deploy.settle()
    return page


def title(page: Page) -> Locator:
    """Of the warning, in either release."""
    return warning(page).locator("h2, h3").first


def test_who_types_for_half_an_hour_is_not_warned_and_signed_in_on_both(deploy: Deploy) -> None:
    page = begin(deploy)
    for _ in range(30):
        page.get_by_label("Symptoms").press("a")
        deploy.advance(60, step=30)
        expect(title(page)).not_to_be_visible()
    expect(page.locator("h1")).to_have_text("alice")
    assert deploy.name() == {"alice"}


def test_who_leaves_is_warned_and_signed_out_on_both(deploy: Deploy) -> None:
    page = begin(deploy)
    move(page)
    deploy.advance(WARN + 20, step=20)
    expect(title(page)).to_be_visible()
    deploy.advance(EXPIRE - WARN, step=20)
    deploy.advance(20)
    expect(page.locator("h1")).to_have_text("Nobody")
    assert deploy.name() == {""}
