"""The dialogs can be used by everybody: axe-core finds nothing, in any look they have."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page
from pytest_django.fixtures import Settings

from tests.browser.expecting import expect
from tests.browser.scripts import function
from tests.browser.world import World, cover, expect_covered, expect_warned, move, warning

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PANEL = ROOT / "example" / "static" / "example" / "panel.js"

START_AUDIT = function("page/access.js", "startAudit")
VIOLATIONS = function("page/access.js", "violations")
TOO_WIDE = function("page/access.js", "tooWide")

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "hebrew": {"locale": "he"},
    "narrow hebrew": {"locale": "he", "viewport": {"width": 320, "height": 640}},
    # From right to left, without a translation of the app.
    "narrow urdu": {"locale": "ur", "viewport": {"width": 320, "height": 640}},
}


def warned(world: World, settings: Settings) -> Locator:
    page = world.sign_in()
    world.advance(31, step=5)
    expect_warned(page)
    return warning(page)


def asked(world: World, settings: Settings) -> Locator:
    settings.SESSION_SECURITY_REQUIRE_CONFIRM = True
    dialog = warned(world, settings)
    expect(dialog.locator("p[data-when=idle]")).to_have_count(1)
    return dialog


def final(world: World, settings: Settings) -> Locator:
    settings.SESSION_SECURITY_MAX_AGE = 50
    dialog = warned(world, settings)
    expect(dialog.locator("p[data-when=final]")).to_be_visible()
    return dialog


def checking(world: World, settings: Settings) -> Locator:
    page = world.sign_in()
    world.cut()
    world.advance(62, step=2)
    expect_covered(page)
    expect(cover(page).locator("p[data-when=doubt]")).to_be_visible()
    return cover(page)


def waiting(world: World, settings: Settings) -> Locator:
    dialog = checking(world, settings)
    world.advance(10, step=2)
    expect(dialog.locator("p[data-when=wait]")).to_be_visible()
    return dialog


def questioned(world: World, settings: Settings) -> Locator:
    dialog = ended(world, settings)
    dialog.locator("[name=leave]").click()
    expect(dialog.locator("[name=back]")).to_be_focused()
    return dialog


def ended(world: World, settings: Settings) -> Locator:
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("unsaved")
    world.advance(62, step=2)
    expect_covered(page)
    expect(cover(page).get_by_role("link")).to_be_visible()
    return cover(page)


def absolute(world: World, settings: Settings) -> Locator:
    settings.SESSION_SECURITY_MAX_AGE = 50
    dialog = ended(world, settings)
    expect(dialog.locator("p[data-when=absolute]")).to_be_visible()
    return dialog


def elsewhere(world: World, settings: Settings) -> Locator:
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("unsaved")
    Session.objects.all().delete()
    world.advance(15, step=3)
    expect(cover(page).locator("p[data-when=anonymous]")).to_be_visible()
    return cover(page)


def offered(world: World, settings: Settings) -> Page:
    dialog = final(world, settings)
    page = world.open(dialog.get_by_role("link").get_attribute("href") or "")
    expect(page.get_by_role("button", name="Sign in again")).to_be_visible()
    return page


def resumed(world: World, settings: Settings) -> Page:
    page = world.sign_in(path="/session_security/resume/")
    expect(page.get_by_role("heading")).to_have_text("You are signed in")
    return page


def kept(world: World, settings: Settings) -> Page:
    page = world.sign_in(path="/form/")
    page.evaluate("document.querySelector('#order-form').noValidate = true")
    page.get_by_label("Symptoms").fill("unsaved " * 50)
    world.traveller.shift(62)  # the page knows nothing of it
    page.locator("#save").click()
    world.fill_in_login(page)
    expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
    return page


def gone(world: World, settings: Settings) -> Page:
    page = world.sign_in(path="/session_security/kept/")
    expect(page.get_by_role("heading")).to_have_text("Nothing to send")
    world.noise.clear()
    return page


def violations(page: Page) -> Any:
    # Not as a script element, which the site's policy would block.
    page.evaluate(AXE.read_text())
    page.evaluate(START_AUDIT)
    page.clock.run_for(50)  # its timers are those of the test
    return page.evaluate(VIOLATIONS)


def demonstrated(world: World, settings: Settings) -> Page:
    world.context.route("**/example/panel.js", lambda route: route.fulfill(path=PANEL))
    page = world.sign_in()
    world.advance(26)
    expect(page.locator("#panel-server-idle")).to_contain_text("25.0")
    expect(page.locator("#panel-browser-warn")).to_contain_text("4.0")
    world.advance(5)
    expect(page.locator("#panel-browser-state")).to_have_text("warning")
    expect(page.locator("#panel-events")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d warn$"))
    move(page)
    expect(page.locator("#panel-browser-state")).to_have_text("active")
    return page


def look(name: str) -> Any:
    return pytest.param(name, marks=pytest.mark.browser_context_args(**LOOKS[name]))


DIALOGS = [warned, asked, final, checking, waiting, ended, questioned, absolute, elsewhere]

in_each_look = pytest.mark.parametrize("look", [look(name) for name in LOOKS])


@pytest.fixture(autouse=True)
def _urdu(settings: Settings) -> None:
    settings.LANGUAGES = [*settings.LANGUAGES, ("ur", "Urdu")]


in_some_looks = pytest.mark.parametrize("look", [look("dark"), look("narrow urdu")])


@pytest.mark.parametrize("situation", [offered, resumed, kept, gone, demonstrated])
@in_some_looks
def test_each_page_is_accessible(
    world: World, settings: Settings, situation: Callable[[World, Settings], Page], look: str
) -> None:
    page = situation(world, settings)
    expect(page.locator("html")).to_have_attribute(
        "dir", "rtl" if "locale" in LOOKS[look] else "ltr"
    )
    assert violations(page) == []
    assert page.locator("main").evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("situation", DIALOGS)
@in_each_look
def test_each_dialog_is_accessible_in_each_look(
    world: World,
    settings: Settings,
    situation: Callable[[World, Settings], Locator],
    look: str,
) -> None:
    dialog = situation(world, settings)
    page = dialog.page
    expect(page.locator("html")).to_have_attribute(
        "dir", "rtl" if "locale" in LOOKS[look] else "ltr"
    )
    assert dialog.aria_snapshot().startswith(
        f'- alertdialog "{dialog.get_by_role("heading").inner_text()}"'
    )
    assert violations(page) == []
    assert dialog.evaluate(TOO_WIDE) == []
    controls = dialog.locator("a:visible, button:visible")
    colours = controls.evaluate_all("(all) => all.map((part) => getComputedStyle(part).background)")
    primary = [colour for colour in colours if colour != colours[-1]]
    assert len(primary) == (len(colours) > 1)  # one stands out
    for control in controls.all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
