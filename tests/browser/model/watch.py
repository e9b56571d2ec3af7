"""Both promises, held against what the pages, the requests and the server show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.sessions.models import Session
from django.test import Client

from session_security.sessions import times
from tests.browser.model.limits import (
    CALM,
    CHANCE,
    EARLY,
    EXPIRE_AFTER,
    FOLLOW,
    PAUSE,
    PRECISION,
    ROUNDING,
    STEP,
    TICK,
    WAKING,
    WAKING_BEHIND,
    WARN_AFTER,
)
from tests.browser.model.network import Ping
from tests.browser.model.site import Witness
from tests.browser.model.tab import Tab
from tests.browser.model.truth import Broken, State, Truth

if TYPE_CHECKING:
    from tests.browser.model.stage import Stage

COPY = "copy" * 8  # a session key


class Watch:
    """Looks at a stage, whose pages have come to rest; ``Broken`` if a promise is."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.moments = 0  # looked at
        self.checked = 0  # of the log
        # What the truths were before the step that has just been done, whose requests may come yet.
        self.ours_before = self.theirs_before = State.OUT

    def look(self, asking: bool = True) -> None:
        """Everything that must be true at every moment; ``asking`` the server too."""
        self.moments += 1
        if self.stage.network.noise:
            raise Broken(f"The console says: {self.stage.network.noise}")
        self._look_at_log()
        for tab in self.stage.running:
            if tab.report:
                self._look_at_tab(tab)
        self._expect_reports()
        self._look_at_server(self.stage.ours, self.stage.key, asking)
        if self.stage.elsewhere:
            key = self.stage.elsewhere.session.session_key
            self._look_at_server(self.stage.theirs, key, asking)

    def begin_step(self) -> None:
        """A step is done now; it may end a session while requests are under way."""
        self.ours_before, self.theirs_before = self.stage.ours.state, self.stage.theirs.state

    def end_step(self) -> None:
        """Its requests have been looked at."""
        self.ours_before = self.theirs_before = State.OUT

    # Requests

    def _look_at_log(self) -> None:
        new, self.checked = Witness.log[self.checked :], len(Witness.log)
        for served in new:
            if served.browser == "nobody":
                continue
            if served.status >= 500:
                raise Broken(f"{served.path} was answered with {served.status}.")
            truth, before = self.stage.ours, self.ours_before
            if served.browser == "theirs":
                truth, before = self.stage.theirs, self.theirs_before
            if served.user and truth.state is before is State.OUT:
                raise Broken(f"{served.path} was served as {served.user}, who is signed out.")
            if served.browser == "ours" and served.user:
                if served.navigation:
                    self.stage.key = served.session
                if "user=" in served.body:
                    ping = Ping(served, truth.latest, self.stage.now)
                    self.stage.network.last_ping = ping

    # The server

    def _look_at_server(self, truth: Truth, key: str | None, asking: bool) -> None:
        """Would a request be served now, and is everything in the session?"""
        row = Session.objects.filter(pk=key).first() if key else None
        user = ""
        if row:
            user = served_with_a_copy(row) if asking else truth.user
        if user and truth.state is State.OUT:
            raise Broken(f"{user} would be served, but is signed out.")
        if not user and truth.state is State.IN:
            raise Broken(f"{truth.user} would not be served, but is signed in.")
        if row and user:
            self._look_at_session(truth, row.get_decoded())
        elif truth.state is State.MAYBE:
            truth.end()
            self.stage.expired(truth)

    def _look_at_session(self, truth: Truth, data: dict[str, Any]) -> None:
        known = (times.last_activity(data) or times.NEVER) - self.stage.clocks.start
        act = known.total_seconds()
        if act > truth.latest + ROUNDING:
            raise Broken(
                f"The server puts the last act at {act:.3f} s, which was at {truth.latest:.3f} s."
            )
        if act < truth.sure - ROUNDING:
            raise Broken(
                f"The server puts the last act at {act:.3f} s, "
                f"and must know of one at {truth.sure:.3f} s."
            )
        if data.get("notes", []) != truth.notes:
            raise Broken(f"Of the notes {truth.notes} there are {data.get('notes')}.")

    def _expect_reports(self) -> None:
        """What a page has felt is known to the server, after a chance to tell it."""
        stage = self.stage
        if not stage.network.reachable:
            return
        for tab in stage.running:
            if tab.covered or tab.user != stage.ours.user:
                tab.acts = []
            since = max(stage.network.calm_since, tab.since)
            while tab.acts and stage.now - max(tab.acts[0], since) >= CHANCE:
                stage.ours.is_known(tab.acts.pop(0) - PRECISION, stage.now)

    # A page

    def _look_at_tab(self, tab: Tab) -> None:
        truth = self.stage.ours
        if tab.doc == tab.report["doc"] and tab.typed and tab.report["typed"] != tab.typed:
            raise Broken(f"{tab.name} has lost what was typed.")
        if tab.typed and tab.covered and truth.state is State.OUT:
            self.stage.seen.add("lock with unsaved input")
        if tab.private:
            self._may_be_read(tab)
        if tab.warned:
            self._may_warn(tab)
        if self._should_be_open(tab):
            self._must_be_open(tab)

    @property
    def unfelt(self) -> float:
        """Seconds since the latest time that a page may take for the last act."""
        return self.stage.now - self.stage.felt.latest

    def is_calm(self, tab: Tab) -> bool:
        """Whether the tab has had the time and the network to speak with the server."""
        network = self.stage.network
        return network.reachable and self.stage.now - max(network.calm_since, tab.since) >= CALM

    def _may_be_read(self, tab: Tab) -> None:
        stage, in_front = self.stage, tab is self.stage.front
        waking = (WAKING if in_front else WAKING_BEHIND) + TICK
        asleep = tab.since <= stage.woken and stage.now - stage.woken < waking
        if self.unfelt >= EXPIRE_AFTER + TICK + stage.felt.hidden and not asleep:
            raise Broken(f"{tab.name} can be read, {self.unfelt:g} s after the last act.")
        away = stage.now - max(stage.signed_out_at, stage.network.calm_since, tab.since)
        if in_front and self.is_calm(tab) and away >= FOLLOW + CALM:
            raise Broken(f"{tab.name} can be read, {away:g} s after the sign-out.")

    def _may_warn(self, tab: Tab) -> None:
        stage = self.stage
        stage.seen.add("warning")
        heard = tab.loaded >= stage.ours.signed_in or self.is_calm(tab)  # of this sign-in
        least = WARN_AFTER - EARLY - stage.felt.set_forward
        if heard and stage.now - stage.felt.sure < least:
            raise Broken(f"{tab.name} warns, {self.unfelt:g} s after the last act.")

    def _should_be_open(self, tab: Tab) -> bool:
        """Whether its user looks at it and is signed in, and it knows what there is to know."""
        ours = self.stage.ours
        return (
            tab is self.stage.front
            and bool(tab.user)
            and tab.user == ours.user
            and ours.state is State.IN
            and self.unfelt < EXPIRE_AFTER - EARLY
            and self.is_calm(tab)
        )

    def _must_be_open(self, tab: Tab) -> None:
        if tab.covered:
            raise Broken(f"{tab.name} is covered, {self.unfelt:g} s after the last act.")
        latest = WARN_AFTER + PAUSE + TICK + STEP + self.stage.felt.hidden
        if not tab.warned and self.unfelt >= latest:
            raise Broken(f"{tab.name} does not warn, {self.unfelt:g} s after the last act.")


def served_with_a_copy(row: Session) -> str:
    """Ask the server with a copy of the session, which leaves no trace; who is served."""
    Session.objects.create(
        session_key=COPY, session_data=row.session_data, expire_date=row.expire_date
    )
    client = Client(headers={"X-Browser": "nobody"})
    client.cookies["sessionid"] = COPY
    user = str(client.get("/panel/").json().get("user", ""))
    Session.objects.filter(pk=COPY).delete()
    return user
