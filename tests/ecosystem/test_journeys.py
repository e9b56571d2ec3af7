"""What people do, on a site of each package: from signing in to signing in again, and on."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scripts import function
from tests.browser.world import cover, expect_warned, move, warning
from tests.ecosystem.journey import Journey
from tests.ecosystem.site import EXPIRE, WARN, Visit, expect_closed

IS_DARK, SHOW = function("page/looks.js", "isDark"), function("page/looks.js", "show")
WHY = "You were signed out because there was no activity."


def begin(world: Visit, journey: Journey) -> Page:
    page = world.open(journey.form)
    journey.sign_in(world, page)
    expect(page.locator(journey.field)).to_be_visible()
    world.settle()
    return page


def write(page: Page, journey: Journey) -> None:
    page.locator(journey.field).click()
    page.keyboard.type("The text")


def take(page: Page, file: Path) -> None:
    """Pictures of a page: wide and narrow."""
    for width, height in ((320, 568), (1000, 700)):
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=file.with_name(f"{file.name}-{width}.png"))
        dialogs_fit(page)


def dialogs_fit(page: Page) -> None:
    """What is open lies in the middle of the window, and its buttons can be pressed."""
    size = page.viewport_size
    dialog = page.locator("dialog.session_security[open]")
    box = dialog.bounding_box() if dialog.count() else None
    if not box or not size:
        return
    assert box["x"] >= 8
    assert box["y"] >= 8
    assert abs(2 * box["x"] + box["width"] - size["width"]) <= 2
    assert abs(2 * box["y"] + box["height"] - size["height"]) <= 2
    for button in dialog.locator("button:visible, a:visible").all():
        inner = button.bounding_box()
        assert inner
        assert inner["height"] >= 36
        assert inner["x"] >= box["x"] + 8
        assert inner["x"] + inner["width"] <= box["x"] + box["width"] - 8


def test_the_whole_journey(world: Visit, journey: Journey, pictures: Path) -> None:
    page = begin(world, journey)

    world.rest(page, WARN + 10, journey.poll)
    expect_warned(page)
    assert world.idle > WARN - 90
    take(page, pictures / "warning")

    move(page)
    world.advance(4)
    expect(warning(page)).not_to_be_visible()
    assert world.idle < 600

    world.rest(page, EXPIRE + 90)
    expect(page).to_have_url(re.compile(re.escape(world.url + journey.login)))
    expect(page.locator(f"text={WHY}")).to_have_count(int(journey.says_why))

    journey.sign_in(world, page)
    expect(page).to_have_url(world.url + journey.form)
    write(page, journey)
    world.rest(page, EXPIRE + 90)
    expect(cover(page)).to_be_visible()
    take(page, pictures / "locked")

    with world.context.expect_page() as opened:
        cover(page).locator("a").click()
    journey.sign_in(world, opened.value)
    expect_closed(world, opened.value)
    world.front(page)
    expect(cover(page)).not_to_be_visible()
    expect(page.locator(journey.field)).to_have_value("The text")
    page.locator(journey.save).click()
    expect(page.locator(journey.saved).first).to_be_visible()


def test_a_script_that_asks_too_late_is_told_so(world: Visit, journey: Journey) -> None:
    page = begin(world, journey)
    world.site.shift(EXPIRE + 90)  # the page knows nothing of it
    assert world.fetch(page, journey.poll) == {
        "status": 401,
        "redirected": False,
        "expired": "idle",
    }
    answer = world.fetch(page, journey.poll)
    assert answer["status"] < 500
    assert answer["expired"] is None


def test_a_link_that_is_pressed_too_late_leads_to_the_login_page(
    world: Visit, journey: Journey
) -> None:
    page = begin(world, journey)
    world.site.shift(EXPIRE + 90)
    page.locator(journey.link).first.click()
    expect(page).to_have_url(re.compile(re.escape(world.url + journey.login)))
    expect(page.locator(f"text={WHY}")).to_have_count(int(journey.says_why))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_and_the_dialogs_in_them_look_right(
    world: Visit, journey: Journey, pictures: Path, scheme: Literal["light", "dark"]
) -> None:
    page = world.open(journey.form)
    page.emulate_media(color_scheme=scheme)
    journey.sign_in(world, page)
    for path in (*journey.pages, journey.form):
        page.goto(world.url + path)
        expect(page.locator("session-security")).to_have_count(1)
        world.settle()
        take(page, pictures / f"{scheme}{path.replace('/', '-')}")
    for name in ("warning", "cover"):
        page.evaluate(SHOW, f"session_security_{name}")
        take(page, pictures / f"{scheme}-{name}")
        assert page.evaluate(IS_DARK, "#shown") == page.evaluate(IS_DARK, "body")
        page.evaluate("shown.remove()")
