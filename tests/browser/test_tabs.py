from playwright.sync_api import expect
from tests.browser.conftest import World

def test_two_tabs_are_warned_together_and_stay_together(world: World) -> None:
    one = world.sign_in()
    two = world.open("/monitor/")
    world.advance(29)
    for page in (one, two):
        expect(page.locator("#session_security_warning")).not_to_be_visible()
    n = len(world.pings)
    world.advance(1.5)
    for page in (one, two):
        expect(page.locator("#session_security_warning")).to_be_visible()
    print(one.locator("#session_security_warning").inner_text(), [p.post_data for p in world.pings[n:]])
    one.screenshot(path="/tmp/s/warn.png")
    one.mouse.move(5, 5); one.mouse.move(50, 50)
    for page in (one, two):
        expect(page.locator("#session_security_warning")).not_to_be_visible()
    world.advance(29)
    world.advance(3)
    for page in (one, two):
        expect(page.locator("#session_security_warning")).to_be_visible()
    world.advance(30)
    for page in (one, two):
        expect(page).to_have_url(f"{world.url}/login/?next=" + ("/records/" if page is one else "/monitor/"))
    print(one.locator("body").inner_text()[:600], two.locator("#messages").all_inner_texts())
    one.screenshot(path="/tmp/s/login.png")
