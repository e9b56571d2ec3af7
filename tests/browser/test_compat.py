"""A page written for 2.x: its own all.html and dialog.html, and no jQuery any more."""

from playwright.sync_api import Route, expect

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
    world.sign_in().close()
    page = world.context.new_page()

    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body=PAGE)

    page.route("**/records/", answer)
    page.goto(f"{world.url}/records/")
    page.wait_for_function("window.sessionSecurity.idle !== undefined")
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
