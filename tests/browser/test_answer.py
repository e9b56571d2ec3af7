"""The warning can be answered by everybody: by mouse, touch, keyboard, or a switch."""

import random
from typing import NamedTuple

import pytest
from playwright.sync_api import FloatRect, Locator, Page
from pytest_django.fixtures import Settings

from tests.browser.expecting import expect
from tests.browser.scripts import function
from tests.browser.world import (
    World,
    act_by_key,
    counter,
    events,
    expect_quiet,
    expect_warned,
    move,
    rest,
    warning,
)

LISTEN = function("page/presses.js", "listen")
with_touch = pytest.mark.browser_context_args(has_touch=True)


def warned(world: World, path: str = "/records/") -> Page:
    """A page that warns, and notes what reaches it."""
    page = world.sign_in(path=path)
    page.mouse.move(5, 5)
    page.evaluate(LISTEN)
    world.advance(31, step=31)
    expect_warned(page)
    return page


def reached(page: Page) -> list[str]:
    return list(page.evaluate("reached"))


def button(page: Page, name: str) -> Locator:
    return warning(page).get_by_role("button", name=name)


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found
    return found


class Point(NamedTuple):
    x: float
    y: float

    def is_in(self, place: FloatRect) -> bool:
        right, bottom = place["x"] + place["width"], place["y"] + place["height"]
        return place["x"] <= self.x <= right and place["y"] <= self.y <= bottom


def middle(locator: Locator) -> Point:
    place = box(locator)
    return Point(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)


def wait(world: World, seconds: float) -> None:
    """Let time pass, for the mouse, once everything that was sent has come."""
    world.settle()
    world.traveller.shift(seconds)
    world.context.clock.run_for(round(seconds * 1000))


# --- by mouse -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Stay signed in", "Sign out"])
def test_who_goes_for_a_button_with_the_mouse_can_press_it(world: World, name: str) -> None:
    page = warned(world)
    goal = middle(button(page, name))
    for step in range(1, 41):
        page.mouse.move(5 + (goal.x - 5) * step / 40, 5 + (goal.y - 5) * step / 40)
        wait(world, 0.05)
    world.settle()
    assert world.server_idle < 3
    assert events(page) == ["warn", "extend"]
    wait(world, 30)  # and may take their time
    page.mouse.click(*goal)
    if name == "Stay signed in":
        expect_quiet(page)
        assert reached(page) == []
    else:
        expect(page).to_have_url(f"{world.url}/")
        assert "POST /logout/" in world.loads


def test_the_time_left_is_right_while_the_dialog_waits_for_the_mouse(world: World) -> None:
    page = warned(world)
    move(page)
    expect(counter(page)).to_have_text("1:00")
    page.mouse.move(*middle(button(page, "Stay signed in")))
    world.advance(20)
    expect(counter(page)).to_have_text("0:40")
    expect(warning(page)).to_be_visible()


def test_a_mouse_that_rests_on_the_dialog_but_on_no_button_lets_it_go_later(world: World) -> None:
    page = warned(world)
    title = middle(warning(page).get_by_role("heading"))
    page.mouse.move(*title)
    page.mouse.move(title.x + 2, title.y)
    world.advance(4.5)
    expect(warning(page)).to_be_visible()
    world.advance(1)
    expect_quiet(page)


def test_a_press_beside_the_dialog_closes_it_and_does_no_more(world: World) -> None:
    page = warned(world)
    page.mouse.click(3, 300)
    expect_quiet(page)
    world.settle()
    assert world.server_idle == 0
    assert reached(page) == []


def test_a_press_where_the_dialog_was_reaches_nothing_for_a_moment(world: World) -> None:
    page = warned(world)
    place = middle(button(page, "Sign out"))
    move(page)
    rest(world)
    expect_quiet(page)
    page.mouse.click(*place)
    assert reached(page) == []
    page.mouse.click(3, 300)
    assert reached(page) == ["pointerdown", "mousedown", "click"]
    world.advance(0.5)
    page.mouse.click(*place)
    assert reached(page) == ["pointerdown", "mousedown", "click"] * 2


def test_the_second_click_of_a_double_one_reaches_nothing(world: World) -> None:
    page = warned(world)
    page.mouse.dblclick(*middle(button(page, "Stay signed in")))
    expect_quiet(page)
    assert reached(page) == []


def test_a_key_ends_the_waiting_for_the_mouse(world: World) -> None:
    page = warned(world, "/form/")
    page.get_by_label("Symptoms").evaluate("(field) => field.focus()")
    move(page)
    page.keyboard.press("F2")
    expect_quiet(page)


@pytest.mark.parametrize("hand", range(4))
def test_on_any_way_each_press_does_what_its_button_says(world: World, hand: int) -> None:
    """50 ways each, with turns and pauses, that end on a button or beside the dialog."""
    dice = random.Random(hand)
    world.context.route("**/logout/", lambda route: route.fulfill(status=204))  # the page stays
    page = warned(world)
    size = page.viewport_size
    assert size
    place = box(warning(page))
    goals = {name: box(button(page, name)) for name in ("Stay signed in", "Sign out")}
    sign_outs = 0
    for _ in range(50):
        expect_warned(page)
        name = dice.choice([*goals, "Stay signed in", ""])
        for _ in range(dice.randint(1, 4)):
            point = Point(dice.uniform(1, size["width"] - 1), dice.uniform(1, size["height"] - 1))
            page.mouse.move(*point, steps=dice.randint(2, 5))
            wait(world, dice.uniform(0, 4.9 if point.is_in(place) else 0.9))
        if name:
            goal = goals[name]
            across, down = dice.uniform(0.1, 0.9), dice.uniform(0.1, 0.9)
            point = Point(goal["x"] + across * goal["width"], goal["y"] + down * goal["height"])
            page.mouse.move(*point, steps=dice.randint(2, 9))
            wait(world, dice.choice([0, 0.3, 3, 12]))
        else:
            point = Point(dice.uniform(1, place["x"] - 1), dice.uniform(1, size["height"] - 1))
            page.mouse.move(*point)
        assert warning(page).is_visible()
        if name == "Sign out":
            with page.expect_request("**/logout/"):
                page.mouse.click(*point)
            sign_outs += 1
            page.keyboard.press("F2")
        else:
            page.mouse.click(*point)
        world.settle()
        assert world.loads.count("POST /logout/") == sign_outs
        assert not warning(page).is_visible()
        assert reached(page) == []
        world.advance(30, step=3)
        world.advance(4)
    assert events(page).count("extend") == 50


# --- by touch -----------------------------------------------------------------------------------


@with_touch
def test_a_tap_beside_the_dialog_stays_signed_in_and_does_no_more(world: World) -> None:
    page = warned(world)
    page.touchscreen.tap(3, 300)
    expect_quiet(page)
    world.settle()
    assert world.server_idle == 0
    assert reached(page) == []
    page.touchscreen.tap(3, 300)
    assert "click" in reached(page)


@with_touch
def test_two_taps_on_a_button_are_one(world: World) -> None:
    page = warned(world)
    place = middle(button(page, "Stay signed in"))
    page.touchscreen.tap(*place)
    expect_quiet(page)
    page.touchscreen.tap(*place)
    assert "click" not in reached(page)


@with_touch
def test_a_tap_signs_out(world: World) -> None:
    page = warned(world)
    page.touchscreen.tap(*middle(button(page, "Sign out")))
    expect(page).to_have_url(f"{world.url}/")


# --- by keyboard, or by a switch that is a key ----------------------------------------------------


def test_keys_that_lead_to_a_button_are_no_answer(world: World) -> None:
    page = warned(world)
    keys = "Tab Tab Tab Shift+Tab ArrowLeft ArrowDown Shift Control Alt Meta AltGraph CapsLock"
    for key in keys.split():
        page.keyboard.press(key)
        expect_warned(page)
    world.settle()
    assert world.server_idle >= 30
    act_by_key(page)
    expect_quiet(page)


@pytest.mark.parametrize("name", ["Stay signed in", "Sign out"])
def test_a_switch_for_tab_and_one_for_enter_reach_each_button(world: World, name: str) -> None:
    page = warned(world)
    for _ in range(8):  # around, and at last to it
        page.keyboard.press("Tab")
    while not button(page, name).evaluate("(button) => button === document.activeElement"):
        page.keyboard.press("Tab")
    assert world.server_idle >= 30
    page.keyboard.press("Enter")
    if name == "Stay signed in":
        expect_quiet(page)
        world.settle()
        assert world.server_idle == 0
    else:
        expect(page).to_have_url(f"{world.url}/")


def test_keys_in_the_dialog_do_not_reach_the_page(world: World) -> None:
    page = warned(world)
    for key in ("Tab", "Shift", "Escape"):
        page.keyboard.press(key)
    expect_quiet(page)
    assert reached(page) == []
    world.advance(31)
    expect_warned(page)
    warning(page).evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Escape")
    expect_quiet(page)
    assert reached(page) == []
    page.keyboard.press("Escape")
    assert reached(page) == ["keydown Escape"]


def test_the_focus_is_in_the_dialog_where_the_browser_does_not_move_it(world: World) -> None:
    script = function("page/presses.js", "leaveFocusOut")
    world.context.add_init_script(f"({script})()")
    page = warned(world)
    expect(button(page, "Stay signed in")).to_be_focused()


# --- where confirmation is required ---------------------------------------------------------------


def test_with_require_confirm_only_the_button_answers_the_mouse(
    world: World, settings: Settings
) -> None:
    settings.SESSION_SECURITY_REQUIRE_CONFIRM = True
    page = warned(world)
    move(page)
    page.mouse.click(3, 300)
    rest(world)
    expect_warned(page)
    assert world.server_idle >= 30
    page.mouse.move(*middle(button(page, "Stay signed in")), steps=20)
    page.mouse.down()
    page.mouse.up()
    expect_quiet(page)
    world.settle()
    assert world.server_idle == 0
    assert reached(page) == []
