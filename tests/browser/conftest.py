"""A browser and a server whose clocks stand still until a test moves them, together."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

NOON = datetime(2030, 1, 15, 12, tzinfo=UTC)

# Playwright's clock counts performance.now() from its installation, a browser from the navigation.
NAVIGATION_STARTS_AT_ZERO = """
{
  const now = performance.now.bind(performance);
  const start = now();
  performance.now = () => now() - start;
}
"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.fail("There is no Chromium: run 'make test-browser', which installs one.")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": path, "args": sandbox}


class World:
    """One browser, one server, and the time in both."""

    def __init__(self, context: BrowserContext, traveller: Any, url: str) -> None:
        self.context, self.traveller, self.url = context, traveller, url
        self.pings: list[Request] = []
        self.noise: list[str] = []
        self.pending = 0
        context.on("request", self._sent)
        context.on("requestfinished", self._done)
        context.on("requestfailed", self._done)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.noise.append(str(error.error)))

    def _sent(self, request: Request) -> None:
        self.pending += 1
        if "/session_security/ping/" in request.url:
            self.pings.append(request)

    def _done(self, request: Request) -> None:
        self.pending -= 1

    def _heard(self, message: ConsoleMessage) -> None:
        # A browser reports every 401 and every failed request; these are part of the protocol.
        if "Failed to load resource" not in message.text:
            self.noise.append(message.text)

    def advance(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass for the browser and the server, in steps, with the network in between."""
        while seconds > 0:
            by = min(step, seconds)
            seconds -= by
            self.traveller.shift(by)
            self.context.clock.run_for(round(by * 1000))
            self.settle()

    def settle(self) -> None:
        """Wait until every request is answered and every tab has heard of it."""
        for _ in range(2):
            for page in self.context.pages:
                page.evaluate("() => new Promise(resolve => { "
                              "const {port1, port2} = new MessageChannel(); "
                              "port1.onmessage = resolve; port2.postMessage(0); })")
            while self.pending:
                self.context.pages[0].wait_for_timeout(2)

    def open(self, path: str = "/records/") -> Page:
        page = self.context.new_page()
        page.goto(self.url + path)
        self.settle()
        return page

    def sign_in(self, username: str = "demo", path: str = "/records/") -> Page:
        page = self.context.new_page()
        page.goto(f"{self.url}/login/?next={path}")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(username)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"**{path}")
        self.settle()
        return page


@pytest.fixture
def world(
    context: BrowserContext, live_server: Any, transactional_db: None
) -> Iterator[World]:
    for username in ("demo", "other"):
        get_user_model().objects.create_superuser(username, password=username)
    context.add_init_script(NAVIGATION_STARTS_AT_ZERO)
    context.clock.install(time=NOON)
    context.clock.pause_at(NOON)
    context.set_default_timeout(5_000)
    expect.set_options(timeout=5_000)
    with time_machine.travel(NOON, tick=False) as traveller:
        world = World(context, traveller, live_server.url)
        yield world
        for page in context.pages:
            page.close()
    assert world.noise == []
