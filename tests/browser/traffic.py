"""What goes between a browser and its server, and what the browser's console says."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, Route

PING = re.compile(r"/session_security/ping/")
# What the browser's side of the app asks for, again if need be.
ASKED_AGAIN = re.compile(r"/session_security/(ping|element)/")


class Traffic:
    """All that goes through one browser context; pings may be cut off or held."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.pings: list[Request] = []
        self.loads: list[str] = []
        self.noise: list[str] = []
        self.held: list[Route] = []
        self.pending: set[Request] = set()
        self.routed = False
        context.on("request", self._sent)
        context.on("requestfinished", self._done)
        context.on("requestfailed", self._done)
        context.on("response", self._answered)
        context.on("page", lambda page: page.on("close", self._closed))
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.noise.append(str(error.error)))

    def _sent(self, request: Request) -> None:
        self.pending.add(request)
        if PING.search(request.url):
            self.pings.append(request)
        if request.is_navigation_request():
            self.loads.append(f"{request.method} {request.url.removeprefix(self.url)}")

    def _done(self, request: Request) -> None:
        self.pending.discard(request)

    def _closed(self, page: Page) -> None:
        # Nobody waits for what it has asked.
        gone = {
            request
            for request in self.pending
            if not request.is_navigation_request() and request.frame.page is page
        }
        self.pending -= gone
        self.held = [route for route in self.held if route.request not in gone]

    def _answered(self, response: Response) -> None:
        is_asked_again = response.from_service_worker or ASKED_AGAIN.search(response.url)
        assert response.status < 500 or is_asked_again

    def _heard(self, message: ConsoleMessage) -> None:
        # A browser reports every 401 and every failed request; these are part of the protocol.
        if "Failed to load resource" not in message.text:
            self.noise.append(message.text)

    def answer_pings(self, answer: Callable[[Route], Any]) -> None:
        """From now on, answer pings by this function in place of the server."""
        self.answer = answer
        if not self.routed:
            self.context.route(PING, lambda route: self.answer(route))
            self.routed = True

    def cut(self) -> None:
        """No ping gets through."""
        self.answer_pings(lambda route: route.abort())

    def hold(self) -> None:
        """Pings are on their way for long; they are in ``held``."""
        self.answer_pings(self._hold)

    def _hold(self, route: Route) -> None:
        self.held.append(route)

    def mend(self) -> None:
        """Pings get through again."""
        self.answer_pings(lambda route: route.continue_())
