"""What one package does that others don't."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scripts import function
from tests.browser.world import cover, expect_warned, warning
from tests.ecosystem.journey import Journey
from tests.ecosystem.site import EXPIRE, WARN, Visit
from tests.ecosystem.test_journeys import WHY, begin, write


@pytest.mark.site("inertia", "unpoly")
def test_a_form_that_a_library_sends_too_late_stays_with_a_way_to_sign_in(
    world: Visit, journey: Journey
) -> None:
    page = begin(world, journey)
    write(page, journey)
    world.site.shift(EXPIRE + 90)
    page.locator(journey.save).click()
    layer = page.locator("up-modal")
    said = page.frame_locator("iframe").locator("body") if world.site.name == "inertia" else layer
    expect(said.get_by_text(WHY)).to_be_visible()
    expect(said.get_by_role("link", name="Sign in again")).to_be_visible()
    expect(page.locator(journey.field).first).to_have_value("The text")


@pytest.mark.site("unpoly")
def test_a_link_that_unpoly_follows_too_late_opens_a_layer(world: Visit, journey: Journey) -> None:
    page = begin(world, journey)
    world.site.shift(EXPIRE + 90)
    page.locator("#link").click()
    layer = page.locator("up-modal")
    expect(layer.get_by_text(WHY)).to_be_visible()
    expect(layer.get_by_role("link", name="Sign in again")).to_be_visible()


@pytest.mark.site("unpoly")
def test_escape_in_the_warning_extends_and_closes_nothing_beneath(
    world: Visit, journey: Journey
) -> None:
    page = begin(world, journey)
    page.evaluate("up.layer.open({ content: '<p>In a layer</p>' })")
    layer = page.locator("up-modal >> text=In a layer")
    expect(layer).to_be_visible()
    world.rest(page, WARN + 10)
    expect_warned(page)
    page.keyboard.press("Escape")
    world.advance(4)
    expect(warning(page)).not_to_be_visible()
    expect(layer).to_be_visible()
    assert world.idle < 600


@pytest.mark.site("wagtail")
def test_the_token_of_an_editor_is_renewed_with_the_page(world: Visit, journey: Journey) -> None:
    page = begin(world, journey)
    write(page, journey)
    world.rest(page, EXPIRE + 90)
    expect(cover(page)).to_be_visible()
    other = world.open("/cms/login/?next=/session_security/resume/")
    journey.sign_in(world, other)
    world.front(page)
    expect(cover(page)).not_to_be_visible()
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    assert page.evaluate("wagtailConfig.CSRF_TOKEN") == token


@pytest.mark.site("hijack")
def test_who_is_hijacked_is_signed_out_like_anybody(world: Visit, journey: Journey) -> None:
    page = begin(world, journey)
    page.evaluate(
        """() => {
            const form = document.querySelector("form:has([name=name])");
            form.action = "/hijack/acquire/";
            form.innerHTML += '<input name="user_pk" value="2"><input name="next" value="/form/">';
            form.submit();
        }"""
    )
    expect(page.locator(".djhj")).to_contain_text("other")
    world.rest(page, WARN + 10)
    expect_warned(page)
    world.rest(page, EXPIRE - WARN + 90)
    expect(page).to_have_url(re.compile("/login/"))
    journey.sign_in(world, page)
    expect(page.locator(".djhj")).to_have_count(0)


def edit(world: Visit, page: Page, text: str) -> str:
    """Change the title of a page; and how its saving by itself has ended."""
    page.evaluate(function("page/packages.js", "hearAutosave"))
    world.advance(5)  # Wagtail takes what is there after two seconds for what was there before
    page.locator("[name=title]").fill(text)
    world.advance(5)
    return str(page.evaluate("autosaved"))


@pytest.mark.site("wagtail")
def test_a_page_that_has_saved_itself_is_left_and_one_that_could_not_is_locked(
    world: Visit, journey: Journey
) -> None:
    page = begin(world, journey)
    page.goto(f"{world.url}/cms/pages/2/edit/")
    assert edit(world, page, "A title") == "w-autosave:success"
    world.rest(page, EXPIRE + 90)
    expect(page).to_have_url(re.compile("/cms/login/"))

    journey.sign_in(world, page)
    expect(page.locator("[name=title]")).to_have_value("A title")
    assert edit(world, page, "") == "w-autosave:error"
    world.rest(page, EXPIRE + 90)
    expect(cover(page)).to_be_visible()
