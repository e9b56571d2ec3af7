"""No single key or click throws work away, and no page is covered for being turned to."""

import pytest
from playwright.sync_api import Dialog, Locator, Page

from tests.browser.expecting import expect
from tests.browser.test_lock import sign_in_again, sign_in_link
from tests.browser.world import (
    World,
    cover,
    events,
    expect_covered,
    expect_quiet,
    expect_signed_out,
    expect_warned,
    warning,
)


def typed(world: World) -> Page:
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("half a form")
    return page


def in_doubt(world: World) -> Page:
    """A page whose time is up, with something typed in it, and no server to ask."""
    page = typed(world)
    world.cut()
    world.advance(61, step=2)
    expect_covered(page)
    return page


def button(page: Page, name: str) -> Locator:
    return cover(page).get_by_role("button", name=name)


def is_kept(page: Page) -> bool:
    return bool(page.evaluate("window.id_symptoms?.value") == "half a form")


def heading(page: Page) -> Locator:
    return cover(page).get_by_role("heading")


@pytest.mark.parametrize("seconds", [0, 12])
def test_in_doubt_no_single_key_or_click_does_anything(world: World, seconds: int) -> None:
    page = in_doubt(world)
    world.advance(seconds)
    expect(heading(page)).to_have_text("This page is hidden", use_inner_text=True)
    expect(heading(page)).to_be_focused()
    loads = len(world.loads)
    for key in ("Enter", "Space", "Escape", "Escape", "a"):
        page.keyboard.press(key)
        world.settle()
        expect_covered(page)
    page.mouse.click(3, 3)
    heading(page).click()
    expect_covered(page)
    assert is_kept(page)
    assert len(world.loads) == loads


def test_in_doubt_a_way_out_comes_after_a_while_and_is_not_pressed_by_chance(world: World) -> None:
    page = in_doubt(world)
    expect(cover(page).locator("button:visible, a:visible")).to_have_count(0)
    world.advance(10)
    expect(cover(page)).to_contain_text("We can't check whether you are signed in")
    expect(button(page, "Leave this page")).to_be_visible()
    expect(heading(page)).to_be_focused()


@pytest.mark.parametrize("is_locked", [False, True], ids=["in doubt", "locked"])
def test_leaving_work_is_asked_first_and_can_be_taken_back(world: World, is_locked: bool) -> None:
    page = in_doubt(world)
    world.advance(12)
    if is_locked:
        world.mend()
        world.advance(4)
        expect(sign_in_link(page)).to_be_visible()
    for way_back in ("Enter", "Escape"):
        button(page, "Leave this page").focus()
        page.keyboard.press("Enter")
        expect(cover(page)).to_contain_text("If you leave, it will be lost.")
        expect(button(page, "Stay on this page")).to_be_focused()
        page.keyboard.press(way_back)
        expect(button(page, "Leave this page")).to_be_visible()
        expect(button(page, "Leave and lose my work")).not_to_be_visible()
        assert is_kept(page)
    world.advance(1)
    button(page, "Leave this page").click()
    world.advance(1)
    world.mend()
    button(page, "Leave and lose my work").click()
    expect_signed_out(world, page)


def test_a_double_click_on_leaving_is_not_the_answer(world: World) -> None:
    page = in_doubt(world)
    world.advance(12)
    place = button(page, "Leave this page").bounding_box()
    assert place
    for across in (0.05, 0.3, 0.5, 0.7, 0.95):
        page.mouse.dblclick(place["x"] + across * place["width"], place["y"] + 10)
        assert is_kept(page)
        expect(button(page, "Leave and lose my work")).to_be_visible()
        world.advance(1)
        button(page, "Stay on this page").click()


def test_without_work_one_click_leaves(world: World) -> None:
    page = world.sign_in()
    world.cut()
    world.advance(72, step=2)
    expect_covered(page)
    world.mend()
    button(page, "Leave this page").click()
    expect_signed_out(world, page)


def refuse(page: Page) -> list[str]:
    """Have the site ask before the page is left, and the person stay; return what was asked."""
    page.evaluate("addEventListener('beforeunload', (event) => event.preventDefault())")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return asked


def test_a_page_that_its_user_kept_by_the_site_s_own_prompt_is_locked(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.get_by_role("heading", level=1).click()
    asked = refuse(page)
    world.advance(61, step=2)
    expect_covered(page)
    assert asked == ["beforeunload"]
    world.advance(4)
    expect(sign_in_link(page)).to_be_visible()
    assert events(page) == ["warn", "expire idle", "lock"]
    sign_in_again(world, page)
    world.front(page)
    expect_quiet(page)
    assert asked == ["beforeunload"]


def test_a_page_that_was_kept_has_its_whole_address_again(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.evaluate("location.hash = '#notes'")
    page.get_by_role("heading", level=1).click()
    refuse(page)
    world.advance(66, step=2)
    expect(sign_in_link(page)).to_be_visible()
    expect(page).to_have_url(f"{world.url}/form/#notes")


def test_signing_out_in_the_warning_asks_if_work_would_be_lost(world: World) -> None:
    page = typed(world)
    asked = refuse(page)
    world.advance(31)
    expect_warned(page)
    with page.expect_event("dialog"):
        warning(page).get_by_role("button", name="Sign out").click()
    world.settle()
    assert asked == ["beforeunload"]
    assert is_kept(page)
    assert "POST /logout/" not in world.loads
    warning(page).get_by_role("button", name="Stay signed in").click()
    expect_quiet(page)


def test_a_page_is_not_covered_for_being_turned_to(world: World) -> None:
    page = world.sign_in()
    other = world.open()
    world.advance(20, step=5)  # more than a fifth of the timeout
    world.hold()
    world.front(page)
    page.evaluate("dispatchEvent(new Event('focus'))")
    assert world.held
    expect_quiet(page)
    world.front(other)
    world.front(page)
    expect_quiet(page)
    world.release()
    expect_quiet(page)


def test_a_page_that_was_turned_to_is_covered_when_the_server_says_so(world: World) -> None:
    page = world.sign_in()
    world.open("/form/")
    world.advance(20, step=5)
    world.session.flush()
    world.front(page)
    world.advance(1)
    expect_signed_out(world, page)


def test_a_form_that_a_script_refuses_to_send_is_not_left_unasked(world: World) -> None:
    page = typed(world)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Symptoms").press("End")  # or the browser asks nobody
    page.evaluate(
        """() => {
            const form = document.querySelector("#order-form");
            form.noValidate = true;
            form.addEventListener("submit", (event) => event.preventDefault());
            form.requestSubmit();
            location.reload();
        }"""
    )
    for _ in range(100):
        if asked:
            break
        page.wait_for_timeout(20)
    assert asked == ["beforeunload"]
    assert is_kept(page)
