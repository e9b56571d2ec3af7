"""Front ends that Django does not render: of its own origin, and of another one."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page, Route
from pytest_django.live_server_helper import LiveServer

from tests.browser import spa_urls
from tests.browser.conftest import world_of
from tests.browser.expecting import expect
from tests.browser.front_end import bundle, served
from tests.browser.world import (
    World,
    act_by_key,
    counter,
    cover,
    events,
    expect_covered,
    expect_quiet,
    expect_warned,
    prompts,
    warning,
)

ELEMENT = "**/session_security/element/*"
STRICT = "default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
# Vue makes a policy of this name, with or without reason.
STRICT_BUT_FOR_VUE = STRICT.replace("'none'", "vue")

element = "document.querySelectorAll('session-security').length"


@contextmanager
def site(**settings: object) -> Iterator[str]:
    """A server of the demonstration site with other settings; its address."""
    with override_settings(ROOT_URLCONF="tests.browser.spa_urls", **settings):
        server = LiveServer("localhost")
        try:
            yield server.url
        finally:
            server.stop()


def as_documented(front_end: str) -> dict[str, object]:
    """The settings that docs/howto/spa.md has for another origin."""
    names: dict[str, Any] = {
        "INSTALLED_APPS": [*django_settings.INSTALLED_APPS],
        "MIDDLEWARE": [*django_settings.MIDDLEWARE],
    }
    source = (spa_urls.DOCS / "cors.py").read_text()
    exec(source.replace("https://app.example.org", front_end), names)
    return {name: value for name, value in names.items() if name.isupper() and name != "FRONT_END"}


@dataclass
class FrontEnd:
    """A front end, and the world in which it is."""

    world: World
    address: str

    def open(self, path: str = "") -> Page:
        world = self.world
        page = world.context.new_page()
        page.goto(self.address + path)
        world.settle()
        return page

    def mount(self, page: Page, **options: str) -> bool:
        """Whether there is an element then."""
        result = self.call(page, **options)
        assert result in ("session-security", None)
        return result is not None

    def call(self, page: Page, **options: str) -> str | None:
        """What ``mount()`` gives, or why it does not."""
        options = {"url": f"{self.world.url}/session_security/element/"} | options
        script = """(options) => mount(options).then(
            (element) => element && element.localName, (error) => error.message)"""
        result = page.evaluate(script, options)
        self.world.settle()
        return None if result is None else str(result)

    def begin(self, page: Page, script: str = "begin()") -> None:
        """Call ``mount()`` as the script says, and wait for nothing."""
        url = f"{self.world.url}/session_security/element/"
        page.evaluate(
            f"""(url) => {{
                window.outcomes = [];
                const begin = () => {{
                    const at = outcomes.push("waiting") - 1;
                    mount({{ url }}).then((outcome) => {{ outcomes[at] = outcome }});
                }};
                {script}
            }}""",
            url,
        )

    def finish(self, page: Page) -> None:
        """Wait for what those calls give: ``outcomes``."""
        while page.evaluate("outcomes.includes('waiting')"):
            page.wait_for_timeout(2)
        self.world.settle()

    def sign_in(self) -> Page:
        self.world.give_cookie("demo")
        page = self.open()
        assert self.mount(page)
        return page


@contextmanager
def front_end(
    context: BrowserContext, name: str, origin: str, policy: str = STRICT
) -> Iterator[FrontEnd]:
    """The app of that name, on the same origin as the site or on another one."""
    if origin == "same":
        spa_urls.scripts["/app/bundle.js"] = bundle(name)
        with site() as url, world_of(context, url) as world:
            yield FrontEnd(world, f"{url}/app/")
        return
    with (
        served() as (address, files),
        site(**as_documented(address)) as url,
        world_of(context, url) as world,
    ):
        files.scripts["/bundle.js"] = bundle(name, url)
        files.policy = policy.replace("'self'", f"'self' {url}")
        yield FrontEnd(world, f"{address}/")


@pytest.fixture(params=["same", "other"])
def app(
    request: pytest.FixtureRequest, context: BrowserContext, transactional_db: None
) -> Iterator[FrontEnd]:
    """A page that calls the two functions when the test says so."""
    with front_end(context, "plain.js", request.param) as app:
        yield app


same_origin = pytest.mark.parametrize("app", ["same"], indirect=True)
another_origin = pytest.mark.parametrize("app", ["other"], indirect=True)


# A page with the element


def test_it_warns_extends_and_reports(app: FrontEnd) -> None:
    world, page = app.world, app.sign_in()
    expect_quiet(page)
    world.advance(31)
    expect_warned(page)
    expect(counter(page)).to_have_text("0:29")
    expect(warning(page)).to_have_css("background-color", "rgb(255, 255, 255)")  # its stylesheet
    act_by_key(page)
    world.settle()
    expect_quiet(page)
    assert world.server_idle < 1
    world.advance(29)
    expect_quiet(page)


def test_at_the_end_the_page_is_loaded_again(app: FrontEnd) -> None:
    world, page = app.world, app.sign_in()
    loads = len(world.loads)
    world.advance(61)
    assert len(world.loads) == loads + 1
    expect(page.locator("h1")).to_be_visible()
    assert not app.mount(page)
    assert page.evaluate(element) == 0


def test_without_network_the_page_is_covered_at_the_deadline(app: FrontEnd) -> None:
    world, page = app.world, app.sign_in()
    world.cut()
    world.advance(61)
    expect_covered(page)


def test_what_was_typed_waits_for_its_user_who_signs_in_beside_it(app: FrontEnd) -> None:
    world, page = app.world, app.sign_in()
    page.locator("textarea").fill("a long note")
    world.advance(61)
    expect_covered(page)
    assert events(page)[-1] == "lock"
    with world.context.expect_page() as opened:
        cover(page).get_by_role("link").click()
    login = opened.value
    world.settle()
    world.front(login)
    assert login.url.startswith(f"{world.url}/login/?next=/session_security/resume/")
    world.advance(5)  # nobody is faster
    world.fill_in_login(login)
    world.front(page)
    world.advance(1)
    expect_quiet(page)
    expect(page.locator("textarea")).to_have_value("a long note")


@another_origin
def test_the_button_signs_out_and_leads_back_to_the_front_end(app: FrontEnd) -> None:
    world, page = app.world, app.sign_in()
    world.advance(31)
    warning(page).get_by_role("button", name="Sign out").click()
    world.settle()
    expect(page).to_have_url(app.address)
    assert not app.mount(page)


@another_origin
def test_a_picture_in_a_dialog_comes_from_the_site(app: FrontEnd) -> None:
    def add_picture(route: Route) -> None:
        answer = route.fetch()
        picture = '<h2><img src="/logo.png"></h2><h2'
        route.fulfill(response=answer, body=answer.text().replace("<h2", picture, 1))

    app.world.context.route("**/session_security/element/**", add_picture)
    picture = app.sign_in().locator("session-security img")
    assert picture.evaluate("(image) => image.src") == f"{app.world.url}/logo.png"


@another_origin
def test_a_sign_out_on_the_site_itself_is_seen_when_one_turns_to_the_page(app: FrontEnd) -> None:
    """No tab of another origin can tell it."""
    world, page = app.world, app.sign_in()
    other = world.open("/records/")
    other.locator("#sign-out").click()
    world.settle()
    loads = len(world.loads)
    world.front(page)
    world.advance(1)
    assert len(world.loads) == loads + 1
    assert not app.mount(page)


def test_a_ping_saves_nothing_that_was_typed(app: FrontEnd) -> None:
    """A script has stopped the form from being sent, and has not sent it either."""
    world, page = app.world, app.sign_in()
    world.advance(11.5, step=0.5)
    page.locator("textarea").fill("a long note")
    page.locator("form:not([action])").evaluate("(form) => form.requestSubmit()")
    with world.counted() as pings:
        world.advance(0.5)  # a report is due
    assert len(pings) == 1
    assert prompts(page)


# The words


def test_the_words_are_in_the_language_of_the_reader(app: FrontEnd) -> None:
    app.world.context.set_extra_http_headers({"Accept-Language": "de"})
    page = app.sign_in()
    app.world.advance(31)
    expect(warning(page)).to_have_attribute("id", "session_security_warning")
    mounted = page.locator("session-security")
    assert mounted.evaluate("(element) => [element.lang, element.dir]") == ["de", "ltr"]
    expect(warning(page)).to_contain_text("Angemeldet bleiben")


def test_the_page_can_ask_for_a_language_and_for_another_one_later(app: FrontEnd) -> None:
    world = app.world
    world.give_cookie("demo")
    page = app.open()
    assert app.mount(page, language="fr")
    world.advance(31)
    expect(warning(page)).to_contain_text("Votre session va bientôt expirer")
    assert app.mount(page, language="ar")
    expect_warned(page)
    mounted = page.locator("session-security")
    assert mounted.evaluate("(element) => [element.lang, element.dir]") == ["ar", "rtl"]
    assert page.evaluate(element) == 1


# mount() and unmount()


def test_nobody_gets_nothing(app: FrontEnd) -> None:
    page = app.open()
    assert not app.mount(page)
    assert page.evaluate(element) == 0
    assert page.evaluate("'sessionSecurity' in window") is False


def test_two_calls_make_one_element(app: FrontEnd) -> None:
    page = app.sign_in()
    assert app.mount(page)
    assert page.evaluate(element) == 1
    assert page.locator("link[rel=stylesheet]").count() == 1
    app.begin(page, "begin(); begin()")
    app.finish(page)
    assert page.evaluate("outcomes.every((outcome) => outcome === sessionSecurity)")
    assert page.evaluate(element) == 1


def test_after_unmount_nothing_goes_on(app: FrontEnd) -> None:
    world, page = app.world, app.sign_in()
    act_by_key(page)
    page.evaluate("unmount()")
    assert page.evaluate(element) == 0
    assert page.evaluate("'sessionSecurity' in window") is False
    world.settle()  # what was to be reported is on its way
    with world.counted() as pings:
        world.advance(70, step=5)
    assert pings == []
    expect_quiet(page)
    page.evaluate("unmount()")


def test_unmount_in_the_meantime_leaves_nothing_behind(app: FrontEnd) -> None:
    app.world.give_cookie("demo")
    page = app.open()
    app.begin(page, "begin(); unmount()")
    app.finish(page)
    assert page.evaluate("outcomes") == [None]
    assert page.evaluate(element) == 0


def test_unmount_and_mount_again_at_once_leaves_one(app: FrontEnd) -> None:
    """As React does in its strict mode."""
    app.world.give_cookie("demo")
    page = app.open()
    app.begin(page, "begin(); unmount(); begin()")
    app.finish(page)
    assert page.evaluate("outcomes.every((outcome) => outcome === sessionSecurity)")
    assert page.evaluate(element) == 1
    app.world.advance(31)
    expect_warned(page)


def test_a_covered_page_opens_at_once_when_the_element_is_taken_away(app: FrontEnd) -> None:
    world, page = app.world, app.sign_in()
    page.evaluate("""addEventListener("session-security:expire", (event) => {
        event.preventDefault();
        document.querySelector("h1").textContent = "Sign in";
        unmount();
    })""")
    world.advance(60.5, step=0.5)
    assert events(page) == ["warn", "expire idle"]
    expect_quiet(page)
    assert page.title() == "Notes"
    world.give_cookie("demo")
    assert app.mount(page)
    expect_quiet(page)
    world.advance(31)
    expect_warned(page)


def test_the_element_of_somebody_else_takes_the_place(app: FrontEnd) -> None:
    world, page = app.world, app.sign_in()
    world.advance(31)
    world.give_cookie("other")
    user = page.evaluate("JSON.parse(sessionSecurity.firstElementChild.textContent).user")
    assert app.mount(page)
    assert page.evaluate(element) == 1
    assert user != page.evaluate("JSON.parse(sessionSecurity.firstElementChild.textContent).user")
    expect_quiet(page)
    world.advance(29)
    expect_quiet(page)
    world.advance(2)
    expect_warned(page)


# What a server may answer


def answer_element(app: FrontEnd, answer: Callable[[Route], object]) -> None:
    app.world.context.route(re.compile("/session_security/element/"), answer)


@same_origin
def test_a_server_that_has_an_error_is_asked_again(app: FrontEnd) -> None:
    world = app.world
    world.give_cookie("demo")
    page = app.open()
    answers = [503, 502, 0, 429]

    def answer(route: Route) -> None:
        status = answers.pop(0) if answers else None
        if status is None:
            route.continue_()
        elif status:
            route.fulfill(status=status, content_type="text/html", body="<p>Later")
        else:
            route.abort()

    answer_element(app, answer)
    app.begin(page)
    for left, pause in ((3, 1), (2, 2), (1, 4), (0, 8)):
        while len(answers) > left:
            page.wait_for_timeout(2)
        world.advance(pause - 0.5, step=0.5)
        assert (len(answers), page.evaluate("outcomes")) == (left, ["waiting"])
        world.advance(0.5)
    app.finish(page)
    assert page.evaluate("outcomes[0] === sessionSecurity")
    expect_quiet(page)


@same_origin
@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_says_that_nobody_is_signed_in(app: FrontEnd, status: int) -> None:
    page = app.open()
    answer_element(app, lambda route: route.fulfill(status=status, json={"detail": "No."}))
    assert not app.mount(page)


@same_origin
def test_a_login_page_says_that_nobody_is_signed_in(app: FrontEnd) -> None:
    page = app.open()
    answer_element(app, lambda route: route.fulfill(status=302, headers={"Location": "/login/"}))
    assert not app.mount(page)
    assert page.evaluate(element) == 0
    said = f"session_security: no <session-security> in what {app.world.url}/login/ gives."
    assert app.world.noise == [said]
    app.world.noise.clear()


@same_origin
def test_an_address_that_does_not_exist_is_an_error(app: FrontEnd) -> None:
    page = app.open()
    url = f"{app.world.url}/nowhere/"
    assert app.call(page, url=url) == f"session_security: {url} gives 404."


@same_origin
def test_the_time_that_the_answer_takes_counts(app: FrontEnd) -> None:
    world = app.world
    world.give_cookie("demo")
    page = app.open()
    held: list[Route] = []
    answer_element(app, lambda route: held.append(route))
    app.begin(page)
    while not held:
        page.wait_for_timeout(2)
    world.traveller.shift(20)
    world.context.clock.run_for(20_000)
    response = held[0].fetch()
    world.traveller.shift(20)
    world.context.clock.run_for(20_000)
    held[0].fulfill(response=response)
    app.finish(page)
    assert page.evaluate("sessionSecurity.idle") >= 40


@same_origin
def test_a_page_of_django_with_the_element_keeps_one(app: FrontEnd) -> None:
    page = app.world.sign_in()
    page.evaluate("import('/app/bundle.js').then(() => mount()).then(() => {})")
    app.world.settle()
    assert page.evaluate(element) == 1
    app.world.advance(31)
    expect_warned(page)
    page.evaluate("unmount()")
    expect_quiet(page)


# React and Vue, as the documentation has them


@pytest.fixture(
    params=[("react.jsx", "same"), ("react.jsx", "other"), ("vue.js", "other")],
    ids=["React, the same origin", "React, another origin", "Vue, another origin"],
)
def example(
    request: pytest.FixtureRequest, context: BrowserContext, transactional_db: None
) -> Iterator[FrontEnd]:
    name, origin = request.param
    policy = STRICT_BUT_FOR_VUE if name == "vue.js" else STRICT
    with front_end(context, name, origin, policy) as app:
        yield app


def sign_in(world: World, page: Page, username: str = "demo") -> None:
    page.get_by_label("Name").fill(username)
    page.get_by_label("Password").fill(username)
    page.get_by_role("button", name="Sign in").click()
    world.settle()
    expect(page.locator("h1")).to_have_text(f"Notes of {username}")


def test_the_example_watches_from_the_sign_in_to_the_sign_out(example: FrontEnd) -> None:
    world, page = example.world, example.open()
    assert page.evaluate(element) == 0
    sign_in(world, page)
    world.advance(31)
    expect_warned(page)
    warning(page).get_by_role("button", name="Stay signed in").click()
    world.settle()
    expect_quiet(page)
    world.advance(5)
    page.get_by_role("button", name="Sign out").click()
    world.settle()
    expect(page.locator("h1")).to_have_text("Sign in")
    assert page.evaluate(element) == 0
    with world.counted() as pings:
        world.advance(70, step=5)
    assert pings == []
    sign_in(world, page, "other")
    expect_quiet(page)
    world.advance(31)
    expect_warned(page)
    assert len(world.loads) == 1


def test_the_example_shows_its_own_login_at_the_end_and_goes_on(example: FrontEnd) -> None:
    world, page = example.world, example.open()
    sign_in(world, page)
    world.advance(61)
    expect(page.locator("h1")).to_have_text("Sign in")
    expect(page.locator("#why")).to_have_text(re.compile("idle|anonymous"))
    expect_quiet(page)
    sign_in(world, page)
    expect_quiet(page)
    world.advance(31)
    expect_warned(page)
    assert len(world.loads) == 1


def test_the_example_knows_who_is_signed_in_when_it_is_loaded(example: FrontEnd) -> None:
    world = example.world
    world.give_cookie("demo")
    page = example.open()
    expect(page.locator("h1")).to_have_text("Notes of demo")
    assert page.evaluate(element) == 1
