"""Time is up: an untouched page is left, unsaved input is kept, and nothing can be read."""

import re

import pytest
from playwright.sync_api import Dialog, Page, Route
from pytest_django.fixtures import Settings

from tests.browser.expecting import expect
from tests.browser.scripts import function
from tests.browser.world import (
    World,
    act_by_key,
    cover,
    events,
    expect_covered,
    expect_quiet,
    expect_signed_out,
    prompts,
)


def test_an_untouched_page_is_left_in_every_tab_and_next_brings_back(world: World) -> None:
    one = world.sign_in()
    two = world.open("/monitor/")
    world.advance(61, step=2)
    expect(one).to_have_url(f"{world.url}/login/?next=/records/")
    expect(two).to_have_url(f"{world.url}/login/?next=/monitor/")
    said = [page.locator("#messages").count() for page in (one, two)]
    assert sum(said) >= 1
    for page in (one, two):
        if page.locator("#messages").count():
            expect(page.locator("#messages")).to_contain_text("no activity")
    world.front(two)
    world.fill_in_login(two)
    expect(two).to_have_url(f"{world.url}/monitor/")
    expect(one).to_have_url(f"{world.url}/records/")  # by itself
    expect_quiet(one, two)
    world.advance(29, step=5)
    expect_quiet(two)


def two_at_the_login_page(world: World) -> tuple[Page, Page]:
    one, two = world.sign_in(path="/records/#third"), world.open("/monitor/")
    world.advance(61, step=2)
    expect_signed_out(world, one, two)
    return one, two


def test_a_login_page_that_slept_goes_on_when_it_is_turned_to(world: World) -> None:
    one, two = two_at_the_login_page(world)
    world.give_cookie("demo")
    expect_signed_out(world, one)
    world.front(one)
    expect(one).to_have_url(f"{world.url}/records/#third")
    expect(two).to_have_url(f"{world.url}/monitor/")  # it hears of the first


def test_a_login_page_stays_as_long_as_nobody_is_signed_in(world: World) -> None:
    one, two = two_at_the_login_page(world)
    world.front(one)
    world.front(two)
    expect_signed_out(world, one, two)


WRITE = """() => {
  const field = document.createElement("textarea");
  field.value = "Dear all";
  document.body.append(field);
}"""


# A library has put another page there, or somebody writes to the people of the site.
@pytest.mark.parametrize("script", ["document.body.replaceChildren()", WRITE], ids=["gone", "text"])
def test_what_is_no_waiting_login_page_any_more_stays(world: World, script: str) -> None:
    one, _ = two_at_the_login_page(world)
    one.evaluate(script)
    world.give_cookie("demo")
    world.front(one)
    expect_signed_out(world, one)


def unsaved(world: World) -> Page:
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("half a form")
    page.get_by_label("Symptoms").press("End")
    return page


def test_unsaved_input_is_covered_and_kept_and_cannot_be_read(world: World) -> None:
    page = unsaved(world)
    world.advance(62, step=2)
    expect_covered(page)
    assert page.locator("body").inner_text().startswith("You have been signed out")
    expect(page.get_by_label("Symptoms")).not_to_be_visible()
    for key in ("Escape", "Escape", "Tab", "Tab", "a", "Escape"):
        page.keyboard.press(key)
        expect_covered(page)
    assert page.evaluate("id_symptoms.value") == "half a form"
    focus = "[document.body, ...document.querySelectorAll('#session_security_cover *')]"
    assert page.evaluate(f"{focus}.includes(document.activeElement)")
    page.mouse.click(300, 300)
    world.advance(120, step=20)
    expect_covered(page)


def test_it_is_uncovered_when_the_same_user_is_back(world: World) -> None:
    page = unsaved(world)
    world.advance(62, step=2)
    expect_covered(page)
    other = world.open("/records/")
    world.fill_in_login(other)
    expect_quiet(page)
    assert page.evaluate("id_symptoms.value") == "half a form"
    world.front(page)
    page.keyboard.type(" more")
    expect(page.get_by_label("Symptoms")).to_have_value("half a form more")
    world.advance(29, step=5)
    expect_quiet(page, other)
    world.advance(40, step=1)  # the steps of 5 s before made the server's act seem later
    expect_covered(page)
    expect_signed_out(world, other)


def test_it_waits_covered_for_its_own_user_when_another_signs_in(world: World) -> None:
    page = unsaved(world)
    world.advance(62, step=2)
    other = world.open("/records/")
    world.fill_in_login(other, "other")
    world.advance(2)
    world.front(page)
    world.advance(2)
    expect_covered(page)
    world.front(other)
    other.locator("#sign-out").click()
    other.goto(f"{world.url}/login/?next=/records/")
    world.advance(1)  # no two sign-ins are at the same moment
    world.fill_in_login(other)
    world.front(page)
    world.advance(2)
    expect_quiet(page)
    expect(page.get_by_label("Symptoms")).to_have_value("half a form")


def test_half_a_form_is_locked_when_another_user_signs_in_meanwhile(world: World) -> None:
    """As when somebody takes over the account of another, and comes back."""
    page = unsaved(world)
    world.advance(1)
    other = world.open()
    other.locator("#sign-out").click()
    other.goto(f"{world.url}/login/?next=/records/")
    world.advance(1)
    world.fill_in_login(other, "other")
    world.front(page)
    world.advance(2.5)
    expect_covered(page)
    assert page.evaluate("id_symptoms.value") == "half a form"


@pytest.mark.parametrize("part", ["#/orders/5", "#"], ids=["one", "an empty one"])
def test_the_part_after_the_hash_is_there_after_signing_in_again(world: World, part: str) -> None:
    page = world.sign_in()
    page.evaluate("part => history.replaceState(null, '', part)", part)
    world.advance(62)
    expect_signed_out(world, page)
    # A browser may drop a # that nothing follows where it is led elsewhere.
    part = part.rstrip("#")
    address = page.evaluate("location.href").rstrip("#")
    assert address == f"{world.url}/login/?next=/records/{part}"
    world.fill_in_login(page)
    expect_quiet(page)
    assert page.evaluate("location.href").rstrip("#") == f"{world.url}/records/{part}"


def test_leaving_the_covered_page_asks_once(world: World) -> None:
    page = unsaved(world)
    dialogs: list[Dialog] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog))
    world.advance(62, step=2)
    cover(page).get_by_role("button", name="Leave this page").click()
    expect(cover(page)).to_contain_text("If you leave, it will be lost.")
    world.advance(1)  # the second click of a double one would be swallowed
    cover(page).get_by_role("button", name="Leave and lose my work").click()
    expect_signed_out(world, page)
    assert dialogs == []


@pytest.mark.parametrize("policy", ["lock", "leave"])
def test_the_site_may_say_what_becomes_of_the_page(
    world: World, settings: Settings, policy: str
) -> None:
    settings.SESSION_SECURITY_ON_EXPIRE = policy
    page = unsaved(world) if policy == "leave" else world.sign_in()
    dialogs: list[Dialog] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog))
    world.advance(62, step=2)
    if policy == "leave":
        expect_signed_out(world, page)
    else:
        expect_covered(page)
    assert dialogs == []


def stale(world: World, **headers: str) -> Page:
    """A page that a cache answers with for ever; its own time was up when it was stored."""
    page = world.sign_in()
    old = page.request.get(f"{world.url}/records/")
    body = re.sub(r'"idle": [\d.]+', '"idle": 61', old.text())

    def answer(route: Route) -> None:
        route.fulfill(response=old, headers={**old.headers, **headers}, body=body)

    world.context.route("**/records/", answer)
    world.advance(45, step=2.5)
    return page


@pytest.mark.parametrize("referrer", ["same-origin", "no-referrer"])
def test_an_old_page_from_a_cache_is_no_loop(world: World, referrer: str) -> None:
    page = stale(world, **{"referrer-policy": referrer})
    loads = len(world.loads)
    world.advance(16, step=2)
    for _ in range(8):
        world.advance(1)
    assert len(world.loads) - loads <= 3
    expect_covered(page)


def test_a_page_that_stays_for_a_loop_can_still_be_left(world: World) -> None:
    page = stale(world)
    world.advance(20, step=2)
    expect_covered(page)
    world.context.unroute("**/records/")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect_covered(page)
    cover(page).get_by_role("button", name="Leave this page").click()
    expect_signed_out(world, page)


@pytest.mark.parametrize("in_session", [False, True], ids=["cookie", "session"])
def test_redirect_to_logout_posts_to_the_logout_url_in_every_tab(
    world: World, settings: Settings, in_session: bool
) -> None:
    settings.SESSION_SECURITY_REDIRECT_TO_LOGOUT = True
    settings.CSRF_USE_SESSIONS = in_session
    asked: list[str] = []
    world.context.on("request", lambda request: asked.append(request.post_data or ""))
    one = world.sign_in()
    two = world.open()
    world.advance(62, step=2)
    for page in (one, two):
        expect(page).to_have_url(f"{world.url}/")
    assert world.loads.count("POST /logout/") == 2
    # One after the other: the session that one ends may hold the other's token.
    words = [data.partition("=")[0] for data in asked if "token" in data]
    assert words == ["token", "csrfmiddlewaretoken"] * 2


@pytest.mark.parametrize("in_session", [False, True], ids=["cookie", "session"])
def test_signing_out_in_the_warning_works_with_every_csrf_setting(
    world: World, settings: Settings, in_session: bool
) -> None:
    settings.CSRF_USE_SESSIONS = in_session
    settings.CSRF_COOKIE_HTTPONLY = True
    page = world.sign_in()
    world.advance(31)
    page.locator("#session_security_warning").get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{world.url}/")


def test_the_answer_to_a_form_is_not_sent_again(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.evaluate("document.querySelector('#order-form').noValidate = true")
    page.get_by_role("button", name="Save the order").click()
    world.settle()
    assert world.loads.count("POST /form/") == 1
    world.advance(62, step=2)
    expect_covered(page)  # what was sent is only there
    cover(page).get_by_role("button", name="Leave this page").click()
    world.advance(1)
    cover(page).get_by_role("button", name="Leave and lose my work").click()
    expect(page).to_have_url(f"{world.url}/login/?next=/form/")
    assert world.loads.count("POST /form/") == 1


def test_the_prompt_is_there_only_while_a_form_is_unsaved(world: World) -> None:
    page = world.sign_in(path="/form/")
    symptoms = page.get_by_label("Symptoms")
    assert not prompts(page)
    symptoms.fill("typed")
    assert prompts(page)
    symptoms.fill("")
    assert not prompts(page)
    page.get_by_label("Ward").select_option("surgery")
    assert prompts(page)
    page.get_by_label("Ward").select_option("")
    assert not prompts(page)
    page.get_by_label("The patient has fasted").check()
    assert prompts(page)
    page.evaluate("document.querySelector('#order-form').reset()")
    assert not prompts(page)
    symptoms.fill("typed")
    page.evaluate(function("page/unsaved.js", "submitInVain"))
    assert prompts(page)  # nothing was sent


def test_the_prompt_is_a_real_one(world: World) -> None:
    page = unsaved(world)
    dialogs: list[str] = []

    def stay(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Records").click(no_wait_after=True)
    assert dialogs == ["beforeunload"]
    expect(page).to_have_url(f"{world.url}/form/")


def test_visits_that_replace_the_body_leave_one_element_at_work(world: World) -> None:
    page = world.sign_in()
    for _ in range(2):
        world.advance(5, step=5)
        swap(page)
    expect(page.locator("session-security")).to_have_count(1)
    with world.counted() as pings:
        world.advance(31)
    assert len(pings) == 1
    assert events(page) == ["warn"]
    act_by_key(page)
    expect_quiet(page)
    assert events(page) == ["warn", "extend"]


def swap(page: Page) -> None:
    """Put a copy of the body in its place, as Turbo does."""
    page.evaluate(function("page/bodies.js", "replaceBody"))


def test_without_javascript_the_server_still_ends_the_session(world: World) -> None:
    page = world.sign_in()
    world.traveller.shift(61)
    answer = page.request.get(f"{world.url}/records/")
    assert "/login/" in answer.url
    assert "no activity" in answer.text()


def test_a_late_form_that_is_shown_to_its_sender_is_hidden_at_the_next_end(world: World) -> None:
    page = world.sign_in(path="/form/")
    token = page.locator("#order-form [name=csrfmiddlewaretoken]").input_value()
    world.traveller.shift(62)
    late: dict[str, str | float | bool] = {"symptoms": "A rash", "csrfmiddlewaretoken": token}
    headers = {"Accept": "text/html", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
    world.context.request.post(f"{world.url}/form/", form=late, headers=headers)
    page.goto(f"{world.url}/login/")
    world.fill_in_login(page)
    expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
    world.advance(62, step=2)
    expect_signed_out(world, page)
    world.fill_in_login(page)
    expect(page.locator("main")).to_contain_text("A rash")
