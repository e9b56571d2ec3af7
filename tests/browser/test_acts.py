"""What a person does keeps the session, in any tab and frame; what a script does, doesn't."""

from collections.abc import Callable
from time import sleep
from typing import Any

import pytest
from playwright.sync_api import Page, Route
from pytest_django.fixtures import Settings

from tests.browser.expecting import expect
from tests.browser.scripts import function
from tests.browser.world import (
    World,
    act_by_key,
    events,
    expect_covered,
    expect_quiet,
    expect_signed_out,
    expect_warned,
    move,
    prompts,
    reported,
)


@pytest.mark.parametrize(
    "script",
    [
        function("page/acts.js", "dispatchAll"),
        "scrollTo(0, scrollY ? 0 : 100)",
        "(document.activeElement === language ? main : language).focus()",
        "dispatchEvent(new Event('focus'))",
        "document.dispatchEvent(new Event('visibilitychange'))",
        "document.querySelector('#language').value = 'de'",
        "document.querySelector('#panel-ask').click()",
        function("page/acts.js", "clickBox"),
        function("page/acts.js", "clickRadioInShadowTree"),
    ],
    ids=[
        "synthetic",
        "scroll",
        "focus",
        "window",
        "visibility",
        "value",
        "click",
        "click on a box",
        "click on a radio button",
    ],
)
def test_what_a_script_does_is_no_act(world: World, script: str) -> None:
    page = world.sign_in()
    for _ in range(6):
        world.advance(5, step=5)
        page.evaluate(script)
        world.settle()
    world.advance(1)
    expect_warned(page)
    page.evaluate(script)
    expect_warned(page)
    assert 30 < world.server_idle < 32
    assert not prompts(page)


def test_a_pointer_that_has_not_moved_is_no_act(world: World) -> None:
    page = world.sign_in()
    page.mouse.move(300, 300)
    for _ in range(6):
        world.advance(5, step=5)
        page.mouse.move(300, 300)  # as when the layout shifts under it
    world.advance(1)
    expect_warned(page)
    page.mouse.move(300, 300)
    expect_warned(page)


def test_polling_keeps_no_session(world: World) -> None:
    page = world.sign_in(path="/monitor/")
    world.advance(31)
    expect_warned(page)
    world.advance(30)
    expect_signed_out(world, page)


@pytest.mark.parametrize("act", ["press", "wheel", "move", "key", "activity"])
def test_each_act_of_a_person_counts(world: World, act: str) -> None:
    page = world.sign_in()
    page.mouse.move(300, 300)
    for count in range(3):
        world.advance(15, step=5)
        if act == "press":
            page.mouse.click(3, 3)
        elif act == "wheel":
            page.mouse.wheel(0, 10)
        elif act == "move":
            page.mouse.move(310 + count, 300)
        elif act == "key":
            act_by_key(page)
        else:
            page.evaluate("sessionSecurity.activity()")
        # The browser hands a wheel or a touch on in its own time.
        wait_until(lambda: page.evaluate("sessionSecurity.idle") == 0)
        world.advance(13)
        assert world.server_idle <= 13
    assert events(page) == []


def test_a_slow_hand_is_reported_with_how_long_ago_it_acted(world: World) -> None:
    page = world.sign_in()
    world.advance(6, step=2)
    act_by_key(page)
    with world.counted() as pings:
        world.advance(10)
    assert [round(reported(ping)) for ping in pings] == [6]
    assert round(world.server_idle) == 10


@pytest.mark.browser_context_args(has_touch=True)
def test_a_touch_counts(world: World) -> None:
    page = world.sign_in()
    world.advance(20, step=5)
    page.touchscreen.tap(5, 5)
    wait_until(lambda: page.evaluate("sessionSecurity.idle") == 0)
    world.advance(29, step=5)
    expect_quiet(page)
    world.advance(2)
    expect_warned(page)
    page.touchscreen.tap(5, 5)
    expect_quiet(page)


def test_a_swipe_counts_from_its_movement(world: World) -> None:
    page = world.sign_in(path="/form/")
    client = world.context.new_cdp_session(page)
    touch: dict[str, Any] = {"touchPoints": [{"x": 200, "y": 300}]}
    client.send("Input.dispatchTouchEvent", {"type": "touchStart", **touch})
    world.advance(20, step=5)
    touch["touchPoints"][0]["y"] = 200
    client.send("Input.dispatchTouchEvent", {"type": "touchMove", **touch})
    world.advance(15, step=5)
    assert events(page) == []
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_typing_for_an_hour_without_a_page_load_keeps_the_session(
    world: World, settings: Settings
) -> None:
    settings.SESSION_SECURITY_WARN_AFTER = 540
    settings.SESSION_SECURITY_EXPIRE_AFTER = 600
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").focus()
    with world.counted() as pings:
        for _ in range(60):
            page.keyboard.type("a")
            world.advance(60, step=60)
    assert events(page) == []
    assert len(pings) <= 31
    page.get_by_role("link", name="Records").click()
    expect(page).to_have_url(f"{world.url}/records/")


def test_typing_in_a_frame_counts_and_there_is_one_warning(world: World) -> None:
    page = world.sign_in(path="/frame/")
    frame = page.frames[1]
    note = frame.get_by_label("Note")
    note.focus()
    for _ in range(5):
        world.advance(20, step=10)
        page.keyboard.type("a")
    assert events(page) == []
    world.advance(31)
    expect_warned(page)
    assert frame.locator("dialog[open]").count() == 0
    page.keyboard.press("F2")
    expect_quiet(page)
    note.press_sequentially("bc")
    expect(note).to_have_value("aaaaabc")


def test_a_page_with_the_warning_in_a_frame_leaves_it_to_the_page_around(world: World) -> None:
    def anywhere(route: Route) -> None:
        response = route.fetch()
        headers = {k: v for k, v in response.headers.items() if k != "x-frame-options"}
        route.fulfill(response=response, headers=headers)

    page = world.sign_in()
    world.context.route("**/form/", anywhere)
    frame = framed(page, "/form/")
    with world.counted() as pings:
        for _ in range(4):
            world.advance(10)
            frame.get_by_label("Symptoms").press("a")
        world.advance(31)
        expect_warned(page)
        assert frame.locator("dialog[open]").count() == 0
    assert [reported(ping) for ping in pings] == [2, 4, 6, 8, 30]
    world.advance(31)
    expect_covered(page)  # since what was typed in the frame is not saved


def test_a_frame_that_came_later_counts(world: World) -> None:
    page = world.sign_in()
    frame = framed(page, "/frame/note/")
    for _ in range(4):
        world.advance(10, step=5)
        frame.get_by_label("Note").press("a")
    expect_quiet(page)
    assert events(page) == []


def test_a_frame_that_went_elsewhere_counts(world: World) -> None:
    page = world.sign_in(path="/frame/")
    frame = page.frames[1]
    frame.goto(f"{world.url}/frame/note/?again")
    for _ in range(4):
        world.advance(10, step=5)
        frame.get_by_label("Note").press("a")
    assert events(page) == []


def test_a_frame_that_came_later_into_a_shadow_tree_counts(world: World) -> None:
    page = world.sign_in()
    note = framed(page, "/frame/note/", "openInFrameInShadowTree").get_by_label("Note")
    note.focus()
    for _ in range(4):
        world.advance(10, step=5)
        note.press("a")
    expect_quiet(page)
    assert events(page) == []
    assert prompts(page)


def framed(page: Page, path: str, how: str = "openInFrame") -> Any:
    """Put a page into a frame of this one."""
    page.evaluate(function("page/acts.js", how), path)
    return page.frames[1]


@pytest.mark.parametrize("how", ["leave", "hide", "close"])
def test_what_was_not_yet_reported_is_when_the_page_goes(
    world: World, settings: Settings, how: str
) -> None:
    settings.SESSION_SECURITY_WARN_AFTER = 540
    settings.SESSION_SECURITY_EXPIRE_AFTER = 600
    world.sign_in(path="/")
    page = world.open("/form/")
    world.advance(100, step=20)
    act_by_key(page)
    with world.counted() as pings:
        if how == "leave":
            page.goto("about:blank")
        elif how == "hide":
            world.open("/")
        else:
            page.close(run_before_unload=True)
            page.wait_for_event("close") if not page.is_closed() else None
    # Playwright sees no request of a page that has gone; the server does, a moment later.
    wait_until(lambda: world.server_idle == 0)
    assert how != "hide" or len(pings) == 1


def wait_until(fulfilled: Callable[[], bool]) -> None:
    for _ in range(500):
        if fulfilled():
            return
        sleep(0.01)
    pytest.fail("Nothing has come in five seconds.")


def test_movement_does_not_ping_each_time(world: World) -> None:
    page = world.sign_in()
    with world.counted() as pings:
        for count in range(48):
            page.mouse.move(100 + count, 100)
            world.advance(0.25)
    assert len(pings) <= 2


def test_an_act_at_the_warning_is_reported_at_once(world: World) -> None:
    page = world.sign_in()
    world.advance(59)
    expect_warned(page)
    move(page)
    world.settle()
    assert world.server_idle == 0
    world.advance(20)
    expect_quiet(page)
