"""Less of a browser still does the essential."""

import re

import pytest
from playwright.sync_api import Route

from tests.browser.expecting import expect
from tests.browser.scripts import function
from tests.browser.world import (
    World,
    act_by_key,
    expect_covered,
    expect_quiet,
    expect_signed_out,
    expect_warned,
)


def lack(world: World, *names: str) -> None:
    """From now on no page of the world has that."""
    for name in names:
        world.context.add_init_script(f"({function('page/lacks.js', name)})()")


@pytest.mark.parametrize("name", ["takeStorage", "takeDialog", "takeTimeout"])
def test_it_warns_extends_and_ends_in_both_tabs_without(world: World, name: str) -> None:
    lack(world, name)
    one = world.sign_in()
    two = world.open("/form/")
    world.advance(31)
    expect_warned(one, two)
    act_by_key(two)
    expect_quiet(one, two)
    world.advance(29, step=2)
    expect_quiet(one, two)
    two.get_by_label("Symptoms").fill("unsaved")
    world.advance(62, step=2)
    expect_signed_out(world, one)
    expect_covered(two)


def test_without_a_channel_each_tab_is_right_by_itself(world: World) -> None:
    lack(world, "takeChannel")
    one = world.sign_in()
    two = world.open()
    for _ in range(4):
        world.advance(10, step=2)
        act_by_key(two)
    world.front(one)
    world.advance(2)
    expect_quiet(one, two)
    world.advance(62, step=2)
    expect_signed_out(world, one, two)


def test_who_goes_on_beside_an_older_zone_js_is_heard_and_can_press_a_button(world: World) -> None:
    lack(world, "takeSignals")
    page = world.sign_in()
    for is_there in (False, True):
        page.evaluate(function("page/lacks.js", "putElement"), is_there)
        world.advance(2)
    act_by_key(page)
    assert page.evaluate("sessionSecurity.idle") == 0
    world.advance(31)
    expect_warned(page)
    page.get_by_role("button", name="Stay signed in").click()
    expect_quiet(page)


def test_prerendered_it_neither_pings_nor_counts_until_it_is_shown(world: World) -> None:
    lack(world, "prerender")
    page = world.sign_in()
    with world.counted() as pings:
        world.advance(20, step=5)
        act_by_key(page)
        world.advance(25, step=5)
        expect_quiet(page)
    assert pings == []
    page.evaluate(function("page/lacks.js", "showPrerendered"))
    world.settle()
    world.advance(1)
    expect_warned(page)


@pytest.mark.parametrize("language", ["ca@valencia", "en_US", "x"])
def test_a_language_that_the_browser_refuses_breaks_neither_dialog(
    world: World, language: str
) -> None:
    def answer(route: Route) -> None:
        response = route.fetch()
        body = re.sub(r'"language": "[^"]*"', f'"language": "{language}"', response.text())
        route.fulfill(response=response, body=body)

    world.context.route("**/form/", answer)
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("half a form")
    world.advance(31)
    expect_warned(page)
    expect(page.locator("#session_security_spoken")).to_contain_text("30")
    world.advance(31, step=2)
    expect_covered(page)
    expect(page.locator("#session_security_since")).to_contain_text("2030")
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()


@pytest.mark.parametrize("lang", ["en_US", "x", ""])
def test_a_wrong_language_of_the_page_does_no_harm(world: World, lang: str) -> None:
    page = world.sign_in()
    page.evaluate("(lang) => { document.documentElement.lang = lang; }", lang)
    world.advance(31)
    expect_warned(page)
    expect(page.locator("#session_security_spoken")).to_contain_text("30")
