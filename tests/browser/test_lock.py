"""Time is up and the form is half full: it is locked, its user signs in again, and goes on."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import APIResponse, Dialog, Locator, Page, Route
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from example.models import Order
from tests.browser.expecting import expect
from tests.browser.scripts import function
from tests.browser.test_access import violations
from tests.browser.traffic import PING
from tests.browser.world import (
    World,
    cover,
    events,
    expect_covered,
    expect_quiet,
    expect_signed_out,
    expect_warned,
    focused,
    move,
    prompts,
    rest,
    warning,
)

STILL_HERE = "Your work on this page is safe. Sign in again with the same account to continue."
ANSWERS = {
    "Patient number": "P-204817",
    "Ward": "surgery",
    "Kind of sample": "blood",
    "Collected on": "2030-01-15",
    "Volume": "12",
    "Symptoms": "Fever since Monday, a rash since this morning.",
    "Medication": "None.",
    "Question": "Measles?",
}


def fill(page: Page) -> None:
    """Fill in the whole long form."""
    form = page.locator("#order-form")
    for label, value in ANSWERS.items():
        field = form.get_by_label(re.compile(f"^{label}", re.IGNORECASE))
        if field.evaluate("(field) => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.get_by_label("At once").check()
    form.get_by_label("The patient has fasted").check()
    form.get_by_label("Attach a file").set_input_files(
        {"name": "rash.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture"}
    )


def arrived(order: Order) -> None:
    """Everything of `fill` is in the record."""
    kept = (order.patient, order.ward, order.sample, order.priority, order.fasting)
    assert kept == ("P-204817", "surgery", "blood", "now", True)
    assert (order.symptoms, order.medication, order.question) == tuple(ANSWERS.values())[-3:]
    assert (str(order.collected_on), order.volume) == ("2030-01-15", 12)
    assert order.attachment == "rash.jpg"


def locked(world: World) -> Page:
    """A page whose time is up, with something typed in it."""
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("half a form")
    world.advance(62, step=2)
    expect_covered(page)
    expect(sign_in_link(page)).to_be_visible()
    return page


def lock_while_another_is_offline(world: World, page: Page) -> None:
    world.advance(62, step=3)
    for _ in range(20):  # the other one may ask first, several times
        if sign_in_link(page).is_visible():
            return
        world.advance(1)
    pytest.fail("It is not locked.")


def sign_in_link(page: Page) -> Locator:
    return cover(page).get_by_role("link", name="Sign in again")


def follow(world: World, page: Page, link: Locator | None = None) -> Page:
    """Open the login page by the link in the cover; return the tab, which is in front."""
    with world.context.expect_page() as opened:
        (link or sign_in_link(page)).click()
    tab = opened.value
    tab.wait_for_load_state()
    return world.front(tab)


def sign_in_again(world: World, page: Page, username: str = "demo") -> Page:
    tab = follow(world, page)
    expect(tab).to_have_url(re.compile(r"/login/\?next=/session_security/resume/%3FsignIn%3D"))
    world.fill_in_login(tab, username)
    expect(tab.get_by_role("heading", name="You are signed in")).to_be_visible()
    expect(tab.locator("main")).to_contain_text(username)
    return tab


def heard(page: Page) -> list[str]:
    """All that a screen reader finds in the page, by the browser's accessibility tree."""
    session = page.context.new_cdp_session(page)
    tree: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    nodes = {node["nodeId"]: node for node in tree}

    def read(node: dict[str, Any]) -> Iterator[str]:
        name, role = node.get("name", {}).get("value"), node["role"]["value"]
        if name and not node["ignored"]:
            states = {state["name"]: state["value"].get("value") for state in node["properties"]}
            mark = " (focused)" if states.get("focused") and role != "RootWebArea" else ""
            yield name if role == "StaticText" else f"{role}: {name}{mark}"
            if role in ("link", "button", "heading", "StaticText"):
                return  # what is in it is its name
        for child in node["childIds"]:
            yield from read(nodes[child])

    return list(read(tree[0]))


# --- the whole way ------------------------------------------------------------------------------


@pytest.mark.parametrize("in_session", [False, True], ids=["cookie", "session"])
def test_two_forms_one_tab_offline_sign_in_again_and_both_arrive(
    world: World, settings: Settings, in_session: bool
) -> None:
    settings.CSRF_USE_SESSIONS = in_session
    one = world.sign_in(path="/form/")
    fill(one)
    two = world.open("/form/")
    fill(two)
    two.route("**/session_security/**", lambda route: route.abort())
    lock_while_another_is_offline(world, one)
    expect_covered(one, two)
    tab = sign_in_again(world, one)
    expect_quiet(one)
    expect_covered(two)
    world.advance(2)
    assert tab.is_closed()
    two.unroute_all()
    world.front(two)
    world.advance(8)
    expect_quiet(two)
    for page in (one, two):
        world.front(page)
        page.locator("#save").click()
        expect(page.locator("#messages")).to_contain_text("Saved.")
    assert Order.objects.count() == 2
    for order in Order.objects.all():
        arrived(order)


def test_a_second_user_in_between_gets_nothing_of_the_first(world: World) -> None:
    one = world.sign_in(path="/form/")
    fill(one)
    two = world.open("/form/")
    fill(two)
    two.route(PING, lambda route: route.abort())
    lock_while_another_is_offline(world, one)
    expect_covered(one, two)
    sign_in_again(world, one, "other")
    two.unroute_all()
    for page in (one, two):
        world.front(page)
        world.advance(8)
        expect_covered(page)
        expect(page.get_by_label("Symptoms")).not_to_be_visible()
    assert not Order.objects.exists()
    assert not [load for load in world.loads if load == "POST /form/"]


def test_the_whole_way_by_keyboard_with_what_a_screen_reader_is_told(world: World) -> None:
    page = world.sign_in(path="/form/")
    field = page.get_by_label("Symptoms")
    field.fill("half a form")
    field.press("Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    world.advance(62, step=2)
    expect_covered(page)
    assert heard(page) == [
        "RootWebArea: You have been signed out",
        "alertdialog: You have been signed out",
        "heading: You have been signed out",
        "You were signed out because there was no activity.",
        "Signed out at: ",
        "Jan 15, 2030, 12:01 PM",
        STILL_HERE,
        "link: Sign in again (opens in a new tab) (focused)",
        "button: Leave this page",
    ]
    with world.context.expect_page() as opened:
        page.keyboard.press("Enter")
    tab = opened.value
    tab.wait_for_load_state()
    world.front(tab)
    tab.get_by_label("Username").focus()
    tab.keyboard.type("demo")
    tab.keyboard.press("Tab")
    tab.keyboard.type("demo")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="You are signed in")).to_be_visible()
    world.settle()
    assert heard(tab) == [
        "RootWebArea: You are signed in",
        "heading: You are signed in",
        "Signed in as: ",
        "demo",
        "Your other tabs will continue where you left off. You can close this one.",
        "link: Continue",
    ]
    assert violations(tab) == []
    world.advance(2)
    assert tab.is_closed()
    world.front(page)
    expect_quiet(page)
    assert heard(page)[0].startswith("RootWebArea: Long form")
    assert "textbox: Symptoms (focused)" in heard(page)
    page.keyboard.type(" (new)")
    expect(field).to_have_value("half (new) a form")


# --- what is locked -----------------------------------------------------------------------------


def test_nothing_beneath_can_be_seen_found_printed_or_selected(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.evaluate(function("page/lock.js", "addDefiantNotes"))
    page.get_by_label("Symptoms").fill("half a form")
    world.advance(62, step=2)
    expect_covered(page)
    expect(page).to_have_title("You have been signed out")
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        shown = page.screenshot()
        cover(page).evaluate("(cover) => { cover.style.opacity = 0; }")
        blank = page.screenshot()
        page.evaluate("() => { document.querySelector('main').style.display = 'none'; }")
        assert page.screenshot() == blank != shown
        page.evaluate("() => { document.querySelector('main').style.display = ''; }")
        cover(page).evaluate("(cover) => { cover.style.opacity = 1; }")
    page.emulate_media(media="screen")
    printed = PdfReader(BytesIO(page.pdf()))
    for sheet in printed.pages:
        assert not re.search("Defiant|Symptoms", sheet.extract_text())
    assert not page.evaluate("find('Defiant')")
    assert not page.evaluate("find('Symptoms')")
    page.keyboard.press("Control+A")
    selected = page.evaluate("getSelection().toString()")
    assert "Defiant" not in selected
    assert "Symptoms" not in selected
    page.mouse.move(100, 150)
    page.mouse.down()
    page.mouse.move(600, 500)
    page.mouse.up()
    assert "Symptoms" not in page.evaluate("getSelection().toString()")
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )


def test_scripts_of_the_page_change_nothing_of_that(world: World) -> None:
    page = locked(world)
    page.evaluate(function("page/lock.js", "showNotice"))
    world.settle()
    expect(page).to_have_title("You have been signed out")
    expect(page.get_by_text("A private notice")).not_to_be_visible()
    expect(sign_in_link(page)).to_be_focused()
    page.evaluate("document.querySelector('dialog:not([class])').close()")
    sign_in_again(world, page)
    world.front(page)
    expect(page).to_have_title("3 results of P-204817")
    expect_quiet(page)


def test_scripts_change_nothing_of_that_before_the_server_has_spoken(world: World) -> None:
    page = world.sign_in()
    world.advance(31)
    expect_warned(page)
    world.context.set_offline(True)
    world.advance(31, step=2)
    expect_covered(page)
    assert heard(page) == [
        "RootWebArea: This page is hidden",
        "alertdialog: This page is hidden",
        "heading: This page is hidden (focused)",
        "Checking whether you are still signed in…",
    ]
    page.evaluate("document.title = '3 results of P-204817'")
    world.settle()
    expect(page).to_have_title("This page is hidden")
    world.context.set_offline(False)
    world.advance(4)
    expect_signed_out(world, page)


def test_an_answer_that_was_overtaken_opens_nothing(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("half a form")
    world.advance(26, step=2)
    late: list[tuple[Route, APIResponse]] = []
    world.answer_pings(lambda route: late.append((route, route.fetch())))
    page.evaluate("dispatchEvent(new Event('focus'))")
    while not late:
        page.wait_for_timeout(2)
    world.traveller.shift(4)
    world.context.clock.run_for(4000)
    world.mend()
    Session.objects.all().delete()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(sign_in_link(page)).to_be_visible()
    route, answer = late[0]
    assert answer.json()["state"] == "active"
    route.fulfill(response=answer)
    world.settle()
    expect_covered(page)


THEMES = """
dialog { border-width: 0 !important }
:focus-visible { outline: 9px dotted red !important }
a:not(#menu a) { text-decoration: underline }
"""


def test_what_themes_insist_on_is_not_seen_in_the_dialogs(world: World) -> None:
    page = locked(world)
    page.evaluate(
        """(rules) => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(rules);
            document.adoptedStyleSheets = [sheet];
        }""",
        THEMES,
    )
    expect(cover(page)).to_have_css("border-top-width", "1px")
    expect(cover(page).locator("h2")).not_to_have_css("outline-style", "dotted")
    link = sign_in_link(page)
    expect(link).to_have_css("text-decoration-line", "none")
    link.focus()
    expect(link).to_have_css("outline-style", "solid")


@pytest.mark.parametrize("closed", [False, True], ids=["left alone", "closed by Escape"])
def test_focus_scroll_and_caret_come_back(world: World, closed: bool) -> None:
    page = world.sign_in(path="/form/")
    page.set_viewport_size({"width": 600, "height": 300})
    field = page.get_by_label("Question")
    field.fill("Is it measles?")
    field.evaluate("(field) => field.setSelectionRange(3, 5)")
    before = page.evaluate("scrollY")
    assert before > 0
    world.advance(62, step=2)
    expect_covered(page)
    if closed:  # as the browser does at the second Escape in a row
        page.evaluate("session_security_cover.close()")
        world.settle()
    expect_covered(page)
    sign_in_again(world, page)
    world.front(page)
    assert focused(page) == "id_question"
    assert field.evaluate("(field) => [field.selectionStart, field.selectionEnd]") == [3, 5]
    assert page.evaluate("scrollY") == before


def test_a_caret_in_an_editor_in_a_frame_comes_back(world: World) -> None:
    page = world.sign_in(path="/frame/")
    frame = page.frame_locator("iframe")
    note = frame.locator("textarea, [contenteditable], input").first
    note.click()
    note.press("x")
    world.advance(62, step=2)
    expect_covered(page)
    expect(sign_in_link(page)).to_be_visible()
    sign_in_again(world, page)
    world.front(page)
    page.keyboard.type("y")
    value = note.evaluate("(note) => note.value ?? note.textContent")
    assert "xy" in value


def test_it_says_since_when_also_after_a_sleep(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("half a form")
    world.sleep(3 * 3600)
    world.advance(2)
    expect_covered(page)
    expect(page.locator("#session_security_since")).to_have_text("Jan 15, 2030, 12:01 PM")


def test_a_sign_out_elsewhere_locks_and_says_so(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("half a form")
    other = world.open("/records/")
    other.locator("#sign-out").click()
    world.settle()
    world.front(page)
    world.advance(2.5)
    expect_covered(page)
    expect(cover(page)).to_contain_text("You have been signed out in another tab or window.")
    sign_in_again(world, page)
    expect_quiet(page)


def test_the_answer_to_a_form_is_locked_since_it_holds_what_was_typed(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.evaluate("document.querySelector('#order-form').noValidate = true")
    page.get_by_label("Symptoms").fill("half a form")
    page.get_by_role("button", name="Save the order").click()
    world.settle()
    world.advance(62, step=2)
    expect_covered(page)
    sign_in_again(world, page)
    world.front(page)
    expect_quiet(page)
    expect(page.get_by_label("Symptoms")).to_have_value("half a form")
    assert world.loads.count("POST /form/") == 1


def test_within_a_day_without_anybody_it_lets_go_of_its_content(world: World) -> None:
    page = locked(world)
    dialogs: list[Dialog] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog))
    world.sleep(23 * 3600)
    world.advance(70, step=10)
    expect_covered(page)
    world.sleep(3600)
    world.advance(70, step=10)
    expect_signed_out(world, page)
    assert dialogs == []


# --- signing in again ---------------------------------------------------------------------------


def test_the_new_tab_knows_nothing_of_the_old_and_closes_itself(world: World) -> None:
    page = locked(world)
    tab = follow(world, page)
    assert tab.evaluate("window.opener") is None
    world.fill_in_login(tab)
    world.advance(2)
    assert tab.is_closed()
    assert events(page) == ["warn", "expire idle", "lock", "unlock"]


def test_a_blocked_popup_leaves_the_link_to_the_browser(world: World) -> None:
    page = locked(world)
    page.evaluate("window.open = () => null")
    tab = sign_in_again(world, page)
    expect_quiet(page)
    world.advance(2)
    if not tab.is_closed():
        expect(tab.locator("main")).to_contain_text("You can close this one.")


def test_refused_cookies_keep_the_page_locked(world: World) -> None:
    page = locked(world)

    tab = follow(world, page)
    world.context.clear_cookies()
    tab.get_by_label("Username").fill("demo")
    tab.get_by_label("Password").fill("demo")
    with tab.expect_response("**/login/**") as answer:
        tab.get_by_role("button", name="Sign in").click()
    assert answer.value.status == 403
    world.settle()
    world.noise.clear()  # Django's error page has inline styles
    expect_covered(page)
    assert page.evaluate("id_symptoms.value") == "half a form"


def test_a_tab_that_slept_through_it_all_can_send_its_form(world: World) -> None:
    page = world.sign_in(path="/form/")
    fill(page)
    world.give_cookie("demo")  # no other page tells of it
    world.sleep(20)
    world.advance(15, step=3)  # it asks before it warns, with the old sign-in
    expect_warned(page)
    move(page)
    rest(world)
    expect_quiet(page)
    page.locator("#save").click()
    expect(page.locator("#messages")).to_contain_text("Saved.")
    arrived(Order.objects.get())


def test_tokens_are_renewed_wherever_they_are(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("half a form")
    page.evaluate(function("page/lock.js", "addTokens"))
    old = page.evaluate("document.querySelector('#order-form [name=csrfmiddlewaretoken]').value")
    world.advance(62, step=2)
    sign_in_again(world, page)
    (token,) = page.evaluate("renewed")
    assert token != old
    found = page.evaluate(function("page/lock.js", "readTokens"))
    assert found["fields"] == [token] * 3
    assert found["meta"] == token
    assert [json.loads(text) for text in found["attributes"]] == [
        {"X-CSRFToken": token, "X-Other": "kept"}
    ] * 4
    assert page.evaluate("document.querySelector('meta[name=csrf-param]').content").startswith("c")


def test_before_the_absolute_limit_one_signs_in_again_and_nobody_is_cut_off(
    world: World, settings: Settings
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 50
    other = world.sign_in()
    page = world.open("/form/")
    page.get_by_label("Symptoms").fill("half a form")
    for _ in range(3):
        world.advance(7, step=3.5)
        move(page)
    expect_warned(page)
    told = heard(page)[1:]
    assert told.pop(3) == "Time left:"
    assert re.fullmatch("2[5-9] seconds", told.pop(3))
    assert told == [
        "alertdialog: Your session is about to expire",
        "heading: Your session is about to expire",
        (
            "Your session has a time limit and can't be extended."
            " Sign in again now to continue. Your work on this page will be kept."
        ),
        "link: Sign in again now (opens in a new tab) (focused)",
        "button: Back to the page",
        "button: Sign out",
    ]
    link = warning(page).get_by_role("link", name="Sign in again now")
    tab = follow(world, page, link)
    expect(tab.get_by_role("heading", name="Sign in again")).to_be_visible()
    assert heard(tab) == [
        "RootWebArea: Sign in again",
        "heading: Sign in again",
        "You are still signed in as: ",
        "demo",
        (
            "If you sign in again now, a new session starts."
            " Your other tabs will wait, and keep what you have typed."
        ),
        "button: Sign in again",
    ]
    assert violations(tab) == []
    tab.get_by_role("button", name="Sign in again").click()
    tab.wait_for_url("**/login/**")
    world.settle()
    expect_covered(page, other)
    world.advance(15, step=3)
    expect_covered(page, other)
    world.fill_in_login(tab)
    expect_quiet(page, other)
    expect(page.get_by_label("Symptoms")).to_have_value("half a form")
    world.front(page)
    move(page)
    world.advance(10, step=2)
    expect_quiet(page, other)


def test_a_page_that_is_to_be_left_is_left_by_signing_in_again_too(
    world: World, settings: Settings
) -> None:
    settings.SESSION_SECURITY_MAX_AGE = 50
    settings.SESSION_SECURITY_ON_EXPIRE = "leave"
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("half a form")
    world.advance(21, step=3)
    expect_warned(page)
    tab = follow(world, page, warning(page).get_by_role("link", name="Sign in again now"))
    tab.get_by_role("button", name="Sign in again").click()
    tab.wait_for_url("**/login/**")
    world.settle()
    expect_covered(page)
    world.advance(2)
    expect_signed_out(world, page)


def test_in_the_same_tab_it_asks_before_the_page_is_left(world: World) -> None:
    page = locked(world)
    dialogs: list[str] = []

    def accept(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    href = sign_in_link(page).get_attribute("href")
    page.goto(f"{world.url}{href}")
    assert dialogs == ["beforeunload"]
    world.fill_in_login(page)
    expect(page.locator("main")).to_contain_text("You can close this one.")
    world.advance(2)
    assert not page.is_closed()
    assert world.noise == ["Scripts may close only the windows that were opened by them."]
    world.noise.clear()


# --- what is unsaved ----------------------------------------------------------------------------

EDITORS = {
    "contenteditable": "typeIntoContentEditable",
    "tied by form=": "typeIntoFieldElsewhere",
    "in a shadow tree": "typeIntoShadowTree",
    "a form-associated element": "typeIntoCustomElement",
    "an editor in a frame": "typeIntoFrame",
    "set by a script that says so": "setByScript",
}


def run(page: Page, name: str, value: object = None) -> None:
    """Run a function of page/unsaved.js."""
    page.evaluate(function("page/unsaved.js", name), value)


def touch(page: Page) -> None:
    """Somebody is there: what a script does before that is no work."""
    page.keyboard.press("Shift")


@pytest.mark.parametrize("editor", EDITORS)
def test_all_kinds_of_input_are_unsaved_until_they_are_sent(world: World, editor: str) -> None:
    page = world.sign_in(path="/form/")
    touch(page)
    run(page, EDITORS[editor])
    assert prompts(page)
    run(page, "submitInVain")
    world.advance(1)
    assert prompts(page)  # nothing was sent
    page.evaluate("sessionSecurity.saved(document.querySelector('#order-form'))")
    assert not prompts(page)
    touch(page)
    run(page, EDITORS[editor])
    assert prompts(page)
    sent = "document.querySelector('#order-form').dispatchEvent(new Event('submit'))"
    page.evaluate(sent)
    assert not prompts(page)


def test_a_reset_counts_unless_it_is_cancelled(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.get_by_label("Symptoms").fill("typed")
    run(page, "resetInVain")
    assert prompts(page)
    page.evaluate("document.querySelector('#order-form').reset()")
    assert not prompts(page)


def test_a_change_of_what_is_no_field_is_no_input(world: World) -> None:
    page = world.sign_in(path="/form/")
    run(page, "changeNoField")
    assert not prompts(page)


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        ("showErrors", True),
        ("typeIntoIgnoredForm", False),
        ("doNothing", False),
    ],
)
def test_what_no_event_told_of_is_locked_too(world: World, name: str, stays: bool) -> None:
    page = world.sign_in(path="/form/")
    run(page, name)
    world.advance(62, step=2)
    if stays:
        expect_covered(page)
        assert events(page)[-1] == "lock"
    else:
        expect_signed_out(world, page)


def test_a_poll_that_succeeds_sends_no_form(world: World) -> None:
    page = world.sign_in(path="/form/")
    page.route("**/poll/**", lambda route: route.fulfill(body="answered"))
    page.get_by_label("Symptoms").fill("typed")
    for n in range(3):
        run(page, "poll", n)
    run(page, "submitInVain")
    run(page, "poll", 3)
    world.advance(1)
    assert prompts(page)


@pytest.mark.parametrize(("status", "unsaved"), [(200, False), (422, True), (0, True)])
def test_what_a_script_sends_is_saved_if_the_request_succeeds(
    world: World, status: int, unsaved: bool
) -> None:
    page = world.sign_in(path="/form/")

    def answer(route: Route) -> None:
        if status:
            route.fulfill(status=status, body="answered")
        else:
            route.abort()

    page.route("**/api/", answer)
    page.get_by_label("Symptoms").fill("typed")
    assert prompts(page)
    run(page, "submitByScript")
    world.advance(1)
    assert prompts(page) is unsaved
    page.get_by_label("Symptoms").fill("typed more")
    assert prompts(page)


def test_an_ignored_field_is_never_unsaved(world: World) -> None:
    page = world.sign_in(path="/form/")
    run(page, "addIgnoredField")
    page.locator("#search").fill("typed")
    assert not prompts(page)
    world.advance(62, step=2)
    expect_signed_out(world, page)


def test_input_in_a_frame_is_unsaved(world: World) -> None:
    page = world.sign_in(path="/frame/")
    page.frame_locator("iframe").locator("textarea, [contenteditable], input").first.press("x")
    assert prompts(page)
