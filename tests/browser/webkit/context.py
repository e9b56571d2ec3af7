"""As much of Playwright's interface as the tests need, for WebKitGTK."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import sleep
from types import SimpleNamespace
from typing import Any
from urllib.request import HTTPCookieProcessor, Request, build_opener  # noqa: F401

from playwright.sync_api import Error

from tests.browser.scripts import init_script
from tests.browser.webkit.driver import Driver
from tests.browser.webkit.keys import Keyboard, Mouse
from tests.browser.webkit.locator import Finder, wait_for
from tests.browser.webkit.wire import BLANK, Pattern, Response, Route, Wire, fits
from tests.browser.webkit.wire import Request as WireRequest

# Numbers that JSON does not have are sent as texts, and an error as one, too.
EVALUATE = """
const value = JSON.parse(arguments[0]);
window.pageId = %s;
const write = (key, given) =>
  typeof given === "number" && !Number.isFinite(given) ? `number ${given}` : given;
return (async () => {
  const given = %s
  ;return typeof given === "function" ? given(value) : given;
})().then(
  (result) => JSON.stringify([result], write),
  (error) => `${error}\\n${error?.stack}`,
);
"""
NUMBERS = {"number Infinity": math.inf, "number -Infinity": -math.inf, "number NaN": math.nan}


def read(value: Any) -> Any:
    """A result with the numbers that JSON does not have."""
    if isinstance(value, list):
        return [read(item) for item in value]
    if isinstance(value, dict):
        return {key: read(item) for key, item in value.items()}
    return NUMBERS.get(value, value) if isinstance(value, str) else value


TURN = 0.005  # seconds in which one tab hears what another says


class Clock:
    """The clocks of all pages, which stand still until the test moves them; in milliseconds."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.wall, self.monotonic = 0.0, 0.0

    def pause_at(self, time: datetime) -> None:
        self.wall = milliseconds(time)

    def run_for(self, by: int) -> None:
        """Time passes, and what is due in it happens in its turn, in whatever tab."""
        end = self.monotonic + by
        if len(self._context.pages) == 1:  # no other has to keep up
            self._pass(by, "run")
            return
        while (due := min([*self._tell("due"), end])) < end:
            self._pass(due - self.monotonic, "jump")
            sleep(TURN)
        self._pass(end - self.monotonic, "jump")

    def fast_forward(self, by: int) -> None:
        """Time jumps, and what was due in it happens at the end."""
        self._pass(by, "jump")

    def set_system_time(self, time: datetime) -> None:
        """Only the wall clock is another, and nothing happens."""
        self.wall = milliseconds(time)
        self._tell("set")

    def _pass(self, by: float, how: str) -> None:
        self.wall += by
        self.monotonic += by
        self._tell(how)

    @property
    def time(self) -> dict[str, float]:
        return {"wall": self.wall, "monotonic": self.monotonic}

    def _tell(self, what: str) -> list[float]:
        """Have all pages do this."""
        return [
            page.evaluate(f"(time) => window.stillClock?.{what}(time) ?? Infinity", self.time)
            for page in self._context.pages
        ]


def milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)


class Page(Finder):
    """A tab."""

    def __init__(self, context: Context, window: str) -> None:
        self.context, self._window = context, window
        self.page, self.steps = self, []
        self.keyboard, self.mouse = Keyboard(self), Mouse(self)
        self.clock = context.clock
        self.request = context.request
        self._listeners: dict[str, list[Callable[..., Any]]] = defaultdict(list)

    @property
    def driver(self) -> Driver:
        """The driver, turned to this tab."""
        self.context.driver.turn_to(self._window)
        return self.context.driver

    @property
    def name(self) -> str:
        return self._window

    @property
    def url(self) -> str:
        return str(self.driver.get("/url"))

    @property
    def frames(self) -> list[Frame]:
        return [Frame(self, []), Frame(self, self.frame_locator("iframe").steps)]

    def goto(self, url: str) -> None:
        self.driver.post("/url", url=url)

    def go_back(self, wait_until: str = "load") -> None:
        self.driver.post("/back")

    def evaluate(self, script: str, value: object = None) -> Any:
        """What the expression, or the function that it is, gives."""
        text = EVALUATE % (json.dumps(self._window), script)
        for wait in (0.01, 0.05, 0.1, 0.2, 0.5, 1):
            try:
                answer = self.driver.post("/execute/sync", script=text, args=[json.dumps(value)])
                break
            except Error:
                if self.driver.is_broken or self.is_closed():
                    raise
                sleep(wait)  # it may just go elsewhere
        else:
            raise Error(f"The page does not answer: {script}")
        try:
            (result,) = json.loads(answer)
        except ValueError:
            raise Error(answer) from None
        return read(result)

    def is_closed(self) -> bool:
        return self not in self.context.look_for_pages()

    def close(self, run_before_unload: bool = False) -> None:
        self.driver.delete("/window")
        self.context.forget(self)

    def on(self, event: str, hear: Callable[..., Any]) -> None:
        self._listeners[event].append(hear)

    def emit(self, event: str, what: object) -> None:
        for hear in self._listeners[event]:
            hear(what)

    def route(self, pattern: Pattern, handler: Callable[[Any], Any]) -> None:
        self.context.route(pattern, handler, self)

    def unroute(self, pattern: Pattern) -> None:
        self.context.unroute(pattern, self)

    def unroute_all(self) -> None:
        self.context.unroute(None, self)

    def wait_for_timeout(self, milliseconds: float) -> None:
        sleep(milliseconds / 1000)

    def wait_for_load_state(self) -> None:
        wait_for(lambda: self.evaluate("document.readyState") == "complete", "load")

    def wait_for_url(self, pattern: str) -> None:
        wait_for(lambda: fits(pattern, self.url), pattern)

    def set_viewport_size(self, size: dict[str, int]) -> None:
        width, height = self.evaluate("[innerWidth, innerHeight]")
        outer = self.driver.get("/window/rect")
        self.driver.post(
            "/window/rect",
            width=outer["width"] + size["width"] - width,
            height=outer["height"] + size["height"] - height,
        )


class Frame(Finder):
    """A page, or the first frame in it."""

    def __init__(self, page: Page, steps: list[dict[str, object]]) -> None:
        self.page, self.steps = page, steps

    def goto(self, url: str) -> None:
        go = "(url) => new Promise((resolve) => { const frame = document.querySelector('iframe'); "
        go += "frame.addEventListener('load', resolve, { once: true }); frame.src = url; })"
        self.page.evaluate(f"async (url) => {{ await ({go})(url); }}", url)


class Context:
    """All tabs of the one browser, made anew for each test."""

    def __init__(self, driver: Driver, wire: Wire, url: str) -> None:
        self.driver, self._wire, self._url = driver, wire, url
        self.clock = Clock(self)
        self.offline = False
        self.request = SimpleNamespace(get=self._get)
        self.failures: list[Exception] = []
        self.routed: list[Route] = []
        self._scripts: list[str] = []
        self._pages: dict[str, Page] = {}
        self._listeners: dict[str, list[Callable[..., Any]]] = defaultdict(list)
        self._routes: list[tuple[Pattern, Callable[[Any], Any], Page | None]] = []
        wire.context = self
        self._base = self._clean()

    def _clean(self) -> str:
        """Leave one tab, in which there is nothing, and nothing of an earlier test."""
        base, *others = self.driver.get("/window/handles")
        for window in others:
            self.driver.turn_to(window)
            self.driver.delete("/window")
        self.driver.turn_to(base)
        self.driver.post("/url", url=self._url + BLANK)
        self.driver.post("/execute/sync", script="localStorage.clear()", args=[])
        self.driver.delete("/cookie")
        return str(base)

    def close(self) -> None:
        for route in self.routed:
            if not route.end.done():
                route.abort()
        if not self.driver.is_broken:
            self._clean()
        self._wire.context = None
        assert self.failures == []

    def set_default_timeout(self, milliseconds: float) -> None:
        """It is PATIENCE, in locator.py."""

    # Tabs

    @property
    def pages(self) -> list[Page]:
        """The tabs that the test has opened or expected, and that it does not know to be closed."""
        return list(self._pages.values())

    def look_for_pages(self) -> list[Page]:
        """The tabs that there are now."""
        windows = self.driver.get("/window/handles")
        for window in windows:
            if window not in self._pages and window != self._base:
                self._pages[window] = page = Page(self, window)
                self.emit("page", page)
        for window in [window for window in self._pages if window not in windows]:
            self.forget(self._pages[window])
        return self.pages

    def new_page(self) -> Page:
        self.driver.turn_to(self._base)
        window = self.driver.post("/window/new", type="window")[
            "handle"
        ]  # a mouse reaches no tab behind another
        return next(page for page in self.look_for_pages() if page.name == window)

    def forget(self, page: Page) -> None:
        if self._pages.pop(page.name, None):
            page.emit("close", page)

    def page_named(self, window: str) -> Page | None:
        return self._pages.get(window)

    @contextmanager
    def expect_page(self) -> Iterator[SimpleNamespace]:
        known = set(self.pages)
        opened = SimpleNamespace(value=None)
        yield opened
        opened.value = wait_for(
            lambda: next((page for page in self.look_for_pages() if page not in known), None),
            "a new tab",
        )

    # What is said

    def on(self, event: str, hear: Callable[..., Any]) -> None:
        self._listeners[event].append(hear)

    def emit(self, event: str, what: object) -> None:
        """Tell the test; the server's threads must not break by what it thinks of it."""
        for hear in self._listeners[event]:
            try:
                hear(what)
            except (AssertionError, ValueError) as failure:  # it is raised at the end
                self.failures.append(failure)

    def hear(self, text: str) -> None:
        """What a page has told; see page/first.js."""
        kind, _, words = text.partition(":")
        if kind == "error":
            self.emit("weberror", SimpleNamespace(error=words))
        else:
            self.emit("console", SimpleNamespace(text=words))

    # What goes through

    def add_init_script(self, script: str) -> None:
        self._scripts.append(script)

    def script(self) -> str:
        """What runs in a page before its own scripts."""
        constants = {"WALL": self.clock.wall, "MONOTONIC": self.clock.monotonic}
        ours = init_script("page/first.js", "page/still_clock.js", **constants)
        return "\n".join([ours, *self._scripts])

    def set_offline(self, offline: bool) -> None:
        self.offline = offline

    def route(
        self, pattern: Pattern, handler: Callable[[Any], Any], page: Page | None = None
    ) -> None:
        self._routes.insert(0, (pattern, handler, page))

    def unroute(self, pattern: Pattern | None, page: Page | None = None) -> None:
        self._routes = [
            route
            for route in self._routes
            if route[2] is not page or pattern not in (None, route[0])
        ]

    def handler_for(self, request: WireRequest) -> Callable[[Any], Any] | None:
        for pattern, handler, page in self._routes:
            if fits(pattern, request.url) and (not page or request.page in (None, page)):
                return handler
        return None

    # Cookies

    def add_cookies(self, cookies: list[dict[str, str]]) -> None:
        for cookie in cookies:
            self.driver.turn_to(self._base)
            given = {"name": cookie["name"], "value": cookie["value"], "path": "/"}
            self.driver.post("/cookie", cookie=given)

    def clear_cookies(self) -> None:
        self.driver.turn_to(self._base)
        self.driver.delete("/cookie")

    def _get(self, url: str) -> Response:
        """A request of the test's own, with the browser's cookies."""
        self.driver.turn_to(self._base)
        cookies = "; ".join(f"{c['name']}={c['value']}" for c in self.driver.get("/cookie"))
        asked = Request(url, headers={"Cookie": cookies})
        with build_opener().open(asked) as answer:
            return Response(answer.url, answer.status, answer.headers.items(), answer.read())


class Browser:
    """WebKitGTK; it has one context at a time."""

    def __init__(self, program: str, wire: Wire, url: str) -> None:
        self._program, self._wire, self._url = program, wire, url
        self._driver: Driver | None = None

    def new_context(self) -> Context:
        """A context in a browser that lives: a test that fails may have left it hanging."""
        if self._driver and self._driver.is_broken:
            self.close()
        if not self._driver:
            self._driver = Driver(self._program)
        return Context(self._driver, self._wire, self._url)

    def close(self) -> None:
        if self._driver:
            self._driver.quit()
        self._driver = None
