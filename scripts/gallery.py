"""Draws the pictures of the gallery in the docs, from the demonstration site: ``make gallery``.

The browser's clock is moved and the server's answers are made up, so each state is there at once.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page, Route, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.find_browser import find  # noqa: E402

FOLDER = ROOT / "docs" / "_static" / "gallery"
PING = "**/session_security/ping/**"
ACTIVE = {"state": "active", "warnAfter": 30, "expireAfter": 60, "absoluteIn": None}
EXPIRED = {"state": "expired", "reason": "idle"}
NOON = "2026-01-15T12:00:00Z"
DESK, PHONE = {"width": 800, "height": 500}, {"width": 320, "height": 568}


def warned(page: Page) -> None:
    answer(page, ACTIVE | {"idle": 31})
    page.clock.run_for(32_000)


def warned_finally(page: Page) -> None:
    answer(page, ACTIVE | {"idle": 5, "absoluteIn": 25})
    page.clock.run_for(32_000)
    page.mouse.move(40, 40)
    page.mouse.move(60, 40)
    page.clock.run_for(15_000)


def in_doubt(page: Page) -> None:
    page.route(PING, lambda route: route.abort())
    page.clock.run_for(63_000)


def waiting(page: Page) -> None:
    in_doubt(page)
    page.clock.run_for(15_000)


def locked(page: Page) -> None:
    page.locator("textarea").first.fill("half a form")
    answer(page, EXPIRED, 401)
    page.clock.run_for(63_000)


def asked(page: Page) -> None:
    locked(page)
    page.locator("#session_security_cover [name=leave]").click()


STATES: dict[str, Callable[[Page], None]] = {
    "warning": warned,
    "final": warned_finally,
    "doubt": in_doubt,
    "waiting": waiting,
    "locked": locked,
    "asked": asked,
}
# Name, language, colours, size of the window.
LOOKS = {
    "light": ("en", "light", DESK),
    "dark": ("en", "dark", DESK),
    "phone": ("de", "light", PHONE),
    "rtl": ("ar", "dark", DESK),
}


def answer(page: Page, state: Mapping[str, object], status: int = 200) -> None:
    """Have every ping answered so, in the name of the user and the sign-in that ask."""

    def fulfill(route: Route) -> None:
        options = page.evaluate(
            "JSON.parse(document.querySelector('session-security').firstElementChild.textContent)"
        )
        whose = {name: options[name] for name in ("user", "signIn")}
        route.fulfill(status=status, json={**state, **whose})

    page.route(PING, fulfill)


@contextmanager
def demo() -> Iterator[str]:
    """The demonstration site, on a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PORT": str(port), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, str(ROOT / "example" / "manage.py"), "demo"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    for line in process.stdout or ():
        if line.startswith("Idle"):
            break
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def draw(browser: Browser, url: str, look: str) -> None:
    """Draw every state in one look."""
    language, colours, window = LOOKS[look]
    options: dict[str, Any] = {
        "base_url": url,
        "color_scheme": colours,
        "viewport": window,
        "is_mobile": window is PHONE,
        "has_touch": window is PHONE,
        "timezone_id": "UTC",
    }
    context = browser.new_context(**options)
    context.add_cookies([{"name": "django_language", "value": language, "url": url}])
    page = context.new_page()
    page.goto(f"/login/?next={quote('/form/')}")
    page.locator("#id_username").fill("demo")
    page.locator("#id_password").fill("demo")
    page.locator("#login-form button").click()
    page.wait_for_url("**/form/")
    cookies: Any = context.cookies()
    context.close()
    for state, lead_there in STATES.items():
        context = browser.new_context(**options)
        context.add_cookies(cookies)
        page = context.new_page()
        page.clock.install(time=NOON)
        page.goto("/form/")
        lead_there(page)
        page.locator(".session_security[open]").wait_for()
        page.screenshot(path=FOLDER / f"{state}-{look}.png")
        context.close()


def main() -> None:
    """Draw all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find("chromium"), args=["--no-sandbox"]
        )
        for look in LOOKS:
            draw(browser, url, look)
        browser.close()


if __name__ == "__main__":
    main()
