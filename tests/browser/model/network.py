"""The way between the pages and the server, and all that goes wrong on it."""

from __future__ import annotations

import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.urls import clear_url_caches
from playwright.sync_api import APIResponse, Error, Page, Route

from session_security.conf import forget
from tests.browser.model.site import Served
from tests.browser.model.truth import State
from tests.browser.traffic import Traffic

if TYPE_CHECKING:
    from tests.browser.model.stage import Stage

# What may be wrong with pings, and what has been seen when it was.
FAULTS = {
    "requests lost": "ping lost",
    "answers lost": "answer lost",
    "requests late": "ping late",
    "answers late": "answer late",
}


@dataclass
class Delayed:
    """A ping that is held up: on its way to the server, or back from it with its answer."""

    route: Route
    act: float  # the latest one when it was sent
    at: float
    answer: APIResponse | None = None


@dataclass
class Ping:
    """A ping as it was served."""

    served: Served
    act: float  # the latest one when it was served
    at: float


class Network(Traffic):
    """The network of the stage."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.context, stage.url)
        self.stage = stage
        self.connected, self.down, self.fault = True, False, ""
        self.delayed: list[Delayed] = []
        self.last_ping: Ping | None = None
        self.calm_since = -inf  # nothing has gone wrong, slept, or been set since

    @property
    def reachable(self) -> bool:
        """Whether a ping and its answer get through."""
        return self.connected and not self.fault

    def go_offline(self) -> None:
        self.context.set_offline(True)
        self.connected = False

    def go_online(self) -> None:
        self.context.set_offline(False)
        self._reconnect()

    def stop_server(self) -> None:
        self.context.route("**/*", refuse)
        self.connected, self.down = False, True

    def start_server(self) -> None:
        """The server is back, with an empty memory."""
        forget()
        cache.clear()
        clear_url_caches()
        self.context.unroute("**/*", refuse)
        self.down = False
        self._reconnect()

    def _reconnect(self) -> None:
        self.connected, self.calm_since = True, self.stage.now

    def fail(self, fault: str) -> None:
        """From now on pings have this fault."""

        def fail(route: Route) -> None:
            self.stage.seen.add(FAULTS[fault])
            delayed = Delayed(route, self.stage.ours.latest, self.stage.now)
            if fault == "requests lost":
                route.abort()
            elif fault == "requests late":
                hold(route)
                self.delayed.append(delayed)
            else:
                delayed.answer = route.fetch()
                if fault == "answers lost":
                    route.abort()
                else:
                    hold(route)
                    self.delayed.append(delayed)

        self.fault = fault
        self.answer_pings(fail)

    def get_through(self) -> None:
        """Pings get through again, and so does what was held up."""
        self.mend()
        for delayed in self.delayed:
            hold(delayed.route, False)
        for delayed in self.delayed:
            if not delayed.answer:
                self._let_through(delayed)
        for delayed in self.delayed:
            if delayed.answer:
                self._answer(delayed.route, delayed.answer)
        self.delayed = []
        self.fault, self.calm_since = "", self.stage.now

    def _let_through(self, delayed: Delayed) -> None:
        ours = self.stage.ours
        if ours.signed_in <= delayed.at:
            ours.was_delayed(max(delayed.act, ours.signed_in), self.stage.now - delayed.at)
        with suppress(Error):
            delayed.route.continue_()

    def _answer(self, route: Route, answer: APIResponse) -> None:
        # Its cookie would end a later sign-in, whatever the app does.
        headers = {key: value for key, value in answer.headers.items() if key != "set-cookie"}
        with suppress(Error):
            route.fulfill(response=answer, headers=headers)

    def lose(self, page: Page) -> None:
        """What is held up is lost; closing the page would let it through."""
        for delayed in self.delayed:
            if delayed.route.request.frame.page is page:
                with suppress(Error):
                    delayed.route.abort()

    def send_again(self, ping: Ping) -> None:
        """The ping comes once more."""
        ours, served = self.stage.ours, ping.served
        if served.session == self.stage.key and ping.act > -inf and ours.state is not State.OUT:
            ours.was_delayed(ping.act, self.stage.now - ping.at)
        request = urllib.request.Request(self.url + served.path, served.body.encode())
        request.add_header("Cookie", f"sessionid={served.session}")
        request.add_header("Sec-Fetch-Dest", "empty")
        request.add_header("X-Session-Security", "1")
        request.add_header("X-Browser", "again")
        with suppress(urllib.error.HTTPError):
            urllib.request.urlopen(request, timeout=30).close()


def hold(route: Route, is_held: bool = True) -> None:
    """Tell the page that this request of its is held up, or is so no more."""
    number = int(route.request.headers["x-asked"])
    with suppress(Error):
        route.request.frame.evaluate(
            "([number, isHeld]) => modelTraffic.hold(number, isHeld)", [number, is_held]
        )


def refuse(route: Route) -> None:
    """As a port where nobody listens."""
    route.abort("connectionrefused")
