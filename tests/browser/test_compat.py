"""A page written for 2.x: its own all.html and dialog.html, and no jQuery any more."""

from pathlib import Path

from django.contrib.staticfiles import finders
from playwright.sync_api import Page

from tests.browser.expecting import expect
from tests.browser.world import World

PAGE = """<!doctype html><html lang="en"><title>Written for 2.x</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/session_security/style.css">
<div id="session_security_warning" class="session_security" style="display:none">
  <h3>About to expire: <span id="session_security_counter"></span></h3>
</div>
<script src="/static/session_security/script.js"></script>
<script>
  var sessionSecurity = new yourlabs.SessionSecurity({
    pingUrl: "/session_security/ping/", warnAfter: 30, expireAfter: 60,
    confirmFormDiscard: "You have unsaved changes."
  });
</script>
"""


def test_the_constructor_of_2x_warns_extends_and_ends(world: World) -> None:
    page = open_page(world, PAGE)
    assert page.evaluate("sessionSecurity.idle") == 0
    world.advance(31)
    warning = page.locator("#session_security_warning")
    expect(warning).to_be_visible()
    expect(warning.locator("span")).to_have_text("0:29")
    page.evaluate("sessionSecurity.activity()")
    world.settle()
    expect(warning).not_to_be_visible()
    world.advance(29, step=10)
    expect(warning).not_to_be_visible()
    page.unroute("**/records/")
    world.advance(32)
    expect(page).to_have_url(f"{world.url}/login/?next=/records/")


def test_script_js_works_wherever_it_is_put(world: World) -> None:
    """In one file with others, under any name, and called before there is a body."""
    script = Path(str(finders.find("session_security/script.js"))).read_text()
    bundle = f'"use strict"; void 0;{script}\n;void 0;'
    world.context.route(
        "**/static/all.1a2b3c.js",
        lambda route: route.fulfill(content_type="text/javascript", body=bundle),
    )
    head, scripts = PAGE.split("<div")[0], PAGE.split("</div>")[1]
    dialog = PAGE.removeprefix(head).removesuffix(scripts)
    scripts = scripts.replace("session_security/script.js", "all.1a2b3c.js")
    page = open_page(world, head + scripts + dialog)
    world.advance(31)
    warning = page.locator("#session_security_warning")
    expect(warning).to_be_visible()
    page.evaluate("sessionSecurity.activity()")
    world.settle()
    expect(warning).not_to_be_visible()


def test_a_page_may_have_script_js_and_the_module(world: World) -> None:
    module = '<script type="module" src="/static/session_security/session_security.js"></script>'
    page = open_page(world, PAGE + module)
    world.advance(31)
    expect(page.locator("#session_security_warning")).to_be_visible()
    assert page.locator("session-security").count() == 1


# With the new dialog.html in it, as the template of 2.x included the old one.
NEW_DIALOG = """<dialog id="session_security_warning" class="session_security">
  <h2>About to expire: <span id="session_security_counter"></span></h2>
  <button type="button" name="stay">Stay signed in</button>
  <form method="post" action="/logout/">
    <input type="hidden" name="csrfmiddlewaretoken"><button>Sign out</button>
  </form>
</dialog>
"""
FORM = '<form action="/records/"><textarea name="note"></textarea></form>'


def with_new_dialog() -> str:
    head, scripts = PAGE.split("<div")[0], PAGE.split("</div>")[1]
    return head + NEW_DIALOG + scripts


def test_scripts_right_after_the_include_can_use_the_element(world: World) -> None:
    """As the questions and answers of 2.x had it."""
    errors: list[str] = []
    page = world.sign_in()
    page.on("pageerror", lambda error: errors.append(str(error)))
    include = world.context.request.get(f"{world.url}/records/").text()
    scripts = "sessionSecurity.confirmFormDiscard = undefined; sessionSecurity.activity(); ran = 1;"
    html = include.replace("</body>", f"<script>{scripts}</script></body>")
    page.route("**/records/", lambda route: route.fulfill(content_type="text/html", body=html))
    page.goto(f"{world.url}/records/")
    assert page.evaluate("[ran, sessionSecurity.confirmFormDiscard]") == [1, None]
    assert errors == []


def test_nobody_is_asked_before_leaving_once_a_script_has_turned_that_off(world: World) -> None:
    page = open_page(world, PAGE + "<textarea></textarea>")
    page.evaluate("sessionSecurity.confirmFormDiscard = undefined")
    page.locator("textarea").press_sequentially("typed")
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.unroute("**/records/")
    page.goto(f"{world.url}/records/")
    expect(page.locator("textarea")).to_have_count(0)


def test_a_page_of_2x_with_typed_text_is_left_at_the_end_and_not_blank(world: World) -> None:
    page = open_page(world, PAGE + FORM)
    page.locator("textarea").press_sequentially("typed")
    page.unroute("**/records/")
    world.advance(62)
    expect(page).to_have_url(f"{world.url}/login/?next=/records/")


def test_sign_out_in_the_new_dialog_signs_out_on_a_page_of_2x(world: World) -> None:
    page = open_page(world, with_new_dialog())
    world.advance(31)
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{world.url}/")


def test_a_page_of_2x_is_not_covered_when_another_is_opened(world: World) -> None:
    page = open_page(world, PAGE)
    page.evaluate(
        "new MutationObserver(() => { covered = 1; })"
        ".observe(document.documentElement, {attributeFilter: ['class']})"
    )
    world.advance(1)
    other = world.context.new_page()
    other.route("**/records/", lambda route: route.fulfill(content_type="text/html", body=PAGE))
    other.goto(f"{world.url}/records/")
    world.advance(2)
    assert page.evaluate("window.covered") is None


def test_other_things_named_yourlabs_stay(world: World) -> None:
    """Another package by the author of 2.x has its own things there."""
    before = "<script>window.yourlabs = {Widget: 1}</script>"
    page = open_page(world, PAGE.replace("<script src", f"{before}<script src", 1))
    assert page.evaluate("Object.keys(yourlabs)") == ["Widget", "SessionSecurity"]


def test_a_method_of_2x_that_a_script_replaces_is_named_in_the_console(world: World) -> None:
    page = open_page(world, PAGE)
    page.evaluate("yourlabs.SessionSecurity.prototype.expire = () => {}")
    assert "prototype.expire" in world.noise.pop()


def open_page(world: World, html: str) -> Page:
    """Sign in, and show a page as it may have been written for 2.x."""
    world.sign_in().close()
    page = world.context.new_page()
    page.route("**/records/", lambda route: route.fulfill(content_type="text/html", body=html))
    page.goto(f"{world.url}/records/")
    return page
