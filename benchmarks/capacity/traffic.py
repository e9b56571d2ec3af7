"""What one person's browser asks for in an hour, by the client that is shipped in a Chromium."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser, sync_playwright

from benchmarks.browser import BETWEEN_ACTS, HOUR, PATH, STEP, visitor
from benchmarks.settings import OURS
from benchmarks.variants import Process
from scripts.find_browser import find
from tests.browser.clock import stop_clock

READER, TYPIST = "reader: a page a minute", "typist: one page, never left"
PEOPLE = {READER: 60, TYPIST: HOUR}  # seconds on a page


def hours() -> dict[str, dict[str, int]]:
    """What each of the `PEOPLE` comes to in an hour, with an act every ten seconds."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or find("chromium"), args=["--no-sandbox"]
        )
        found = {name: _hour(browser, stay) for name, stay in PEOPLE.items()}
        browser.close()
    return found


def _hour(browser: Browser, stay: int) -> dict[str, int]:
    """The clocks of browser and server are stopped, and put forward together."""
    with Process(OURS) as process, visitor(browser, process) as context:
        process.ask("watch_merges")
        process.ask("travel", seconds=0)
        now = datetime.now(UTC)
        stop_clock(context, now, now + timedelta(seconds=1))
        tab, pages = context.new_page(), 0
        for second in range(0, HOUR, BETWEEN_ACTS):
            if second % stay == 0:
                tab.goto(PATH)
                pages += 1
            tab.keyboard.press("a")
            for _ in range(BETWEEN_ACTS * 1000 // STEP):
                process.ask("travel", seconds=STEP / 1000)
                context.clock.run_for(STEP)
        tab.wait_for_timeout(500)  # the last ping may still be on its way
        return {"pages": pages, "pings": process.ask("pinged"), "stored": process.ask("merged")}
