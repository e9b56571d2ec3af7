"""One browser and one server whose clocks stand still until a test moves them, together."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import BrowserContext, Error, Frame, Locator, Page, Request

from session_security.sessions import times
from tests.browser.expecting import expect
from tests.browser.scripts import function
from tests.browser.traffic import Traffic

NOON = datetime(2030, 1, 15, 12, tzinfo=UTC)

TURN, WAITS = function("page/tabs.js", "turn"), function("page/tabs.js", "waits")


class World(Traffic):
    """The tabs of one browser, the server, and the time in both."""

    def __init__(self, context: BrowserContext, traveller: Any, url: str) -> None:
        super().__init__(context, url)
        self.traveller = traveller
        self.effects: list[Any] = []  # of each page, when all was quiet

    # Time

    def advance(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass for the browser and the server, in steps, with the network in between."""
        self.settle()  # what has been sent arrives before the clock moves
        while seconds > 1e-6:
            by = min(step, seconds)
            seconds -= by
            self.traveller.shift(by)
            self.context.clock.run_for(round(by * 1000))
            self.settle()

    def sleep(self, seconds: float) -> None:
        """Let the machine sleep: all clocks jump, and timers that are due fire once, late."""
        self.settle()
        self.traveller.shift(seconds)
        self.context.clock.fast_forward(round(seconds * 1000))
        self.settle()

    def settle(self) -> None:
        """Wait until every request is answered and every tab has heard of it."""
        quiet, effects = 0, self.effects
        while self.context.pages and quiet < 3:
            asked, effects = 0.0, []
            for page in self.context.pages:
                try:
                    waits, *effect = page.evaluate(WAITS, len(self.held))
                except Error:  # it has just gone elsewhere
                    waits, effect = inf, []
                asked += waits
                effects.append(effect)
            held = {route.request for route in self.held}
            if self.pending - held or asked > len(held):
                quiet = 0
                self.context.pages[0].wait_for_timeout(2)  # later ones may close
            elif effects == self.effects:  # there is nothing to hear of
                return
            else:
                quiet += 1
        self.effects = effects

    # Users

    def sign_in(self, username: str = "demo", path: str = "/records/") -> Page:
        """Sign in without the form, and open a page."""
        self.give_cookie(username)
        return self.open(path)

    def give_cookie(self, username: str) -> None:
        """Sign in without the form, and without any page that could tell the others."""
        client = Client()
        client.force_login(get_user_model().objects.get(username=username))
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": self.url}]
        )

    def fill_in_login(self, page: Page, username: str = "demo") -> None:
        page.locator("#id_username").fill(username)
        page.locator("#id_password").fill(username)
        page.locator("#login-form button").click()
        self.settle()

    @property
    def session(self) -> SessionStore:
        """The one session that the server has."""
        return SessionStore(Session.objects.get().session_key)

    @property
    def server_idle(self) -> float:
        """How long the server thinks that the user has been idle."""
        last = times.last_activity(self.session)
        assert last
        return (datetime.now(UTC) - last).total_seconds()

    # Tabs

    def open(self, path: str = "/records/") -> Page:
        """Open a page in a new tab, in front of the others."""
        for page in self.context.pages:
            page.evaluate(TURN, "behind")
        page = self.context.new_page()
        page.goto(self.url + path)
        self.settle()
        return page

    def front(self, page: Page) -> Page:
        """Turn to another tab."""
        for other in self.context.pages:
            if other is not page:
                other.evaluate(TURN, "behind")
        page.evaluate(TURN, "")
        self.settle()
        return page

    # The network

    def release(self) -> None:
        """Let the pings through that were held, and those that come."""
        self.mend()
        while self.held:
            self.held.pop(0).continue_()
            self.settle()

    @contextmanager
    def counted(self) -> Iterator[list[Request]]:
        """The pings of the block, when it is over."""
        pings: list[Request] = []
        before = len(self.pings)
        yield pings
        self.settle()
        pings += self.pings[before:]


def warning(page: Page) -> Locator:
    return page.locator("#session_security_warning")


def cover(page: Page) -> Locator:
    return page.locator("#session_security_cover")


def counter(page: Page) -> Locator:
    return page.locator("#session_security_counter")


def expect_warned(*pages: Page) -> None:
    for page in pages:
        expect(warning(page)).to_be_visible()
        expect(cover(page)).not_to_be_visible()


def expect_quiet(*pages: Page) -> None:
    """Neither warned nor covered, and the page is readable."""
    for page in pages:
        expect(warning(page)).not_to_be_visible()
        expect(cover(page)).not_to_be_visible()
        expect(page.locator("h1")).to_be_visible()


def expect_covered(*pages: Page) -> None:
    """Covered, and nothing of the page can be read."""
    for page in pages:
        expect(cover(page)).to_be_visible()
        expect(warning(page)).not_to_be_visible()
        expect(page.locator("h1")).not_to_be_visible()


def expect_signed_out(world: World, *pages: Page) -> None:
    """At the login page, which says why."""
    for page in pages:
        expect(page).to_have_url(re.compile(re.escape(world.url) + r"/login/\?next=/"))
        expect(cover(page)).to_have_count(0)


def move(page: Page) -> None:
    """Move the mouse, as a hand does: it has been somewhere before."""
    page.mouse.move(200, 300)
    page.mouse.move(210, 310)


def rest(world: "World") -> None:
    """Let the mouse rest, and the dialog that waits for it go."""
    world.advance(1.1)


def act_by_key(page: Page) -> None:
    page.keyboard.press("a")


def reported(ping: Request) -> float:
    """The idle seconds that a ping reports."""
    return float(parse_qs(ping.post_data or "")["idleFor"][0])


def events(page: Page) -> list[str]:
    return list(page.evaluate("events"))


def said(page: Page) -> list[str]:
    return list(page.evaluate("said"))


def focused(page: Page | Frame) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


def prompts(page: Page) -> bool:
    """Whether leaving the page would ask."""
    script = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    return bool(page.evaluate(script))


def texts(locators: Iterable[Locator]) -> list[str]:
    return [locator.inner_text() for locator in locators]


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)
