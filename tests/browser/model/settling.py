"""Waiting until every page has done what is due, and has heard of what the others did."""

from __future__ import annotations

from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING

from playwright.sync_api import Error

from tests.browser.model.limits import KEPT
from tests.browser.model.site import Witness
from tests.browser.model.tab import Tab
from tests.browser.model.truth import Broken, State

if TYPE_CHECKING:
    from tests.browser.model.stage import Stage


class Settling:
    """Settles the pages of a stage, and takes down what each of them shows then.

    Each time that a page is quiet, it says a word to the others, behind all that it said before:
    who has heard the word has heard the rest.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.words = 0
        self.lost = 0  # the last request of a page that went away which can't have come through
        self.settled: list[tuple[str, int]] = []  # the documents, and what they had done

    def settle(self) -> None:
        """Let every page do what is due, and wait until it and the others have answered."""
        for n in range(100):
            self.words += 1
            said = [
                (tab, tab.said, tab.word)
                for tab in self.stage.running
                if n and tab.said and tab.served
            ]
            calm = True
            for tab in self.stage.running:
                # what was said since the page is there
                heard = [word for by, word, at in said if by is not tab and at > tab.born]
                calm &= self._pass(tab, heard if tab.served else [], n)
            state = [(tab.doc, tab.report.get("changes", 0)) for tab in self.stage.running]
            calm &= state == self.settled
            self.settled = state
            if calm and self._all_has_arrived():
                return
        raise Broken("The pages do not come to rest.")

    def _pass(self, tab: Tab, awaited: list[str], before: int) -> bool:
        """Let one page do what is due; whether it waits for nothing any more."""
        now = self.stage.clocks.page_time
        question = {"now": now, "awaited": awaited, "word": self.words}
        try:
            report = tab.page.evaluate("(question) => modelPass(question)", question)
        except Error:  # it goes elsewhere
            report = None
        if report is None or report["leaving"]:
            tab.said = ""
            tab.page.wait_for_timeout(2 + before)  # the next page takes long under load
            with suppress(Error):
                tab.page.wait_for_load_state()
            return False
        tab.report = report
        tab.said, tab.word = f"{report['doc']} {self.words}", self.words
        self._meet(tab)
        tab.covered_since = min(tab.covered_since, self.stage.now) if tab.covered else inf
        return not report["asks"]

    def _all_has_arrived(self) -> bool:
        """Whether what pages asked while they went away has come to the server."""
        running = self.stage.running
        if not running:
            return True
        sent = max(tab.report.get("kept", 0) for tab in running)
        if not self.stage.network.reachable:
            self.lost = sent
        if sent <= max([self.lost, *(served.kept for served in Witness.log)]):
            return True
        running[0].page.wait_for_timeout(2)
        return False

    def _meet(self, tab: Tab) -> None:
        """A page may be where another one was: take it down, if it was allowed to come."""
        report = tab.report
        if report["restored"] != tab.restored or (report["doc"] in tab.docs - {tab.doc}):
            self.stage.seen.add("back/forward cache")
        if report["doc"] == tab.doc:
            return
        if tab.doc and self.stage.moving is not tab:
            self._watch_departure(tab)
        tab.doc, tab.user, tab.typed = report["doc"], report["user"], report["typed"]
        tab.docs.add(tab.doc)
        tab.born = self.words
        tab.restored = report["restored"]
        tab.loaded = tab.since = self.stage.now
        tab.acts = []

    def _watch_departure(self, tab: Tab) -> None:
        """A page has gone away by itself: it may, if it costs nobody anything."""
        ours, now = self.stage.ours, self.stage.now
        same = ours.state is not State.OUT and tab.user == ours.user
        kept = same or not ours.user
        if tab.typed and kept and now - tab.covered_since < KEPT:
            raise Broken(f"{tab.name} has lost what was typed.")
        if tab.user and ours.state is State.IN and same:
            raise Broken(f"{tab.name} was left, though its user is signed in.")
        if tab.user and tab.report["user"] and not same:
            # The server takes it for a page view of the new user; others have to hear of it.
            ours.late = self.stage.network.calm_since = now
