"""What a schedule is played on: one browser and its server, with one clock for both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from typing import Any

from django.test import Client
from playwright.sync_api import BrowserContext, Dialog, Error

from tests.browser.model.clocks import Clocks
from tests.browser.model.limits import EXPIRE_AFTER, NEAR, STEP, TICK, WARN_AFTER
from tests.browser.model.network import Network
from tests.browser.model.schedule import Schedule
from tests.browser.model.settling import Settling
from tests.browser.model.site import Served, Witness
from tests.browser.model.tab import Tab
from tests.browser.model.truth import Broken, Felt, State, Truth
from tests.browser.model.writing import SlowWrite
from tests.browser.scripts import function, init_script
from tests.browser.world import TURN

SCRIPTS = (
    "page/visibility.js",
    "model/page/time.js",
    "model/page/traffic.js",
    "model/page/report.js",
)
FETCH = function("model/page/fetch.js", "fetchInPage")


class Stage:
    """The tabs of one browser, the server, the time in both, and what is true of them."""

    def __init__(
        self, schedule: Schedule, context: BrowserContext, traveller: Any, url: str
    ) -> None:
        self.context, self.url = context, url
        self.clocks = Clocks(schedule, traveller)
        self.network = Network(self)
        self.settling = Settling(self)
        self.tabs: list[Tab] = []
        self.in_front: Tab | None = None
        self.opened = 0  # tabs, ever
        self.moving: Tab | None = None  # the tab that goes elsewhere because the person wants it
        self.ours, self.theirs = Truth(), Truth()
        self.felt = Felt()
        self.elsewhere: Client | None = None  # the other browser
        self.key: str | None = None  # of the session
        self.woken = -inf  # from a sleep that the pages need not have noticed yet
        self.signed_out_at = inf  # by a page of this browser
        self.writing: SlowWrite | None = None
        self.notes = self.moves = 0  # ever written, ever made
        self.seen: set[str] = set()
        Witness.log.clear()
        context.on("dialog", self._answer)
        context.add_init_script(init_script(*SCRIPTS, START=self.clocks.wall))
        context.set_default_timeout(10_000)

    # Time

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return self.clocks.now

    @property
    def idle(self) -> float:
        """Seconds since the last act of the person, whoever knows of it."""
        return self.now - max(self.felt.act, self.ours.act)

    def shift(self, server: int, wall: int, mono: int) -> None:
        """Put the clocks forward, each by so many milliseconds; time ends what it ends."""
        self.clocks.shift(server, wall, mono)
        self.felt.late = max(self.felt.late, self.ours.late)
        for truth in (self.ours, self.theirs):
            if truth.pass_to(self.now):
                self.expired(truth)

    def sleep(self, seconds: float, still: bool = False) -> None:
        """All clocks jump; ``performance.now()`` and the timers may have stood still."""
        by = round(seconds * 1000)
        self.shift(by, by, 0 if still else by)
        if still:
            self.woken = self.now
            self.felt.stood_still += seconds
        self.network.calm_since = self.now

    def set_clock(self, by: float) -> None:
        """The browser's clock is set, by so many seconds."""
        self.clocks.wall += round(by * 1000)
        self.network.calm_since = self.now
        if by > 0:
            for tab in self.tabs:
                tab.acts = []  # they seem to be older than what the server knows
        self.felt.clock_is_set(by, self.any_frozen)

    def expired(self, truth: Truth) -> None:
        """Time has ended this session."""
        if truth is self.ours:
            self.seen.add("expiry by time")
            if not self.network.connected:
                self.seen.add("expiry while offline")

    def next_stop(self) -> tuple[int, bool]:
        """Milliseconds to the next moment to look at, and whether something is due near now."""
        stops, near = [], False
        for act in {self.felt.act, self.ours.act}:
            for due in (act + WARN_AFTER, act + EXPIRE_AFTER):
                stops += [due - NEAR, due - 0.1, due, due + TICK, due + NEAR]
                near |= abs(self.now - due) < NEAR
        stops += [self.ours.sure + EXPIRE_AFTER, self.ours.late + EXPIRE_AFTER]
        ahead = [round(stop * 1000) - self.clocks.server for stop in stops if stop > self.now]
        timers = [tab.report["due"] - self.clocks.mono for tab in self.running if tab.report]
        timer = max(min([*timers, 20_000]), 50 if near else STEP * 1000)
        return max(1, round(min([timer, *ahead]))), near

    def settle(self) -> None:
        """Let every page do what is due, and wait until it and the others have answered."""
        self.settling.settle()

    # Tabs

    @property
    def running(self) -> list[Tab]:
        """The tabs that are not frozen."""
        return [tab for tab in self.tabs if not tab.frozen]

    @property
    def any_frozen(self) -> bool:
        return len(self.running) < len(self.tabs)

    @property
    def front(self) -> Tab:
        """The tab that the person looks at."""
        assert self.in_front
        return self.in_front

    def open(self, path: str) -> Tab:
        """Open a page in a new tab, in front of the others."""
        for tab in self.tabs:
            look(tab, "behind")
        self.opened += 1
        tab = Tab(f"tab {self.opened}", self.context.new_page())
        self.tabs.append(tab)
        self.in_front = tab
        self.visit(tab, lambda: tab.page.goto(self.url + path))
        return tab

    def turn_to(self, tab: Tab) -> None:
        """Bring the tab to the front, thawed."""
        for other in self.tabs:
            if other is not tab:
                look(other, "behind")
        if tab.frozen:
            self.thaw(tab)
        look(tab, "")
        self.front.since = self.now
        self.in_front = tab
        tab.since = self.now

    def thaw(self, tab: Tab) -> None:
        """A frozen tab runs again, and hears what it has missed."""
        tab.page.evaluate(
            "(time) => { modelTime.set(time); modelTime.thaw(); }", self.clocks.page_time
        )
        tab.frozen, tab.since = False, self.now
        self.seen.add("frozen and thawed")

    @contextmanager
    def hand(self, tab: Tab) -> Iterator[None]:
        """What the tab does, it does because the person wants it."""
        self.moving = tab
        try:
            yield
            self.settle()
        finally:
            self.moving = None

    def visit(self, tab: Tab, go: Callable[[], object]) -> None:
        """Go elsewhere in a tab; the server may see that."""
        seen = len(Witness.log)
        # The other pages, when the clock has been read by the new one
        with self.hand(tab):
            with suppress(Error):
                go()
            tab.since = self.now
        for served in Witness.log[seen:]:
            if served.browser == "ours" and served.navigation:
                self._was_visited(served)

    def _was_visited(self, served: Served) -> None:
        """The server has answered a page view of the person."""
        if not served.user:
            if self.ours.state is State.IN:
                raise Broken(f"{served.path} was not served as {self.ours.user}.")
            self.ours.end()
            return
        if self.ours.state is State.OUT:
            raise Broken(f"{served.path} was served as {served.user}, who is signed out.")
        self.ours.visits(self.now)
        self.felt.acts(self.now, is_frozen=self.any_frozen)

    def fetch(self, tab: Tab, path: str, idle_for: str | None = None) -> None:
        """A script of the page asks for this path, or reports to it."""
        tab.page.evaluate(FETCH, [path, idle_for])
        self.settle()

    def await_page(self, tab: Tab) -> None:
        """Wait for the page that a form leads to."""
        for _ in range(500):
            with suppress(Error):
                tab.page.wait_for_load_state()
                if tab.page.evaluate("modelTraffic.doc") != tab.doc:
                    return
            tab.page.wait_for_timeout(2)

    def _answer(self, prompt: Dialog) -> None:
        if self.moving is None:
            self.network.noise.append(f"A prompt: {prompt.type}")
        prompt.accept()

    # Users

    def sign_in(self, user: str) -> None:
        """The person has signed in as this user, in a page that is there."""
        self.ours.sign_in(self.now, user)
        self.signed_out_at = inf
        self.felt.acts(self.now, is_frozen=self.any_frozen)

    def finish_writing(self) -> None:
        """The slow request, if there is one, writes into the session."""
        if self.writing:
            self.writing.finish()
        self.writing = None


def look(tab: Tab, name: str) -> None:
    """The tab is in front, or ``behind``."""
    for _ in range(100):
        with suppress(Error):
            tab.page.evaluate(TURN, name)
            return
        tab.page.wait_for_timeout(5)  # it goes elsewhere just now
