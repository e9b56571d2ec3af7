"""Whoever is idle is warned in all tabs, and stays by the simplest of acts."""

import pytest
from playwright.sync_api import Page
from pytest_django.fixtures import Settings

from tests.browser.expecting import expect
from tests.browser.world import (
    World,
    act_by_key,
    counter,
    cover,
    events,
    expect_covered,
    expect_quiet,
    expect_signed_out,
    expect_warned,
    focused,
    move,
    rest,
    said,
    warning,
)


def test_all_tabs_warn_at_the_same_moment_with_one_ping(world: World) -> None:
    one = world.sign_in()
    two, three = world.open("/form/"), world.open("/records/")
    with world.counted() as pings:
        world.advance(29.5, step=5)
        expect_quiet(one, two, three)
        world.advance(0.6, step=0.2)
        expect_warned(one, two, three)
        assert [counter(page).inner_text() for page in (one, two, three)] == ["0:30"] * 3
        world.advance(10)
    assert len(pings) == 1


def test_the_warning_waits_for_the_server_to_confirm(world: World) -> None:
    page = world.sign_in()
    world.hold()
    world.advance(31)
    assert len(world.held) == 1
    expect_quiet(page)
    world.release()
    expect_warned(page)


def test_an_idle_tab_does_not_warn_while_one_types_in_another(world: World) -> None:
    idle = world.sign_in()
    busy = world.open("/form/")
    busy.get_by_label("Patient number").focus()
    for _ in range(15):
        busy.keyboard.type("a")
        world.advance(5, step=5)
        expect(warning(idle)).not_to_be_visible()
    assert "warn" not in events(idle) + events(busy)
    assert world.server_idle < 20


@pytest.mark.parametrize("act", ["key", "mouse", "press", "wheel"])
def test_an_act_in_one_tab_dismisses_the_warning_in_all_at_once(world: World, act: str) -> None:
    one = world.sign_in()
    two = world.open()
    world.front(one)
    world.advance(31)
    expect_warned(one, two)
    if act == "key":
        act_by_key(one)
    elif act == "mouse":
        move(one)
    elif act == "press":
        one.mouse.click(3, 3)
    else:
        one.mouse.wheel(0, 10)
    # No time passes on any clock, but where the mouse may be on its way to a button.
    expect_quiet(two)
    world.settle()
    assert world.server_idle == 0
    assert events(one) == events(two) == ["warn", "extend"]
    if act in ("mouse", "wheel"):
        expect_warned(one)
        expect(counter(one)).to_have_text("1:00")
        rest(world)
    expect_quiet(one)


def test_the_other_tabs_warning_is_gone_within_100_ms(world: World) -> None:
    two = world.sign_in()
    one = world.open()
    world.advance(31)
    expect_warned(one, two)
    act_by_key(one)
    expect_quiet(one, two)
    took = two.evaluate("marks['session-security:extend']") - one.evaluate("marks.keydown")
    assert 0 <= took < 100


def test_stay_signed_in_by_the_button(world: World) -> None:
    page = world.sign_in()
    world.advance(45)
    page.get_by_role("button", name="Stay signed in").click()
    expect_quiet(page)
    world.settle()
    assert world.server_idle == 0
    world.advance(29)
    expect_quiet(page)


def test_escape_stays_each_time(world: World) -> None:
    page = world.sign_in()
    for _ in range(3):  # without any act in between, which browsers look for
        world.advance(31)
        expect_warned(page)
        page.keyboard.press("Escape")
        expect_quiet(page)
        world.settle()
        assert world.server_idle == 0


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_focus_is_on_staying(world: World, key: str) -> None:
    page = world.sign_in()
    world.advance(31)
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    page.keyboard.press(key)
    expect_quiet(page)
    world.settle()
    assert world.server_idle == 0


def test_signing_out_by_keyboard_alone_is_a_post(world: World) -> None:
    other = world.sign_in()
    page = world.open()
    world.advance(31)
    page.keyboard.press("Tab")
    expect(warning(page).get_by_role("button", name="Sign out")).to_be_focused()
    expect_warned(page)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{world.url}/")
    assert "POST /logout/" in world.loads
    world.settle()
    world.advance(3)
    world.front(other)
    expect_signed_out(world, other)


@pytest.mark.parametrize("how", ["button", "Escape", "a"])
def test_focus_caret_and_scroll_are_where_they_were(world: World, how: str) -> None:
    page = world.sign_in(path="/form/")
    field = page.get_by_label("Symptoms")
    field.fill("coughs for a week")
    for key in ("Home", *["ArrowRight"] * 7, *["Shift+ArrowRight"] * 3):
        page.keyboard.press(key)
    field.evaluate("field => scrollTo(0, field.getBoundingClientRect().top + scrollY - 200)")
    scrolled = page.evaluate("scrollY")
    assert scrolled > 0
    world.advance(45)
    expect_warned(page)
    if how == "button":
        page.get_by_role("button", name="Stay signed in").click()
    else:
        page.keyboard.press(how)
    expect_quiet(page)
    assert focused(page) == "id_symptoms"
    assert page.evaluate("scrollY") == scrolled
    if how != "a":
        caret = field.evaluate("field => [field.selectionStart, field.selectionEnd]")
        assert caret == [7, 10]


def test_a_character_typed_at_the_warning_is_not_lost(world: World) -> None:
    page = world.sign_in(path="/form/")
    field = page.get_by_label("Symptoms")
    field.focus()
    page.keyboard.type("cou")
    world.advance(45)
    expect_warned(page)
    page.keyboard.type("ghs")
    expect_quiet(page)
    expect(field).to_have_value("coughs")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_key_on_the_button_neither_submits_nor_types(world: World, key: str) -> None:
    page = world.sign_in(path="/form/")
    field = page.get_by_label("Patient number")
    field.focus()
    page.keyboard.type("P-204817")
    world.advance(45)
    expect_warned(page)
    loads = len(world.loads)
    page.keyboard.press(key)
    expect_quiet(page)
    world.settle()
    expect(field).to_be_focused()
    expect(field).to_have_value("P-204817")
    assert len(world.loads) == loads


def test_the_countdown_is_shown_each_second_and_spoken_seldom(
    world: World, settings: Settings
) -> None:
    settings.SESSION_SECURITY_EXPIRE_AFTER = 200
    settings.SESSION_SECURITY_WARN_AFTER = 65
    page = world.sign_in()
    world.advance(65, step=5)
    world.advance(0.2)
    expect_warned(page)
    shown = []
    for _ in range(134):
        shown.append(counter(page).inner_text())
        world.advance(1)
    assert shown == [f"{left // 60}:{left % 60:02}" for left in range(135, 1, -1)]
    assert said(page) == [
        "2 minutes 15 seconds", "2 minutes", "1 minute", "30 seconds", "20 seconds", "10 seconds",
    ]  # fmt: skip


def test_the_countdown_counts_time_and_not_ticks(world: World) -> None:
    page = world.sign_in()
    world.advance(31)
    world.sleep(20.5)
    expect(counter(page)).to_have_text("0:09")


def test_with_require_confirm_only_the_button_or_escape_extends(
    world: World, settings: Settings
) -> None:
    settings.SESSION_SECURITY_REQUIRE_CONFIRM = True
    other = world.sign_in()
    page = world.open()
    world.advance(31)
    expect_warned(page, other)
    for act in (act_by_key, move):
        act(page)
        expect_warned(page, other)
    page.mouse.wheel(0, 10)
    page.mouse.click(3, 3)
    world.advance(2)
    expect_warned(page, other)
    assert 32 < world.server_idle < 34
    expect(warning(page)).to_contain_text("Do you want to stay signed in?")
    page.get_by_role("button", name="Stay signed in").click()
    expect_quiet(page, other)
    world.advance(31)
    expect_warned(page, other)
    page.keyboard.press("Escape")
    expect_quiet(page, other)
    world.advance(31)
    expect_warned(page, other)
    page.evaluate("sessionSecurity.activity()")
    expect_quiet(page, other)
    world.settle()
    assert world.server_idle == 0


def test_with_require_confirm_acts_before_the_warning_still_count(
    world: World, settings: Settings
) -> None:
    settings.SESSION_SECURITY_REQUIRE_CONFIRM = True
    page = world.sign_in()
    for _ in range(8):
        world.advance(10, step=5)
        act_by_key(page)
    expect_quiet(page)


def test_the_final_warning_can_be_put_aside_but_not_put_off(
    world: World, settings: Settings
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 100
    page = world.sign_in(path="/form/")
    for _ in range(6):
        world.advance(10, step=5)
        act_by_key(page)
    world.advance(11)  # 71 s: the age ends in 29, the idleness in 49
    expect_warned(page)
    expect(warning(page)).to_contain_text("can't be extended")
    expect(warning(page).get_by_role("button", name="Stay signed in")).not_to_be_visible()
    move(page)
    world.advance(2)
    expect_warned(page)
    page.get_by_role("button", name="Back to the page").click()
    expect_quiet(page)
    page.get_by_label("Symptoms").fill("typed after")
    world.advance(10)
    expect_quiet(page)
    page.get_by_label("Symptoms").fill("")
    world.advance(10)
    expect_quiet(page)
    world.advance(8)
    expect_signed_out(world, page)
    expect(page.locator("#messages")).to_contain_text("time limit")


def test_the_warning_can_be_cancelled_by_the_site(world: World) -> None:
    page = world.sign_in()
    page.evaluate("addEventListener('session-security:warn', (event) => event.preventDefault())")
    world.advance(50, step=2)
    expect_quiet(page)
    assert events(page) == ["warn"]
    world.advance(11)
    expect_signed_out(world, page)


def test_the_end_tells_its_reason(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("unsaved")
    world.advance(65, step=2.5)
    expect(cover(page)).to_be_visible()
    assert events(page) == ["warn", "expire idle", "lock"]


def test_a_site_that_cancels_expire_decides_itself(world: World) -> None:
    page = world.sign_in()
    page.evaluate("addEventListener('session-security:expire', (event) => event.preventDefault())")
    world.advance(65, step=2.5)
    expect_covered(page)
    expect(page).to_have_url(f"{world.url}/records/")


def test_it_can_be_read_where_the_site_has_small_text(world: World) -> None:
    page = world.sign_in()
    page.evaluate("document.body.style.fontSize = '10px'")
    world.advance(31)
    expect_warned(page)
    expect(warning(page)).to_have_css("font-size", "14px")


def test_two_includes_make_one_warning(world: World) -> None:
    def twice(route):  # type: ignore[no-untyped-def]
        response = route.fetch(max_redirects=0)
        html = response.text()
        start = html.index('<link rel="stylesheet" href="/static/session_security')
        include = html[start : html.index("</body>")]
        route.fulfill(response=response, body=html.replace("</body>", f"{include}</body>"))

    world.context.route("**/records/", twice)
    page = world.sign_in()
    warnings = page.locator("#session_security_warning[open]")
    with world.counted() as pings:
        world.advance(31)
        expect(warnings).to_have_count(1)
        act_by_key(page)
        expect(warnings).to_have_count(0)
    assert len(pings) == 2
    assert events(page) == ["warn", "extend"]


OLD_DIALOG = """
<div id="session_security_warning" class="session_security_overlay" style="display:none">
  <div class="session_security_modal">
    <h3>Your session is about to expire</h3>
    <p>Click or type to extend your session.</p>
  </div>
</div>
"""


def test_a_dialog_template_from_2_x_works(world: World) -> None:
    import re

    def old(route):  # type: ignore[no-untyped-def]
        response = route.fetch(max_redirects=0)
        dialog = re.compile(r'<dialog id="session_security_warning".*?</dialog>', re.DOTALL)
        headers = {k: v for k, v in response.headers.items() if k != "content-security-policy"}
        body = dialog.sub(OLD_DIALOG, response.text())
        route.fulfill(response=response, headers=headers, body=body)

    world.context.route("**/records/", old)
    other = world.sign_in()
    page = world.open()
    world.advance(31)
    expect_warned(page, other)
    act_by_key(page)
    expect_quiet(page, other)
    world.advance(31)
    expect_warned(page, other)
    page.keyboard.press("Escape")
    expect_quiet(page, other)
    world.advance(66, step=2.5)
    expect_signed_out(world, page, other)


def test_the_admin_warns(world: World) -> None:
    page = world.sign_in(path="/admin/")
    world.advance(31)
    expect_warned(page)
    expect(warning(page).get_by_role("button", name="Log out")).to_be_visible()  # as it says
    act_by_key(page)
    expect_quiet(page)
    world.advance(61, step=2.5)
    expect(page).to_have_url(f"{world.url}/admin/login/?next=/admin/")


def test_nobody_signed_in_means_no_element(world: World, page: Page) -> None:
    home = world.open("/")
    expect(home.locator("session-security")).to_have_count(0)
    assert home.evaluate("window.sessionSecurity") is None
