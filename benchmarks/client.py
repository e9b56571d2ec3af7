"""What the client costs a page: the time of an event and of a tick, and memory over an hour.

Beside ours stand 2.6.8 and react-idle-timer, which many single-page apps use. All listen in one
Chromium; what they gave to ``addEventListener`` and to timers is called again and again, with a
real event, and timed.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.report import Row
from benchmarks.settings import OURS, PEER
from benchmarks.variants import ROOT, Process

IDLE_TIMER = "react-idle-timer"
PATH = "/with-client/"
WARN_AFTER = 540  # seconds
EVENTS = ("a movement of the pointer", "a key")
MEMORY_LIMIT = 16  # KiB in an hour, which is what a garbage collector leaves to chance

COLLECT = (Path(__file__).parent / "collect.js").read_text()


def figures(browser: Browser, repeats: int = 5) -> Iterator[Row]:
    """Measure events, ticks and memory."""
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(repeats):
        for name in (OURS, PEER, IDLE_TIMER):
            with opened(browser, name) as page:
                for what, microseconds in times(page).items():
                    found.setdefault(what, {}).setdefault(name, []).append(microseconds)
    for what, by_name in found.items():
        mine, peer, other = (median(by_name[name]) for name in (OURS, PEER, IDLE_TIMER))
        # The others do not look each second, but trust one long timer, which a sleep delays.
        limit = min(peer, other) if what in EVENTS else None
        yield Row(
            f"{what} ({IDLE_TIMER}: {other:.1f} µs)",
            "",
            f"{mine:.1f} µs",
            f"{peer:.1f} µs",
            "" if limit is None else f"{limit:.1f} µs",
            limit is None or mine <= limit,
        )
    growth = memory_growth(browser)
    yield Row(
        "memory that an hour of acting adds",
        "",
        f"{growth:.0f} KiB",
        "",
        f"{MEMORY_LIMIT} KiB",
        growth <= MEMORY_LIMIT,
    )


def times(page: Page) -> dict[str, float]:
    """The microseconds that one movement, one key and one tick take in all that listens."""
    page.mouse.move(100, 100)
    page.keyboard.press("a")
    events: dict[str, float] = page.evaluate("collected.timeEvents(['pointermove', 'mousemove'])")
    keys: dict[str, float] = page.evaluate("collected.timeEvents(['keydown', 'keyup', 'keypress'])")
    clock = page.context.clock
    clock.run_for(1000 * (WARN_AFTER - 60))
    page.evaluate("collected.timers()")
    clock.run_for(60_000)
    idle = page.evaluate("collected.timers()")
    clock.run_for(5000)
    page.evaluate("collected.timers()")
    clock.run_for(50_000)
    counting = page.evaluate("collected.timers()")
    return {
        EVENTS[0]: sum(events.values()),
        EVENTS[1]: sum(keys.values()),
        "timers in an idle second": idle / 60,
        "timers in a second of the warning": counting / 50,
    }


@contextmanager
def opened(browser: Browser, name: str) -> Iterator[Page]:
    """A page with one of them in it, whose clock stands still."""
    if name == IDLE_TIMER:
        with browser.new_context() as context:
            page = prepared(context.new_page())
            html = f"<!doctype html><title>x</title><div id=root></div><script>{bundle()}</script>"
            url = "http://localhost/"
            page.route(url, lambda route: route.fulfill(content_type="text/html", body=html))
            page.goto(url)
            yield page
        return
    from benchmarks.browser import visitor

    with Process(name) as process, visitor(browser, process) as context:
        page = prepared(context.new_page())
        page.goto(PATH)
        yield page


def prepared(page: Page) -> Page:
    """Has its listeners and timers collected, and a fake clock beneath them."""
    page.add_init_script("window.realNow = performance.now.bind(performance);")
    page.context.clock.install(time=datetime.now(UTC))
    page.add_init_script(COLLECT)
    return page


def bundle() -> str:
    """An app that does nothing but use the hook, as it is documented."""
    entry = """
        import { createElement } from "react";
        import { createRoot } from "react-dom/client";
        import { useIdleTimer } from "react-idle-timer";
        function App() {
          useIdleTimer({ timeout: 600_000, promptBeforeIdle: 60_000, crossTab: true });
          return null;
        }
        createRoot(document.getElementById("root")).render(createElement(App));
    """
    command = [
        "node_modules/.bin/esbuild",
        "--bundle",
        "--minify",
        "--define:process.env.NODE_ENV=" + json.dumps("production"),
    ]
    done = subprocess.run(command, input=entry, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.replace("</script", "<\\/script")


def memory_growth(browser: Browser) -> float:
    """The KiB by which the heap grows in an hour of acting, once all code has been compiled.

    Without the browser's own list of what was requested, of which it keeps the first 250.
    """
    from benchmarks.browser import visitor

    with Process(OURS) as process, visitor(browser, process) as context:
        process.ask("travel", seconds=0)
        context.clock.install(time=datetime.now(UTC))
        page = context.new_page()
        page.goto(PATH)
        devtools: Any = context.new_cdp_session(page)
        heaps = []
        for minutes in (70, 60):
            for second in range(0, 60 * minutes, 5):
                if second % 2:
                    page.keyboard.press("a")
                else:
                    page.mouse.move(10 + second % 500, 20)
                process.ask("travel", seconds=5)
                context.clock.run_for(5000)
            page.evaluate("performance.clearResourceTimings()")
            for _ in range(2):
                devtools.send("HeapProfiler.collectGarbage")
            heaps.append(devtools.send("Runtime.getHeapUsage")["usedSize"])
    return float(heaps[1] - heaps[0]) / 1024
