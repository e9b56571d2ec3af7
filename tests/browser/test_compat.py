"""A page written for 2.x: its own all.html and dialog.html, and no jQuery any more."""

from pathlib import Path

from django.contrib.staticfiles import finders
from playwright.sync_api import Page, expect

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


def open_page(world: World, html: str) -> Page:
    """Sign in, and show a page as it may have been written for 2.x."""
    world.sign_in().close()
    page = world.context.new_page()
    page.route("**/records/", lambda route: route.fulfill(content_type="text/html", body=html))
    page.goto(f"{world.url}/records/")
    return page
