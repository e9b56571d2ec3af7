"""The load: simulated browsers, each of one person with a cookie and a clock, on locust.

    python -m tests.servers.load

It takes plans (``plan.Plan`` as JSON, one a line) from standard input. When everybody is signed
in it prints "go"; when it is told to stop, by a file, it writes the ledgers to the plan's
``output``, and prints "done".

Of eight people two are gone: they act no more, though their pages go on asking in the background.
Three look at pages, three type and send nothing but what session_security.js reports.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from itertools import count, cycle
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import gevent  # type: ignore[import-untyped]
import geventhttpclient.client
from gevent.event import Event  # type: ignore[import-untyped]
from gevent.lock import BoundedSemaphore  # type: ignore[import-untyped]
from gevent.pool import Group  # type: ignore[import-untyped]
from locust import FastHttpUser, task
from locust.env import Environment

from .client import COOKIE, NAVIGATION, PING, SCRIPT
from .plan import DROPPED, OK, OUT, SERVED, Entry, Ledger, Plan, Tab

PATIENCE = 60.0  # until everybody has signed in, or been answered at the end
# A request without an answer is to be written down; the client would send it again by itself.
geventhttpclient.client.IDEMPOTENT_METHODS = frozenset()

# Each goes to whichever process is free; so it does behind most proxies.
APART = {"Connection": "close"}

TIMEOUT = 30.0  # of session_security.js; a browser's own is longer


def say(word: str) -> None:
    """Tell the process that started this one."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Crowd:
    """All the people of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.numbers, self.pings = count(), count(1)
        self.sites = cycle(range(len(plan.urls)))
        self.doors = BoundedSemaphore(8)  # so many sign in at once
        self.here: list[Person] = []  # signed in
        self.ready: list[Person] = []
        self.open, self.begin = Event(), Event()
        self.over = False  # nobody does anything any more; what was asked is answered

    def run(self) -> None:
        """Everybody signs in, and then lives until the end."""
        environment = Environment(user_classes=[Person], host=self.plan.urls[0])
        vars(environment)["crowd"] = self
        runner = environment.create_local_runner()
        runner.start(self.plan.people, spawn_rate=self.plan.people)
        with gevent.Timeout(PATIENCE):
            for gathered, go_on in ((self.here, self.open), (self.ready, self.begin)):
                while len(gathered) < self.plan.people:
                    gevent.sleep(0.02)
                go_on.set()
        say("go")
        while not Path(f"{self.plan.output}.stop").exists():
            gevent.sleep(0.02)
        end, self.over = time.time(), True
        with gevent.Timeout(PATIENCE, False):
            while any(person.well < end or person.telling for person in self.ready):
                gevent.sleep(0.02)
        ledgers = [asdict(person.ledger) for person in self.ready]
        runner.quit()
        Path(self.plan.output).write_text(json.dumps(ledgers))


class Person(FastHttpUser):
    """One browser."""

    network_timeout = connection_timeout = TIMEOUT

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.crowd: Crowd = vars(environment)["crowd"]
        self.plan = plan = self.crowd.plan
        self.number = next(self.crowd.numbers)
        self.random = Random(self.number)
        self.role = ("gone", "gone", *3 * ["reader"], *3 * ["typist"])[self.number % 8]
        self.ledger = Ledger(f"user{self.number}", self.role != "gone")
        self.tab = Tab(plan.expire_after, plan.warn_after, plan.reports)
        self.has_page, self.is_out, self.tag = True, False, ""
        self.telling = 0  # requests without an answer as yet that tell of an act
        self.well = 0.0  # when the latest poll was sent that was answered as it should be
        self.wake = Event()
        self.everything = Group()  # what goes on at the same time
        agent: Any = self.client.client
        agent.redirect_response_codes = frozenset()  # a redirect is an answer

    @task
    def live(self) -> None:
        """From sign-in on, until the time is over."""
        with self.crowd.doors:
            self.sign_in()
        self.crowd.here.append(self)
        self.crowd.open.wait()
        with self.crowd.doors:
            self.settle()
        self.crowd.ready.append(self)
        self.crowd.begin.wait()
        self.everything.spawn(self.poll)
        self.everything.spawn(self.report)
        if self.role != "gone":
            self.everything.spawn(self.work)
        try:
            self.everything.join()
        finally:
            self.everything.kill()

    # What they do

    def sign_in(self) -> None:
        """Become somebody."""
        answer = self.client.get(f"/sign-in/?user={self.ledger.name}", headers=APART)
        assert answer.status_code == 200, vars(answer)

    def settle(self) -> None:
        """Have been there for a while."""
        site = next(self.crowd.sites)
        key = next(cookie.value for cookie in self.client.cookiejar if cookie.name == COOKIE)
        ago = self.random.uniform(
            0, self.plan.back_at_work if self.ledger.at_work else self.plan.back
        )
        sent = time.time()
        answer = self.client.post(
            f"{self.plan.urls[site]}/store/?session={key}",
            json={"ago": ago},
            headers={**SCRIPT, **APART, "Content-Type": "application/json"},
        )
        assert answer.status_code == 200, vars(answer)
        self.ledger.entries.append(Entry("start", sent, time.time(), SERVED, ago))
        self.ledger.acts.append(sent - ago)
        self.tab.load(sent - ago)

    def poll(self) -> None:
        """A script in the page asks, again and again; that is no act."""
        while True:
            gevent.sleep(self.random.uniform(0.5, 1.5) * self.plan.polls)
            if self.random.random() < 0.05:
                self.send("plain", "/alive/", SCRIPT)
                continue
            sent = time.time()
            if self.send("poll", "/", SCRIPT, sent=sent) in (SERVED, OUT):
                self.well = sent

    def work(self) -> None:
        """Act, with breaks; readers go from page to page, too."""
        reader = self.role == "reader"
        while not self.is_out:
            pause = self.random.uniform(0.1, 1.0)
            if self.random.random() < 0.1:
                pause = self.random.uniform(0, 0.4 * min(self.plan.expire_after, 30))
            gevent.sleep(self.random.uniform(0.5, 1.5) * self.plan.pages if reader else pause)
            self.act(reader)

    def act(self, views: bool) -> None:
        """Press a key, or go to another page."""
        if self.is_out or self.crowd.over:
            return
        now = time.time()
        if not views and now - self.tab.last >= self.plan.expire_after:
            return  # the page is covered, and no key revives it
        self.ledger.acts.append(now)
        if not views:
            self.tab.act(now)
            self.wake.set()
            return
        outcome = self.send("page", "/page/", NAVIGATION, idle=0.0, sent=now)
        self.has_page = outcome == SERVED
        if self.has_page:
            self.tab.load(now)

    def report(self) -> None:
        """What session_security.js does in the page."""
        while not self.is_out:
            self.wake.wait(self.tab.wait(time.time()) or 0.001)
            self.wake.clear()
            if self.has_page and not self.crowd.over and self.tab.wait(time.time()) == 0:
                self.tab.ask(time.time())
                self.everything.spawn(self.ping)
        self.send("reload", "/page/", NAVIGATION)

    def ping(self) -> None:
        """Report, and take the answer in."""
        now = time.time()
        lost = 0
        if self.plan.drop and (number := next(self.crowd.pings)) % self.plan.drop == 0:
            lost = 1 + number // self.plan.drop % 2
        if lost == 1:
            self.ledger.entries.append(Entry("ping", now, now, DROPPED))
            self.tab.answer(now, now, None)
            return
        idle = round(now - self.tab.last, 3)
        body = {"user": self.tag} if self.plan.mute else {"user": self.tag, "idleFor": str(idle)}
        state: dict[str, Any] = {}
        outcome = self.send(
            "ping", PING, SCRIPT, idle=None if self.plan.mute else idle, body=body, state=state
        )
        if lost or outcome != SERVED:
            self.tab.answer(time.time(), now, None)
            self.is_out = outcome == OUT and not lost
        else:
            self.tag = state["user"]
            self.tab.answer(time.time(), now, state["idle"])

    # How they do it

    def send(
        self,
        kind: str,
        path: str,
        headers: dict[str, str],
        *,
        idle: float | None = None,
        sent: float = 0.0,
        body: dict[str, str] | None = None,
        state: dict[str, Any] | None = None,
    ) -> str:
        """Send a request, write down what came of it, and return that."""
        sent = sent or time.time()
        self.telling += idle is not None
        answer: Any = self.client.request(
            "GET" if body is None else "POST",
            self.plan.urls[next(self.crowd.sites)] + path,
            name=kind,
            data=urlencode(body) if body else None,
            headers={**headers, **APART},
        )
        outcome, values = self.classify(kind, answer)
        if state is not None:
            state.update(values)
        made = float((answer.headers or {}).get("X-Made", 0.0))
        now, heard = time.time(), values.get("idle")
        self.ledger.entries.append(Entry(kind, sent, now, outcome, idle, heard, made))
        self.telling -= idle is not None
        if kind == "page" and outcome == OUT:
            self.is_out = True
        return outcome

    def classify(self, kind: str, answer: Any) -> tuple[str, dict[str, Any]]:
        """What an answer means, and what it says if it is JSON."""
        status = answer.status_code
        if not status:
            sys.stderr.write(f"{kind}: {answer.error!r}\n")
            return "lost", {}
        cookie = str(answer.headers.get("Set-Cookie", ""))
        if f'{COOKIE}=""' in cookie:
            return OUT, {}
        if status == 401 or (status == 302 and "/sign-in/" in answer.headers["Location"]):
            return OUT, {}
        if status != 200:
            return str(status), {}
        if kind == "plain":
            return OK, {}
        if kind in ("page", "reload"):
            return SERVED, {}
        values = json.loads(answer.content)
        if kind == "ping":
            is_known = self.tag in ("", values["user"])
            return SERVED if is_known else "as somebody else", values
        if values["user"] == self.ledger.name:
            return SERVED, values
        return OUT if values["user"] is None else "as somebody else", values


def main() -> None:
    """Carry out one plan after the other."""
    for line in sys.stdin:
        Crowd(Plan(**json.loads(line))).run()
        say("done")


if __name__ == "__main__":
    main()
