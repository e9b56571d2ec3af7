"""Sleep, and clocks that are set: the server's word decides."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from tests.browser.expecting import expect
from tests.browser.scripts import function
from tests.browser.world import (
    NOON,
    World,
    act_by_key,
    events,
    expect_covered,
    expect_quiet,
    expect_signed_out,
    expect_warned,
    move,
)

SET_CLOCK = function("page/clocks.js", "setClock")


def test_after_sleep_moving_the_mouse_revives_nothing(world: World) -> None:
    page = world.sign_in()
    page.mouse.move(10, 10)
    world.hold()
    world.traveller.shift(3 * 3600)
    # The machine wakes, and the hand is faster than every timer.
    world.context.clock.set_system_time(NOON + timedelta(hours=3))
    move(page)
    expect_covered(page)
    world.release()
    expect_signed_out(world, page)
    assert not any("POST /session" in load for load in world.loads)


def test_a_woken_page_is_covered_first_and_then_left(world: World) -> None:
    page = world.sign_in()
    other = world.open()
    world.hold()
    world.sleep(3 * 3600)
    expect_covered(page, other)
    world.release()
    world.advance(2)
    expect_signed_out(world, page, other)


def test_a_woken_page_stays_if_another_tab_kept_the_session(world: World) -> None:
    page = world.sign_in()
    world.advance(20, step=5)
    loads = len(world.loads)
    world.traveller.shift(35)
    world.context.request.get(f"{world.url}/records/")
    world.traveller.shift(15)
    world.context.clock.fast_forward(50_000)
    world.settle()
    expect_quiet(page)
    assert len(world.loads) == loads
    assert "expire" not in " ".join(events(page))
    world.advance(14)
    expect_quiet(page)
    world.advance(2)
    expect_warned(page)


def test_sleep_counts_where_performance_now_stands_still(world: World) -> None:
    page = world.sign_in()
    world.cut()
    world.traveller.shift(3600)
    world.context.clock.set_system_time(NOON + timedelta(hours=1))
    world.context.clock.run_for(60_000)
    world.settle()
    expect_covered(page)


@pytest.mark.parametrize("hours", [-1, 1, -24 * 365])
def test_a_browser_clock_that_is_set_neither_signs_out_nor_extends(
    world: World, hours: int
) -> None:
    page = world.sign_in()
    other = world.open()
    world.advance(10, step=5)
    for tab in (page, other):
        tab.evaluate(SET_CLOCK, hours * 3_600_000)
    world.advance(19, step=2)
    world.advance(2)
    expect_warned(page, other)
    act_by_key(other)
    expect_quiet(page, other)
    world.advance(29, step=2)
    expect_quiet(page, other)
    world.advance(3)
    expect_warned(page, other)
    world.advance(30)
    expect_signed_out(world, page, other)


def test_a_browser_clock_an_hour_off_from_the_start_does_not_matter(world: World) -> None:
    world.context.add_init_script(f"({SET_CLOCK})(-3_600_000)")
    page = world.sign_in()
    world.advance(29, step=2)
    expect_quiet(page)
    world.advance(2)
    expect_warned(page)
    world.advance(30)
    expect_signed_out(world, page)


def test_a_timeout_of_30_days_is_no_storm_of_pings(world: World, settings: Settings) -> None:
    settings.SESSION_SECURITY_WARN_AFTER = 30 * 86400 - 60
    settings.SESSION_SECURITY_EXPIRE_AFTER = 30 * 86400
    settings.SESSION_COOKIE_AGE = 60 * 86400
    page = world.sign_in()
    with world.counted() as pings:
        world.advance(10)
        act_by_key(page)
        world.advance(600, step=60)
    assert len(pings) <= 1
    with world.counted() as pings:
        world.sleep(29 * 86400)
        world.advance(60, step=10)
    assert len(pings) <= 2
    expect_quiet(page)
    expect(page).to_have_url(f"{world.url}/records/")


def test_throttled_timers_warn_in_time(world: World, settings: Settings) -> None:
    settings.SESSION_SECURITY_WARN_AFTER = 540
    settings.SESSION_SECURITY_EXPIRE_AFTER = 600
    page = world.sign_in()
    for _ in range(9):
        world.sleep(60)
    expect_warned(page)
