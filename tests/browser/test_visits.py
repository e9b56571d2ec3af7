"""Visits by which a library puts another body into the document, or takes the element elsewhere."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page
from pytest_django import Settings

from tests.browser.expecting import expect
from tests.browser.scripts import function
from tests.browser.visits import LIBRARIES
from tests.browser.world import (
    World,
    act_by_key,
    cover,
    expect_signed_out,
    expect_warned,
    move,
    warning,
)

VISITS = 5
SWAPPING = [name for name in LIBRARIES if name != "plain"]


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Most of the libraries assign to ``innerHTML``, and add styles."""
    return {**browser_context_args, "bypass_csp": True}


@pytest.fixture
def world(world: World, settings: Settings) -> World:
    settings.ROOT_URLCONF = "tests.browser.visits"
    return world


def begin(world: World, library: str = "plain") -> Page:
    return world.sign_in(path=f"/visits/{library}/1/")


def visit(world: World, page: Page, link: str = "next") -> None:
    """Press a link, and wait for the page that it leads to."""
    number = int(page.locator("h1").inner_text().removeprefix("Page "))
    page.locator(f"#{link}").click()
    while page.locator("h1").inner_text() != f"Page {number + 1}":
        world.advance(0.02)  # for libraries that wait for a frame
    world.settle()


def lives(page: Page) -> None:
    """There is one element, and it is the one that lives."""
    expect(page.locator("session-security")).to_have_count(1)
    assert page.evaluate("sessionSecurity === document.querySelector('session-security')")


@pytest.mark.parametrize("library", SWAPPING)
def test_who_acts_during_visits_stays_signed_in_and_is_warned_afterwards(
    world: World, library: str
) -> None:
    page = begin(world, library)
    loads = len(world.loads)
    for _ in range(VISITS):
        visit(world, page)
        lives(page)
        world.advance(1.5, step=1.5)
        move(page)
    assert len(world.loads) == loads  # no document
    assert page.evaluate("sessionSecurity.idle") == 0
    assert world.server_idle < 14
    world.advance(28)
    expect(warning(page)).not_to_be_visible()
    world.advance(4)
    expect_warned(page)
    world.advance(32)
    expect_signed_out(world, page)


def test_what_was_done_before_a_page_without_the_element_is_reported(world: World) -> None:
    page = begin(world, "turbo")
    world.advance(5, step=5)
    act_by_key(page)
    assert world.server_idle == 5
    visit(world, page, "bare")
    with world.counted() as pings:
        world.advance(2)
    assert len(pings) == 1
    assert world.server_idle < 4
    with world.counted() as pings:
        world.advance(80, step=10)
    assert not pings
    assert not page.evaluate("document.querySelector('session-security')")


def test_a_page_without_the_element_is_not_covered_and_the_next_one_is_watched(
    world: World,
) -> None:
    page = begin(world, "turbo")
    visit(world, page, "bare")
    world.advance(20, step=1)
    expect(page.locator("h1")).to_be_visible()
    act_by_key(page)
    visit(world, page)
    lives(page)
    world.advance(12)
    expect_warned(page)


def test_the_body_of_a_page_that_is_warned_is_replaced_and_the_new_one_warns(
    world: World,
) -> None:
    page = begin(world)
    world.advance(31)
    expect_warned(page)
    page.evaluate(function("page/bodies.js", "replaceBody"))
    world.advance(1)
    lives(page)
    expect_warned(page)
    expect(page.locator("#session_security_counter")).to_have_text("0:28")
    act_by_key(page)
    expect(warning(page)).not_to_be_visible()
    assert page.evaluate("events") == ["warn", "extend"]


def test_a_page_that_is_covered_stays_so_when_its_body_is_replaced(world: World) -> None:
    page = begin(world)
    world.cut()
    world.advance(61, step=3)
    expect(cover(page)).to_be_visible()
    page.evaluate(function("page/bodies.js", "replaceBody"))
    expect(cover(page)).to_be_visible()
    expect(page.locator("h1")).not_to_be_visible()
    world.mend()
    world.advance(30)
    expect_signed_out(world, page)


@pytest.mark.parametrize("way", ["move", "copy", "html", "options"])
def test_however_the_element_changes_it_knows_when_somebody_acted(world: World, way: str) -> None:
    page = begin(world)
    world.advance(10, step=5)
    act_by_key(page)
    world.advance(4)
    page.evaluate(function("page/bodies.js", "change"), way)
    lives(page)
    assert page.evaluate("sessionSecurity.idle") == 4
    world.advance(24)
    expect(warning(page)).not_to_be_visible()
    world.advance(4)
    expect_warned(page)


def test_what_turbo_restores_from_its_cache_is_not_younger_than_it_is(world: World) -> None:
    page = begin(world, "turbo")
    visit(world, page)
    world.advance(25, step=1)
    page.evaluate("history.back()")
    while page.locator("h1").inner_text() != "Page 1":
        world.advance(0.02)
    world.settle()
    lives(page)
    assert page.evaluate("sessionSecurity.idle") > 25
    world.advance(6)
    expect_warned(page)


def kept_in_memory(session: CDPSession) -> tuple[int, int]:
    """How many nodes and listeners a page has after garbage collections: one may free another's."""
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    counters = session.send("Memory.getDOMCounters")
    return counters["nodes"], counters["jsEventListeners"]


@pytest.mark.parametrize("library", ["htmx-boost", "turbo"])
def test_after_hundreds_of_visits_nothing_has_grown_and_the_time_is_right(
    world: World, library: str
) -> None:
    page = begin(world, library)
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    before = (0, 0)
    for number in range(200):
        visit(world, page)
        lives(page)
        world.advance(1.5, step=1.5)
        move(page)
        if number == 50:  # the libraries have filled their caches
            before = kept_in_memory(session)
    acted = datetime.now(UTC)
    nodes, listeners = kept_in_memory(session)
    assert nodes < before[0] * 1.1  # Turbo keeps ten pages of 144 nodes, sometimes one more
    assert listeners <= before[1] + 2
    world.advance(20)
    passed = (datetime.now(UTC) - acted).total_seconds()
    assert page.evaluate("sessionSecurity.idle") == pytest.approx(passed, abs=1)
    assert world.server_idle == pytest.approx(passed, abs=1)
    world.advance(8)
    expect(warning(page)).not_to_be_visible()
    world.advance(4)
    expect_warned(page)
