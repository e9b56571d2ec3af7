"""What is measured in the browser: some tabs in real time, five on a clock that is put forward."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks import client
from benchmarks.report import Row
from benchmarks.settings import OURS, PEER
from benchmarks.variants import Process
from scripts.find_browser import find

GONE_LIMIT = 100  # milliseconds
OPEN_LIMIT = 300  # milliseconds
PING_LIMIT = 31
HOUR = 3600
BETWEEN_ACTS = 10  # seconds
STEP = 500  # milliseconds

PATH = "/with-client/"
WARNING = "#session_security_warning"
WARNED = "(selector) => document.querySelector(selector).checkVisibility()"
# Both pages tell time by the same clock: timeOrigin plus what has passed since.
WATCH_KEY = """() => {
  window.pressed = new Promise((resolve) => addEventListener("keydown",
    (event) => resolve(performance.timeOrigin + event.timeStamp), { capture: true, once: true }));
}"""
WATCH_WARNING = """(selector) => {
  const warning = document.querySelector(selector);
  window.gone = new Promise((resolve) => new MutationObserver((_, observer) => {
    if (warning.checkVisibility()) return;
    observer.disconnect();
    resolve(performance.timeOrigin + performance.now());
  }).observe(warning, { attributes: true }));
}"""
# Something that was typed and not saved, and when the page opens again.
WATCH_UNLOCK = """() => {
  const field = document.body.appendChild(document.createElement("textarea"));
  field.value = "typed";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  window.open_again = new Promise((resolve) => addEventListener("session-security:unlock",
    () => resolve(performance.timeOrigin + performance.now()), { once: true }));
}"""
LOCKED = "document.querySelector('#session_security_cover a')?.checkVisibility()"


def figures(repeats: int = 5) -> Iterator[Row]:
    """Measure both; `CHROMIUM` may name the Chromium to take."""
    chromium = os.environ.get("CHROMIUM") or find("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        gone = {name: warning_gone(browser, name, repeats) for name in (OURS, PEER)}
        yield Row(
            "another tab's warning gone after a key press",
            "",
            f"{gone[OURS]:.0f} ms",
            f"{gone[PEER]:.0f} ms",
            f"{GONE_LIMIT} ms",
            gone[OURS] <= GONE_LIMIT,
        )
        pings = {name: pings_of_five_tabs(browser, name) for name in (OURS, PEER)}
        yield Row(
            "requests of five tabs in use for an hour",
            "",
            str(pings[OURS]),
            str(pings[PEER]),
            str(PING_LIMIT),
            pings[OURS] <= PING_LIMIT,
        )
        opened = tabs_open(browser, repeats)
        yield Row(
            "five locked tabs open after signing in again in a sixth",
            "",
            f"{opened:.0f} ms",
            "they are lost",
            f"{OPEN_LIMIT} ms",
            opened <= OPEN_LIMIT,
        )
        yield from client.figures(browser)
        browser.close()


def warning_gone(browser: Browser, variant: str, repeats: int) -> float:
    """Return the median milliseconds from a key press in one tab until the other's warning is gone.

    Warned after 3 s and out after 6 s; the key is pressed when both tabs have opened the warning.
    """
    taken = []
    with Process(variant, warn_after=3, expire_after=6) as process, visitor(browser, process) as it:
        tabs = [it.new_page(), it.new_page()]
        here, there = tabs
        for _ in range(repeats):
            for page in tabs:
                page.goto(PATH)
            for page in tabs:
                page.wait_for_function(WARNED, arg=WARNING)
            there.evaluate(WATCH_WARNING, WARNING)
            here.evaluate(WATCH_KEY)
            here.keyboard.press("a")
            gone, pressed = there.evaluate("window.gone"), here.evaluate("window.pressed")
            taken.append(float(gone - pressed))
    return median(taken)


def tabs_open(browser: Browser, repeats: int) -> float:
    """Return the median milliseconds from the sign-in in a new tab until all locked tabs are open.

    The time counts from when the browser asks for the page after the login form.
    """
    taken = []
    with Process(OURS, warn_after=3, expire_after=6) as process, visitor(browser, process) as it:
        tabs = [it.new_page() for _ in range(5)]
        for _ in range(repeats):
            for page in tabs:
                page.goto(PATH)
                page.evaluate(WATCH_UNLOCK)
            for page in tabs:
                page.wait_for_function(LOCKED, polling=100)
            sign_in(it, process.ask("sign_in"), tabs[0].evaluate("origin"))
            tab = it.new_page()
            tab.goto("/session_security/resume/")
            begin = tab.evaluate("performance.timeOrigin")
            taken.append(max(page.evaluate("window.open_again") for page in tabs) - begin)
            tab.close()
    return float(median(taken))


def pings_of_five_tabs(browser: Browser, variant: str) -> int:
    """Return how many pings five tabs send while somebody works in each in turn for an hour.

    The clocks of browser and server are stopped, and put forward together. Steps are short since
    within one of them each tab runs by itself, and the tabs' clocks disagree.
    """
    with Process(variant) as process, visitor(browser, process) as context:
        process.ask("travel", seconds=0)
        now = datetime.now(UTC)
        context.clock.install(time=now)
        context.clock.pause_at(now + timedelta(seconds=1))
        tabs = [context.new_page() for _ in range(5)]
        for tab in tabs:
            tab.goto(PATH)
        for act in range(HOUR // BETWEEN_ACTS):
            tab = tabs[act % len(tabs)]
            if act % 2:
                tab.keyboard.press("a")
            else:
                tab.mouse.move(10 + act, 20)
            for _ in range(BETWEEN_ACTS * 1000 // STEP):
                process.ask("travel", seconds=STEP / 1000)
                context.clock.run_for(STEP)
        return int(process.ask("pinged"))


@contextmanager
def visitor(browser: Browser, process: Process) -> Iterator[BrowserContext]:
    """Yield a browser context whose visitor is signed in to the site of `process`."""
    url = f"http://localhost:{process.ask('serve')}"
    with browser.new_context(base_url=url) as context:
        sign_in(context, process.ask("session_key"), url)
        yield context


def sign_in(context: BrowserContext, key: str, url: str) -> None:
    """Give the browser the session `key`."""
    context.add_cookies([{"name": "sessionid", "value": key, "url": url}])
