"""A page that the browser kept whole, in its back/forward cache, is not seen before it is judged.

Each engine's own cache is at work here. In Chromium, Playwright turns it off, so this file starts
another one.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page

from tests.browser.expecting import expect
from tests.browser.scripts import init_script
from tests.browser.world import (
    World,
    expect_quiet,
    expect_signed_out,
)


@pytest.fixture(scope="module")
def caching(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """A browser with its back/forward cache."""
    browser = browser_type.launch(
        **browser_type_launch_args, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield browser
    browser.close()


@pytest.fixture
def context(
    browser_name: str, browser_context_args: dict[str, Any], request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """A context of a browser with that cache, for the world."""
    if browser_name == "chromium":
        context = request.getfixturevalue("caching").new_context(**browser_context_args)
    else:
        context = request.getfixturevalue("fresh_context")
    context.add_init_script(init_script("page/cache.js"))
    yield context
    if browser_name == "chromium":
        context.close()


COVERED = '{"cover":true,"readable":false}'


def leave(world: World) -> Page:
    """Open a page with something private, and go on to another."""
    page = world.sign_in(path="/form/")
    page.goto(f"{world.url}/monitor/")
    world.settle()
    return page


def go_back(world: World, page: Page) -> None:
    """Go back, as the button does."""
    page.evaluate("history.back()")


def test_a_page_gone_back_to_is_covered_until_the_server_says_alive(world: World) -> None:
    page = leave(world)
    go_back(world, page)
    expect(page).to_have_url(f"{world.url}/form/")
    expect_quiet(page)
    assert world.noise == [COVERED]
    world.noise.clear()


def test_a_page_gone_back_to_after_the_end_shows_nothing(world: World) -> None:
    page = leave(world)
    world.session.flush()
    go_back(world, page)
    expect_signed_out(world, page)
    assert world.noise == [COVERED]
    world.noise.clear()
