"""People at work, and people who leave, while one release takes the place of the other and back.

Time is that of the servers' clocks, in seconds; it stands while requests are under way.
"""

from __future__ import annotations

import http.client
import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from random import Random

from .client import COOKIE, NAVIGATION, PING, SCRIPT
from .releases import Server

LIMIT, WARNING = 600, 540
TICK = 30  # what happens in between happens at its end
POLL_EVERY = 60
OLD_POLLS = "2.6.8 takes the requests of scripts for acts"
UNEXPLAINED = "nothing explains it"
GONE = -LIMIT


class Turn:
    """Which server answers: one of the two, or both in turn."""

    def __init__(self, old: Server, new: Server) -> None:
        self.old, self.new = old, new
        self.answering = [old]
        self._count = count()

    def next(self) -> Server:
        answering = self.answering
        return answering[next(self._count) % len(answering)]


@dataclass
class Answer:
    status: int
    text: str
    is_of_old: bool


class OldPage:
    """A page that 2.6.8 has rendered: its script asks when by its own reckoning time is up."""

    def __init__(self, person: Person, now: int) -> None:
        self.person, self.last, self.asks_at = person, now, now + WARNING
        self.is_over = False

    def act(self, now: int) -> None:
        idle, self.last = now - self.last, now
        if idle >= LIMIT:
            self.is_over = True
        elif idle >= WARNING:
            self.ask(now)

    def look(self, now: int) -> None:
        if now >= self.asks_at:
            self.ask(now)

    def ask(self, now: int) -> None:
        answer = self.person.send("GET", f"{PING}?idleFor={now - self.last}")
        if answer.text == '"logout"':
            self.person.is_told(False, now)
            self.is_over = True
        elif answer.status == 200:
            self.person.is_told(True, now)
            self.last = now - int(answer.text)
        idle = now - self.last
        self.is_over = self.is_over or idle >= LIMIT
        self.asks_at = now + (LIMIT - idle if idle >= WARNING else WARNING - idle)


class NewPage:
    """A page of this version: it reports five times in a limit, and asks before it ends."""

    def __init__(self, person: Person, now: int) -> None:
        self.person, self.last, self.reported = person, now, now
        self.has_news = self.is_over = False

    def act(self, now: int) -> None:
        is_urgent = now - self.last >= WARNING
        self.last, self.has_news = now, True
        if is_urgent:
            self.ask(now)

    def look(self, now: int) -> None:
        is_due = self.has_news and now - self.reported >= LIMIT / 5
        if is_due or now - self.last >= WARNING:
            self.ask(now)

    def ask(self, now: int) -> None:
        idle = now - self.last
        path = f"{PING}?idleFor={idle}"
        answer = self.person.send("POST", path, f"idleFor={idle}")
        if answer.status not in (200, 401):  # 2.6.8 knows no POST
            answer = self.person.send("GET", path)
        assert answer.status in (200, 401), answer
        value = json.loads(answer.text)
        is_alive = value["state"] == "active" if isinstance(value, dict) else value != "logout"
        self.person.is_told(is_alive, now)
        if not is_alive:
            self.is_over = True
            return
        self.last = now - int(value["idle"] if isinstance(value, dict) else value)
        self.reported, self.has_news = now, False


@dataclass
class Findings:
    """What came of it, for everybody together."""

    requests: int = 0
    errors: int = 0
    signed_out_at_work: list[str] = field(default_factory=list)
    found_signed_out: int = 0
    served_late: Counter[str] = field(default_factory=Counter)
    longest: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Findings) -> Findings:
        longest = self.longest | other.longest
        return Findings(
            self.requests + other.requests,
            self.errors + other.errors,
            self.signed_out_at_work + other.signed_out_at_work,
            self.found_signed_out + other.found_signed_out,
            self.served_late + other.served_late,
            longest,
        )


class Person:
    """Somebody with a browser; what kind of a person is said by ``number``.

    Of five, one opens pages, one types, one types in one of two tabs, one works and leaves in
    turn, and one does so with a page that polls.
    """

    def __init__(self, number: int, turn: Turn) -> None:
        self.number, self.turn, self.random = number, turn, Random(number)
        self.kind = ("opens", "types", "types in one of two", "leaves", "polls")[number % 5]
        self.has_come, self.cookie = False, ""
        self.pages: list[OldPage | NewPage] = []
        self.acted = 0  # the last act of the person
        self.kept = GONE  # the last time that a fault of 2.6.8 has kept the session
        self.opens_at = self.polls_at = 0
        self.leaves_at, self.returns_at = self._plan(0)
        self.findings = Findings()

    def _plan(self, now: int) -> tuple[int, int]:
        leaves_at = now + self.random.randrange(120, 900, TICK)
        return leaves_at, leaves_at + self.random.randrange(LIMIT, 3 * LIMIT, TICK)

    # What somebody does

    def sign_in(self, now: int) -> None:
        self.cookie = ""
        self.send("GET", f"/sign-in/?user=user{self.number}")
        self.kept = GONE
        self.pages = []
        self.open(now)
        if self.kind == "types in one of two":
            self.open(now)

    def open(self, now: int) -> None:
        """A page, in the tab that is in front; behind it another may be open."""
        answer = self.send("GET", "/name/")
        assert answer.text, "nobody can be signed out in the moment of signing in"
        page = OldPage(self, now) if answer.is_of_old else NewPage(self, now)
        behind = self.pages[:1] if self.kind == "types in one of two" else []
        self.pages = [*behind, page]
        self.acted = now
        self.opens_at = now + self.random.randrange(60, LIMIT - TICK, TICK)

    def step(self, now: int) -> None:
        """All that is due at this moment."""
        if not self.has_come:
            self.has_come = True
            self.sign_in(now)
            return
        is_away = self.kind in ("leaves", "polls") and now >= self.leaves_at
        if is_away and now >= self.returns_at:
            self._return(now)
            return
        if not is_away:
            self._work(now)
        self._look(now)

    def _work(self, now: int) -> None:
        if self.kind != "opens":
            self.pages[-1].act(now)
            self.acted = now
        seldom = self.kind == "opens" or self.random.random() < 0.03
        if seldom and now >= self.opens_at:
            answer = self.send("GET", "/name/")
            self.is_told(bool(answer.text), now)
            if not answer.text:
                self.sign_in(now)
            else:
                self.open(now)

    def _look(self, now: int) -> None:
        """What pages do by themselves."""
        if self.kind == "polls" and now >= self.polls_at and self.pages:
            answer = self.send("GET", "/stock/", is_script=True)
            self.polls_at = now + POLL_EVERY
            is_alive = answer.status == 200 and answer.text != ""
            self.is_told(is_alive, now)
            if is_alive and answer.is_of_old:
                self.kept = now
        for page in self.pages:
            page.look(now)
        over = [page for page in self.pages if page.is_over]
        if over and self._is_at_work(now):
            self.findings.signed_out_at_work.append(f"{now}: a page of {self.kind} has ended")
            self.sign_in(now)
        self.pages = [page for page in self.pages if not page.is_over]

    def _return(self, now: int) -> None:
        answer = self.send("GET", "/name/")
        self.is_told(bool(answer.text), now)
        self.findings.found_signed_out += not answer.text
        self.sign_in(now)
        self.leaves_at, self.returns_at = self._plan(now)

    # What is found

    def _is_at_work(self, now: int) -> bool:
        return now - self.acted < LIMIT

    def is_told(self, is_alive: bool, now: int) -> None:
        """Judge an answer, before what it is the answer to counts."""
        findings = self.findings
        if not is_alive and self._is_at_work(now):
            findings.signed_out_at_work.append(f"{now}: {self.kind}, last act {self.acted}")
        if is_alive and not self._is_at_work(now):
            why = OLD_POLLS if now - self.kept < LIMIT else UNEXPLAINED
            findings.served_late[why] += 1
            findings.longest[why] = max(findings.longest[why], now - self.acted)

    def send(self, method: str, path: str, body: str = "", *, is_script: bool = False) -> Answer:
        server = self.turn.next()
        headers = dict(SCRIPT if is_script or path.startswith(PING) else NAVIGATION)
        if path.startswith(PING):
            headers["X-Requested-With"] = "XMLHttpRequest"
        elif is_script:
            del headers["X-Session-Security"]
        if self.cookie:
            headers["Cookie"] = f"{COOKIE}={self.cookie}"
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        for value in response.headers.get_all("Set-Cookie", []):
            name, _, rest = value.partition(";")[0].partition("=")
            if name == COOKIE:
                self.cookie = rest.strip('"')
        connection.close()
        self.findings.requests += 1
        self.findings.errors += response.status >= 500
        return Answer(response.status, text, server is self.turn.old)
