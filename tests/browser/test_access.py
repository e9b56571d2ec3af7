"""The dialogs can be used by everybody: axe-core finds nothing, in any look they have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.fixtures import Settings

from tests.browser.world import World, cover, expect_covered, expect_warned, warning

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

START = """() => {
  window.found = axe.run({ preload: false, resultTypes: ["violations"] });
}"""
VIOLATIONS = """async () => {
  const { violations } = await found;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}"""

# What leaves the dialog or the window at either side.
TOO_WIDE = """(dialog) => {
  const { left, right } = dialog.getBoundingClientRect();
  const outside = [...dialog.querySelectorAll("h2, p, form, a, button, span")].filter((part) => {
    const box = part.getBoundingClientRect();
    return part.checkVisibility() && (box.left < left || box.right > right);
  });
  const root = document.documentElement;
  if (dialog.scrollWidth > dialog.clientWidth || left < 0 || right > root.clientWidth)
    outside.unshift(dialog);
  return outside.map((part) => part.outerHTML);
}"""

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "hebrew": {"locale": "he"},
    "narrow hebrew": {"locale": "he", "viewport": {"width": 320, "height": 640}},
}


def warned(world: World, settings: Settings) -> Locator:
    page = world.sign_in()
    world.advance(31, step=5)
    expect_warned(page)
    return warning(page)


def asked(world: World, settings: Settings) -> Locator:
    settings.SESSION_SECURITY_REQUIRE_CONFIRM = True
    dialog = warned(world, settings)
    expect(dialog).to_contain_text("Do you want to stay signed in?")
    return dialog


def final(world: World, settings: Settings) -> Locator:
    settings.SESSION_SECURITY_MAX_AGE = 50
    dialog = warned(world, settings)
    expect(dialog).to_contain_text("Sign in again now")
    return dialog


def checking(world: World, settings: Settings) -> Locator:
    page = world.sign_in()
    world.cut()
    world.advance(62, step=2)
    expect_covered(page)
    expect(cover(page)).to_contain_text("Checking")
    return cover(page)


def ended(world: World, settings: Settings) -> Locator:
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("unsaved")
    world.advance(62, step=2)
    expect_covered(page)
    expect(cover(page).get_by_role("link")).to_be_visible()
    return cover(page)


def violations(page: Page) -> Any:
    # Not as a script element, which the site's policy would block.
    page.evaluate(AXE.read_text())
    page.evaluate(START)
    page.clock.run_for(50)  # its timers are those of the test
    return page.evaluate(VIOLATIONS)


@pytest.mark.parametrize("situation", [warned, asked, final, checking, ended])
@pytest.mark.parametrize(
    "look",
    [pytest.param(name, marks=pytest.mark.browser_context_args(**LOOKS[name])) for name in LOOKS],
)
def test_each_dialog_is_accessible_in_each_look(
    world: World,
    settings: Settings,
    situation: Callable[[World, Settings], Locator],
    look: str,
) -> None:
    dialog = situation(world, settings)
    page = dialog.page
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if "hebrew" in look else "ltr")
    title = "This page is hidden" if "hidden" in dialog.inner_text() else "Your session is about"
    assert dialog.aria_snapshot().startswith(f'- alertdialog "{title}')
    assert violations(page) == []
    assert dialog.evaluate(TOO_WIDE) == []
    controls = dialog.locator("a:visible, button:visible")
    colours = controls.evaluate_all("(all) => all.map((part) => getComputedStyle(part).background)")
    assert len(colours) - colours.count(colours[-1]) == (len(colours) > 1)  # one stands out
    for control in controls.all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
