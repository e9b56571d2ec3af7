"""What counts as unsaved: each kind of field, however it was filled in, and what counts as sent."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route
from pytest_django.fixtures import Settings

from tests.browser.expecting import expect
from tests.browser.fields import KINDS
from tests.browser.scripts import FOLDER, function
from tests.browser.world import World, cover, events, expect_covered, expect_signed_out, prompts

ROOT = FOLDER.parent.parent
WAYS = ("typed", "pasted", "by a script", "restored", "undone")
# What a script does to the field in the page, where it is no value that it sets.
SCRIPTS = {
    "a box": "field.checked = true",
    "a radio button": "field.checked = true",
    "a select": "field.value = 'b'",
    "an editable element": "field.innerHTML = '<b>7</b>'",
    "in a shadow root": "field.shadowRoot.querySelector('input').value = '7'",
    "in a frame": "field.contentDocument.querySelector('input').value = '7'",
    "Select2": "jQuery('#field').val('b').trigger('change')",
    "Quill": "field.innerHTML = '<p><b>7</b></p>'",
}


def table() -> dict[str, list[str]]:
    text = (ROOT / "docs" / "reference" / "fields.md").read_text()
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    return {kind: cells for kind, *cells in rows if kind in KINDS}


CELLS = [
    (kind, way, cell)
    for kind, cells in table().items()
    for way, cell in zip(WAYS, cells, strict=True)
    if cell in ("yes", "no")
]


@pytest.fixture(scope="session")
def react() -> str:
    """React has no build that a page could load as it is."""
    source = FOLDER / "page" / "react.js"
    command = [str(ROOT / "node_modules" / ".bin" / "esbuild"), str(source), "--bundle"]
    environment = {**os.environ, "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"}
    define = '--define:process.env.NODE_ENV="production"'
    built = subprocess.run(
        [*command, define], env=environment, capture_output=True, text=True, check=True
    )
    return built.stdout


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """The pages have inline scripts, and packages add styles."""
    return {
        **browser_context_args,
        "bypass_csp": True,
        "permissions": ["clipboard-read", "clipboard-write"],
    }


@pytest.fixture
def world(world: World, settings: Settings, react: str) -> World:
    settings.ROOT_URLCONF = "tests.browser.fields"
    world.context.route("**/react.js", lambda route: route.fulfill(body=react))
    return world


def begin(world: World, kind: str) -> Page:
    page = world.sign_in(path=f"/fields/{kind}/")
    page.on("dialog", lambda dialog: dialog.accept())
    expect(field_in(page, kind)).to_be_attached()
    return page


def field_in(page: Page, kind: str) -> Locator:
    if kind == "in a frame":
        return page.frame_locator("#field").locator("input")
    if kind == "in a shadow root":
        return page.locator("#field input")
    return page.locator("#field")


def type_into(page: Page, kind: str) -> None:
    field = field_in(page, kind)
    if kind == "a file":
        page.locator("#button").click()
        field.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    elif kind == "a select":
        field.focus()
        page.keyboard.press("ArrowDown")
    elif kind == "Select2":
        page.locator(".select2-selection").click()
        page.locator(".select2-results__option", has_text="b").click()
    else:
        field.click()
        if kind not in ("a box", "a radio button"):
            page.keyboard.type("5")


def paste_into(page: Page, kind: str) -> None:
    page.evaluate("navigator.clipboard.writeText('6')")
    field_in(page, kind).click()
    page.keyboard.press("Control+V")


def set_by_script(page: Page, kind: str) -> None:
    page.locator("#button").click()
    script = SCRIPTS.get(kind, "field.value = '7'")
    page.evaluate(f"() => {{ const field = document.getElementById('field'); {script}; }}")


def restore(page: Page, kind: str) -> None:
    type_into(page, kind)
    page.locator("#away").click()
    expect(page).to_have_url(re.compile("/records/"))
    page.go_back()
    expect(field_in(page, kind)).to_be_attached()


def undo(page: Page, kind: str) -> None:
    type_into(page, kind)
    if kind == "a box":
        field_in(page, kind).click()
    elif kind == "a file":
        field_in(page, kind).set_input_files([])
    else:
        page.keyboard.press("ArrowUp" if kind == "a select" else "Backspace")


ACTS: dict[str, Callable[[Page, str], None]] = dict(
    zip(WAYS, (type_into, paste_into, set_by_script, restore, undo), strict=True)
)


def test_each_kind_is_in_the_docs() -> None:
    assert list(table()) == list(KINDS)


@pytest.mark.parametrize(("kind", "way", "cell"), CELLS)
def test_what_is_unsaved(world: World, kind: str, way: str, cell: str) -> None:
    page = begin(world, kind)
    assert not prompts(page)
    ACTS[way](page, kind)
    world.advance(1)  # for what no event tells of
    assert prompts(page) is (cell == "yes")


# --- when it is decided -------------------------------------------------------------------------


def run(page: Page, name: str) -> None:
    """Run a function of page/unsaved.js."""
    page.evaluate(function("page/unsaved.js", name))


def long_form(world: World) -> Page:
    return world.sign_in(path="/form/")


def test_what_a_script_fills_in_before_anybody_touches_the_page_is_no_work(world: World) -> None:
    page = long_form(world)
    run(page, "fillBeforeAnybodyCame")
    assert not prompts(page)
    page.keyboard.press("Shift")
    assert not prompts(page)
    world.advance(62, step=2)
    expect_signed_out(world, page)


def test_what_a_script_fills_in_after_a_press_on_the_page_before_is_no_work(world: World) -> None:
    page = world.open("/form/")
    world.fill_in_login(page)
    assert page.evaluate("navigator.userActivation.hasBeenActive")
    run(page, "fillBeforeAnybodyCame")
    world.advance(62, step=2)
    expect_signed_out(world, page)


def test_what_is_typed_before_the_script_is_there_is_unsaved(world: World) -> None:
    held: list[Route] = []
    world.context.route("**/session_security.js", lambda route: held.append(route))
    world.give_cookie("demo")
    page = world.context.new_page()
    page.goto(f"{world.url}/form/", wait_until="commit")
    page.get_by_label("Symptoms").press("x")
    while not held:
        page.wait_for_timeout(2)
    held[0].continue_()
    page.wait_for_load_state()
    world.advance(62, step=2)
    expect_covered(page)


def test_an_editor_that_empties_its_field_when_the_focus_moves_is_unsaved(world: World) -> None:
    page = long_form(world)
    run(page, "emptyOnBlur")
    page.get_by_label("Symptoms").press("x")
    world.advance(62, step=2)
    expect_covered(page)
    expect(cover(page).get_by_role("link", name="Sign in again")).to_be_visible()


def test_new_fields_count_when_they_hold_something(world: World) -> None:
    page = long_form(world)
    page.keyboard.press("Shift")
    run(page, "addFields")
    page.keyboard.press("Shift")
    assert not prompts(page)
    run(page, "fillNewField")
    world.advance(1)
    assert prompts(page)


def test_files_that_are_dropped_into_an_untouched_page_are_unsaved(
    world: World, tmp_path: Path
) -> None:
    page = long_form(world)
    place = page.evaluate(function("page/unsaved.js", "addDropPlace"))
    file = tmp_path / "a.txt"
    file.write_text("a")
    session = world.context.new_cdp_session(page)
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    for event in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": event, **place, "data": data})
    page.wait_for_function("document.querySelector('[name=files]').files.length")
    world.advance(62, step=2)
    expect_covered(page)


def test_a_page_that_says_later_that_nobody_is_to_be_asked_asks_nobody(world: World) -> None:
    page = long_form(world)
    page.get_by_label("Symptoms").press("x")
    assert prompts(page)
    page.evaluate("sessionSecurity.confirmFormDiscard = undefined")
    assert not prompts(page)


# --- what is sent -------------------------------------------------------------------------------


def test_a_preview_in_a_new_tab_sends_nothing(world: World) -> None:
    page = long_form(world)
    page.get_by_label("Symptoms").press("x")
    with world.context.expect_page() as opened:
        run(page, "preview")
    opened.value.wait_for_load_state()
    opened.value.close()
    world.advance(62, step=2)
    expect_covered(page)


def test_a_download_sends_nothing(world: World) -> None:
    page = long_form(world)
    page.get_by_label("Symptoms").press("x")
    headers = {"Content-Disposition": "attachment; filename=a.txt"}
    page.route("**/form/", lambda route: route.fulfill(body="a", headers=headers))
    page.evaluate("document.querySelector('#order-form').noValidate = true")
    with page.expect_download():
        page.get_by_role("button", name="Save the order").click()
    page.unroute_all()
    world.advance(62, step=2)
    expect_covered(page)


@pytest.mark.parametrize(("status", "is_unsaved"), [("200", False), ("302", False), ("422", True)])
def test_where_the_browser_hides_the_status_the_middleware_tells(
    world: World, status: str, is_unsaved: bool
) -> None:
    page = long_form(world)
    run(page, "hideStatus")
    headers = {"Server-Timing": f'db;dur=5, session-security;desc="{status}"'}
    page.route("**/api/", lambda route: route.fulfill(body="answered", headers=headers))
    page.get_by_label("Symptoms").press("x")
    run(page, "submitByScript")
    world.advance(1)
    assert prompts(page) is is_unsaved


def test_where_nobody_tells_the_status_it_stays_unsaved(world: World) -> None:
    page = long_form(world)
    run(page, "hideStatus")
    page.route("**/api/", lambda route: route.fulfill(body="answered"))
    page.get_by_label("Symptoms").press("x")
    run(page, "submitByScript")
    world.advance(1)
    assert prompts(page)


def test_what_was_saved_stays_so_when_the_focus_leaves_it(world: World) -> None:
    """As in pages that save what is typed by themselves: the browser tells of the change late."""
    page = long_form(world)
    page.get_by_label("Symptoms").press("x")
    page.evaluate("sessionSecurity.saved()")
    world.advance(62, step=2)
    expect_signed_out(world, page)


# --- the widgets of Django's admin --------------------------------------------------------------


def admin(world: World, path: str) -> Page:
    page = world.sign_in(path=f"/admin/{path}")
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def test_what_the_admin_moves_between_two_lists_is_unsaved(world: World) -> None:
    page = admin(world, "auth/group/add/")
    page.locator("#id_permissions_from option").first.dblclick()
    expect(page.locator("#id_permissions_to option")).to_have_count(1)
    world.advance(1)
    assert prompts(page)
    world.advance(62, step=2)
    expect_covered(page)


def test_what_only_narrows_the_admins_list_is_not(world: World) -> None:
    page = admin(world, "auth/group/add/")
    page.locator("#id_permissions_input").press_sequentially("log")
    world.advance(1)
    assert not prompts(page)


def test_the_shortcut_of_a_date_is_unsaved(world: World) -> None:
    page = admin(world, "example/order/add/")
    page.locator(".datetimeshortcuts a").first.click()
    expect(page.locator("#id_collected_on")).not_to_have_value("")
    world.advance(1)
    assert prompts(page)
    world.advance(62, step=2)
    expect_covered(page)


def complete(world: World, page: Page) -> None:
    page.locator(".field-content_type .select2-selection").click()
    page.locator(".select2-search__field").press_sequentially("group")
    found = page.locator(".select2-results__option", has_text="group")
    while not found.count():  # it waits for the last key, then asks the server
        world.advance(0.5)
    found.first.click()


def look_up(world: World, page: Page) -> None:
    with page.context.expect_page() as opened:
        page.locator("#lookup_id_user").click()
    opened.value.wait_for_load_state()
    world.advance(0.1)
    opened.value.locator("#result_list tbody th a").first.click(no_wait_after=True)
    expect(page.locator("#id_user")).not_to_have_value("")


def add_another(world: World, page: Page) -> None:
    page.locator(".add-row a").click()


@pytest.mark.parametrize(
    ("path", "act"),
    [
        ("admin/logentry/add/", complete),
        ("admin/logentry/add/", look_up),
        ("auth/user/add/", add_another),
    ],
)
def test_what_the_admins_widgets_set_is_unsaved(
    world: World, path: str, act: Callable[[World, Page], None]
) -> None:
    page = world.sign_in(path=f"/widgets/{path}")
    page.on("dialog", lambda dialog: dialog.accept())
    world.advance(0.1)  # jQuery waits for a moment
    act(world, page)
    world.advance(62, step=2)
    expect_covered(page)
    assert events(page)[-1] == "lock"


@pytest.mark.parametrize("what", ["#nav-filter", "#searchbar", ".action-select", "#action-toggle"])
def test_searching_and_picking_rows_in_the_admin_is_no_work(world: World, what: str) -> None:
    page = admin(world, "auth/user/")
    field = page.locator(what).first
    field.click()
    page.keyboard.type("x")
    world.advance(1)
    assert not prompts(page)
    page.locator("select[name=action]").focus()
    page.keyboard.press("ArrowDown")
    world.advance(1)
    assert not prompts(page)
    world.advance(62, step=2)
    expect(page).to_have_url(re.compile("/admin/login/"))


# --- very many fields ---------------------------------------------------------------------------


def test_keys_in_one_of_five_thousand_fields_look_at_no_other(world: World) -> None:
    page = long_form(world)
    run(page, "addManyFields")
    run(page, "countLooks")
    page.locator("#id_symptoms").click()
    assert page.evaluate("looks") == 1
    page.keyboard.type("typed")
    assert page.evaluate("looks") == 1
    assert prompts(page)
    assert page.evaluate("looks") == 2
