"""Plays a schedule, with the real client in Chromium and the real server, on one clock.

Only the stage moves the clock. After each movement it looks at the pages, at the requests and at
the server, and holds what it sees against the truth.
"""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, override_settings
from django.urls import clear_url_caches, include, path
from playwright.sync_api import APIResponse, Browser, BrowserContext, Error, Page, Route

from session_security.conf import forget
from session_security.decorators import passive
from tests.browser.schedules import (
    CALM,
    CHANCE,
    EARLY,
    EXPIRE_AFTER,
    FAULTS,
    FOLLOW,
    KEPT,
    NEAR,
    PAUSE,
    PRECISION,
    ROUNDING,
    STEP,
    TICK,
    WAKING,
    WAKING_BEHIND,
    WARN_AFTER,
    Schedule,
    State,
    Step,
    Truth,
    draw_steps,
)
from tests.browser.world import TURN, VISIBILITY, World


class Broken(AssertionError):
    """A promise is."""


# The site

COPY = "copy" * 8  # a session key
slow = threading.Event()  # lets the slow request of the schedule end


@passive
def note(request: HttpRequest) -> HttpResponse:
    """Write into the session what belongs to the site, at once or at last."""
    if not request.user.is_authenticated:
        return JsonResponse({"detail": "Nobody is signed in."}, status=401)
    notes = request.session.get("notes", [])
    if "slow" in request.GET:
        slow.wait(30)
    request.session["notes"] = [*notes, request.GET["text"]]
    return JsonResponse({})


urlpatterns = [path("note/", note), path("", include("example.urls"))]


@dataclass
class Served:
    """One request, as the views saw it."""

    at: datetime
    browser: str
    path: str
    user: str
    session: str | None
    navigation: bool
    body: str
    kept: int
    status: int = 0

    def __str__(self) -> str:
        what = "page" if self.navigation else "request"
        return f"{what} {self.path} by {self.browser} {self.user}: {self.status} {self.body}"


class Witness:
    """A middleware behind all others, which notes who is served."""

    log: list[Served] = []

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        served = Served(
            at=datetime.now(UTC),
            browser=request.headers.get("X-Browser", "ours"),
            path=request.path,
            user=request.user.get_username(),
            session=request.session.session_key,
            # What is held up on its way loses these headers.
            navigation=request.headers.get("Sec-Fetch-Dest", "document") == "document"
            and "X-Asked" not in request.headers,
            body=request.body.decode(errors="replace"),
            kept=int(request.headers.get("X-Kept", 0)),
        )
        self.log.append(served)
        response = self.get_response(request)
        served.status = response.status_code
        return response


# The page's clock, and what the stage sees of the page. Timers run only when the clock is set;
# a frozen page (the browser's own freezing can't be had while it is looked at) runs nothing.
SCRIPT = """
(() => {
  const { Date: RealDate, BroadcastChannel: Channel, MessageChannel: Pipe } = window;
  const pause = () => scheduler.postTask(() => {}, { delay: 1 });
  const ask = window.fetch.bind(window);
  let wall = START;
  let mono = 0;
  let frozen = false;
  let waiting = [];
  const read = () => {
    try {
      [wall, mono] = JSON.parse(localStorage.model_time);
    } catch {}
  };
  read();
  const born = mono;
  window.Date = class extends RealDate {
    constructor(...values) {
      super(...(values.length ? values : [wall]));
    }
    static now() {
      return wall;
    }
  };
  performance.now = () => mono - born;

  const timers = new Map();
  let last = 0;
  const set = (f, ms, every) => {
    timers.set(++last, { f, at: mono + Math.max(ms || 0, 0), every });
    return last;
  };
  window.setTimeout = (f, ms, ...values) => set(() => f(...values), ms);
  window.setInterval = (f, ms, ...values) => set(() => f(...values), ms, Math.max(ms, 1));
  window.clearTimeout = window.clearInterval = (id) => timers.delete(id);
  AbortSignal.timeout = (ms) => {
    const end = new AbortController();
    setTimeout(() => end.abort(new DOMException("It took too long.", "TimeoutError")), ms);
    return end.signal;
  };
  const fire = () => {
    for (let n = 0; n < 1000; n++) {
      const [next] = [...timers].sort(([i, a], [j, b]) => a.at - b.at || i - j);
      if (frozen || !next || next[1].at > mono) return;
      const [id, timer] = next;
      if (timer.every) timer.at = mono + timer.every;
      else timers.delete(id);
      timer.f();
    }
    console.error("Timers without end.");
  };

  const thawed = (f) => (frozen ? waiting.push(f) : f());
  const model = (window.model = {
    doc: `${Math.random()}`,
    changes: 0,
    asked: 0,
    inputs: 0,
    open: new Map(), // number of a request: whether it is held up, or null if it may wait for one
    leaving: false,
    restored: 0,
    seen: new Set(),
  });
  window.BroadcastChannel = class extends Channel {
    postMessage(message) {
      model.changes++;
      super.postMessage({ ...message, time: [wall, mono] });
    }
    set onmessage(f) {
      super.onmessage = (event) => {
        // What is heard before the clock of this page has been moved is of now, too.
        if (!frozen) [wall, mono] = event.data.time;
        thawed(() => {
          model.changes++;
          f(event);
        });
      };
    }
  };
  window.fetch = async (url, options = {}) => {
    const number = ++model.asked;
    model.changes++;
    model.open.set(number, false);
    options.headers = { ...options.headers, "X-Asked": number };
    try {
      if (options.keepalive) {
        localStorage.model_kept = Number(localStorage.model_kept ?? 0) + 1;
        options.headers["X-Kept"] = localStorage.model_kept;
      }
      const answer = await ask(url, options);
      const text = await answer.text();
      answer.text = async () => text;
      answer.json = async () => JSON.parse(text);
      return answer;
    } finally {
      model.changes++;
      model.open.delete(number);
      if (frozen) await new Promise((resolve) => waiting.push(resolve));
    }
  };

  // The part of the element that is loaded late.
  const { define } = customElements;
  customElements.define = function (name, { prototype }) {
    const { more } = prototype;
    if (more)
      prototype.more = async function (...how) {
        const number = ++model.asked;
        model.open.set(number, null);
        try {
          return await more.apply(this, how);
        } finally {
          model.changes++;
          model.open.delete(number);
        }
      };
    define.apply(this, arguments);
  };

  let channel;
  const join = () => {
    channel = new Channel("model");
    channel.onmessage = ({ data }) => model.seen.add(data);
  };
  addEventListener("pagehide", () => channel.close());
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    read();
    join();
    model.leaving = false;
    model.changes++;
    model.restored++;
  });
  if (top === window) join();
  for (const type of ["pointermove", "pointerdown", "keydown", "wheel", "touchmove", "input"]) {
    addEventListener(type, () => model.inputs++, { capture: true, passive: true });
  }
  navigation.addEventListener("navigate", ({ destination, hashChange }) => {
    if (!hashChange && !destination.sameDocument) model.leaving = true;
  });
  navigation.addEventListener("navigateerror", () => {
    model.leaving = false;
  });

  const turn = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new Pipe();
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
  const asks = () => {
    if (document.readyState !== "complete") return true; // its scripts are on their way
    const held = [...model.open.values()];
    return held.includes(false) || (held.includes(null) && !held.includes(true));
  };
  const quiet = async () => {
    for (let n = 0; asks() && !model.leaving && n < 2000; n++) await pause();
    await turn();
    await turn();
  };
  model.set = (time) => {
    [wall, mono] = time;
    try {
      localStorage.model_time = JSON.stringify(time);
    } catch {}
  };
  model.freeze = () => {
    document.dispatchEvent(new Event("freeze"));
    frozen = true;
  };
  model.thaw = () => {
    frozen = false;
    document.dispatchEvent(new Event("resume"));
    for (const f of waiting.splice(0)) f();
  };
  model.hold = (number, held) => model.open.has(number) && model.open.set(number, held);
  model.pass = async ({ time, awaited, word }) => {
    model.set(time);
    fire();
    await quiet();
    for (let n = 0; !awaited.every((word) => model.seen.has(word)) && n < 200; n++) await pause();
    if (awaited.length) await quiet();
    channel.postMessage(`${model.doc} ${word}`);
    return model.report();
  };
  const open = (name) => !!document.getElementById(`session_security_${name}`)?.open;
  model.report = () => ({
    doc: model.doc,
    changes: model.changes,
    asks: asks(),
    leaving: model.leaving,
    restored: model.restored,
    due: Math.min(...[...timers.values()].map(({ at }) => at), 1e15),
    path: location.pathname,
    back: navigation.canGoBack,
    kept: location.protocol === "http:" ? Number(localStorage.model_kept ?? 0) : 0,
    served: location.protocol === "http:",
    user: document.querySelector(".who span")?.textContent ?? "",
    readable: !!document.querySelector("h1")?.checkVisibility({ visibilityProperty: true }),
    covered: open("cover"),
    warned: open("warning"),
    typed: document.getElementById("id_symptoms")?.value ?? "",
  });
})();
"""


# Playing it


@dataclass(eq=False)
class Tab:
    """One tab, as the stage last saw it."""

    name: str
    page: Page
    doc: str = ""
    user: str = ""
    typed: str = ""
    docs: set[str] = field(default_factory=set)
    loaded: float = 0.0
    since: float = 0.0  # looked at, running and not gone elsewhere
    acts: list[float] = field(default_factory=list)  # that the server need not know yet
    frozen: bool = False
    covered_since: float = inf
    restored: int = 0
    passed: str = ""  # what it said to the others when it was last quiet
    word = born = 0
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        """Whether it shows what only a signed-in user may see."""
        return bool(self.report.get("user")) and bool(self.report["readable"])

    @property
    def covered(self) -> bool:
        return bool(self.report.get("covered"))

    @property
    def warned(self) -> bool:
        return bool(self.report.get("warned"))


class Stage(World):
    """Plays one schedule in one new browser context, and watches."""

    def __init__(
        self, schedule: Schedule, context: BrowserContext, traveller: Any, url: str
    ) -> None:
        super().__init__(context, traveller, url)
        self.schedule = schedule
        self.lines: list[str] = []
        self.played: list[Step] = []
        self.seen: set[str] = set()
        self.start = datetime.fromisoformat(schedule.start)
        self.ms = 0  # since the start, for the server
        self.wall = round(self.start.timestamp() * 1000 + schedule.skew * 1000)
        self.mono = 0
        self.tabs: list[Tab] = []
        self.front_tab: Tab | None = None
        self.ours, self.theirs = Truth(), Truth()
        self.elsewhere: Client | None = None
        self.touch = -inf  # the last time that a page felt the person
        self.late = -inf  # what the server may have told the pages of it
        self.touched = -inf  # the same, where the page can't have taken it as too late
        self.set_back = self.set_forward = 0.0  # the browser's clock, since then
        self.stood_still = 0.0  # performance.now(), since then
        self.set_back_frozen = 0.0  # the clock, while messages waited
        self.calm_since = self.woken = -inf
        self.signed_out_at = inf  # by a page of this browser
        self.is_near = False  # what is due
        self.connected, self.down, self.fault = True, False, ""
        self.delayed: list[tuple[Route, float, float]] = []
        self.late_answers: list[tuple[Route, APIResponse]] = []
        self.last_ping: tuple[Served, float, float] | None = None
        self.lately: dict[int, State] = {}
        self.key: str | None = None  # of the session
        self.slow: threading.Thread | None = None
        self.checked = 0  # of the log
        self.settled: list[tuple[str, int]] = []
        self.words = self.lost = 0
        self.moving: Tab | None = None  # by the person
        self.place = self.opened = self.moments = 0
        Witness.log.clear()
        context.on("dialog", self._prompted)
        context.add_init_script(SCRIPT.replace("START", str(self.wall)))
        context.add_init_script(VISIBILITY)
        context.set_default_timeout(10_000)

    # Time

    @property
    def now(self) -> float:
        return self.ms / 1000

    @property
    def idle(self) -> float:
        return self.now - max(self.touch, self.ours.act)

    def advance(self, seconds: float, step: float = STEP) -> None:
        """Let time pass, from one timer to the next near what is due, and by ``step`` elsewhere."""
        end = self.ms + round(seconds * 1000)
        while self.ms < end:
            by = min(self._next(step), end - self.ms)
            self._shift(by, by, by)
            self.settle()
            self.watch(self.is_near)

    def sleep(self, seconds: float, still: bool = False) -> None:
        """All clocks jump; ``performance.now()`` and the timers may have stood still."""
        by = round(seconds * 1000)
        self._shift(by, by, 0 if still else by)
        if still:
            self.woken = self.now

    def _shift(self, server: int, wall: int, mono: int) -> None:
        self.ms += server
        self.wall += wall
        self.mono += mono
        moment = self.start + timedelta(milliseconds=self.ms)
        self.traveller.move_to(moment.astimezone(ZoneInfo(self.schedule.zone)), tick=False)
        self.late = max(self.late, self.ours.late)
        for truth in (self.ours, self.theirs):
            if truth.pass_to(self.now):
                self._expired(truth)

    def _expired(self, truth: Truth) -> None:
        if truth is self.ours:
            self.seen.add("expiry by time")
            if not self.connected:
                self.seen.add("expiry while offline")

    def _next(self, step: float) -> int:
        """Milliseconds to the next moment to look at."""
        stops = []
        for act in {self.touch, self.ours.act}:
            for due in (act + WARN_AFTER, act + EXPIRE_AFTER):
                stops += [due - NEAR, due - 0.1, due, due + TICK, due + NEAR]
        self.is_near = any(abs(self.now - stop) < NEAR for stop in stops[2::5])
        stops += [self.ours.sure + EXPIRE_AFTER, self.ours.late + EXPIRE_AFTER]
        ahead = [round(stop * 1000) - self.ms for stop in stops if stop > self.now]
        dues: list[float] = [tab.report["due"] - self.mono for tab in self.running if tab.report]
        due = max(min([*dues, 20_000]), 50 if self.is_near else step * 1000)
        return max(1, round(min([due, *ahead])))

    # What is seen

    @property
    def running(self) -> list[Tab]:
        return [tab for tab in self.tabs if not tab.frozen]

    def settle(self) -> None:
        """Let every page do what is due, and wait until it and the others have answered."""
        for n in range(100):
            if n == 99:
                raise Broken("The pages do not come to rest.")
            self.words += 1
            said = [
                (tab, tab.passed, tab.word)
                for tab in self.running
                if n and tab.passed and tab.report["served"]
            ]
            calm = True
            for tab in self.running:
                # what was said since the page is there
                heard = [word for by, word, at in said if by is not tab and at > tab.born]
                calm &= self._pass(tab, heard if tab.report.get("served") else [], n)
            state = [(tab.doc, tab.report.get("changes", 0)) for tab in self.running]
            calm &= state == self.settled
            self.settled = state
            if calm and self._kept():
                return

    def _pass(self, tab: Tab, awaited: list[str], before: int) -> bool:
        arguments = {"time": [self.wall, self.mono], "awaited": awaited, "word": self.words}
        try:
            report = tab.page.evaluate("(a) => model.pass(a)", arguments)
        except Error:  # it goes elsewhere
            report = None
        if report is None or report["leaving"]:
            tab.passed = ""
            tab.page.wait_for_timeout(2 + before)  # the next page takes long under load
            with suppress(Error):
                tab.page.wait_for_load_state()
            return False
        tab.report = report
        tab.passed, tab.word = f"{report['doc']} {self.words}", self.words
        self._met(tab)
        tab.covered_since = min(tab.covered_since, self.now) if tab.covered else inf
        return not report["asks"]

    def _kept(self) -> bool:
        """Whether what pages asked while they went away has come to the server."""
        if not self.running:
            return True
        sent = max(tab.report.get("kept", 0) for tab in self.running)
        if not self.reachable:
            self.lost = sent
        if sent <= max([self.lost, *(served.kept for served in Witness.log)]):
            return True
        self.running[0].page.wait_for_timeout(2)
        return False

    def _met(self, tab: Tab) -> None:
        """A page is where another one was."""
        report = tab.report
        if report["restored"] != tab.restored or (report["doc"] in tab.docs - {tab.doc}):
            self.seen.add("back/forward cache")
        if report["doc"] == tab.doc:
            return
        if tab.doc and self.moving is not tab:
            same = self.ours.state is not State.OUT and tab.user == self.ours.user
            kept = same or not self.ours.user
            if tab.typed and kept and self.now - tab.covered_since < KEPT:
                raise Broken(f"{tab.name} has lost what was typed.")
            if tab.user and self.ours.state is State.IN and same:
                raise Broken(f"{tab.name} was left, though its user is signed in.")
            if tab.user and report["user"] and not same:
                # The server takes it for a page view of the new user; others have to hear of it.
                self.ours.late = self.calm_since = self.now
        tab.doc, tab.user, tab.typed = report["doc"], report["user"], report["typed"]
        tab.docs.add(tab.doc)
        tab.born = self.words
        tab.restored = report["restored"]
        tab.loaded = tab.since = self.now
        tab.acts = []

    def _prompted(self, dialog: Any) -> None:
        if self.moving is None:
            self.noise.append(f"A prompt: {dialog.type}")
        dialog.accept()

    # The promises

    def watch(self, asking: bool = True) -> None:
        """Everything that must be true at every moment; ``asking`` the server too."""
        self.moments += 1
        if self.noise:
            raise Broken(f"The console says: {self.noise}")
        self._watch_log()
        for tab in self.running:
            self._watch_tab(tab)
        self._watch_reports()
        self._watch_server(self.ours, self.key, asking)
        if self.elsewhere:
            self._watch_server(self.theirs, self.elsewhere.session.session_key, asking)

    def _watch_log(self) -> None:
        new, self.checked = Witness.log[self.checked :], len(Witness.log)
        for served in new:
            if served.browser == "nobody":
                continue
            truth = self.theirs if served.browser == "theirs" else self.ours
            if served.status >= 500:
                raise Broken(f"{served.path} was answered with {served.status}.")
            before = self.lately.get(id(truth), State.OUT)
            if served.user and truth.state is before is State.OUT:
                raise Broken(f"{served.path} was served as {served.user}, who is signed out.")
            if served.browser == "ours" and served.user and served.navigation:
                self.key = served.session
            if served.browser == "ours" and served.user and "user=" in served.body:
                self.last_ping = served, self.ours.latest, self.now

    def _watch_server(self, truth: Truth, session: str | None, asking: bool) -> None:
        """Would a request be served now? A copy of the session is asked, which leaves no trace."""
        row = session and Session.objects.filter(pk=session).first()
        user = ""
        data: dict[str, Any] = {}
        if row:
            data = row.get_decoded()
            user = truth.user
        if row and asking:
            Session.objects.create(
                session_key=COPY, session_data=row.session_data, expire_date=row.expire_date
            )
            client = Client(headers={"X-Browser": "nobody"})
            client.cookies["sessionid"] = COPY
            user = client.get("/panel/").json().get("user", "")
            Session.objects.filter(pk=COPY).delete()
        if user and truth.state is State.OUT:
            raise Broken(f"{user} would be served, but is signed out.")
        if not user and truth.state is State.IN:
            raise Broken(f"{truth.user} would not be served, but is signed in.")
        if not user:
            if truth.state is State.MAYBE and (asking or not row):
                truth.end()
                self._expired(truth)
            return
        known = datetime.fromisoformat(data["_session_security"]) - self.start
        if known.total_seconds() > truth.latest + ROUNDING:
            raise Broken(
                f"The server puts the last act at {known.total_seconds():.3f} s, "
                f"which was at {truth.latest:.3f} s."
            )
        if known.total_seconds() < truth.sure - ROUNDING:
            raise Broken(
                f"The server puts the last act at {known.total_seconds():.3f} s, "
                f"and must know of one at {truth.sure:.3f} s."
            )
        if data.get("notes", []) != truth.notes:
            raise Broken(f"Of the notes {truth.notes} there are {data.get('notes')}.")

    @property
    def hidden(self) -> float:
        """The time that a page can't know of: both its clocks miss it, or it heard late."""
        return min(self.set_back, self.stood_still) + self.set_back_frozen

    def _felt(self) -> None:
        """What the clocks did before counts no more."""
        self.set_back = self.stood_still = 0.0
        if not any(tab.frozen for tab in self.tabs):
            self.set_back_frozen = 0.0

    def calm(self, tab: Tab) -> bool:
        """Whether the tab has had the time and the network to speak with the server."""
        return (
            self.connected and not self.fault and self.now - max(self.calm_since, tab.since) >= CALM
        )

    def _watch_tab(self, tab: Tab) -> None:
        truth, report = self.ours, tab.report
        if not report:
            return
        in_front = tab is self.front_tab
        if tab.doc == report["doc"] and tab.typed and report["typed"] != tab.typed:
            raise Broken(f"{tab.name} has lost what was typed.")
        if tab.typed and tab.covered and truth.state is State.OUT:
            self.seen.add("lock with unsaved input")
        idle = self.now - max(self.touch, self.late)
        waking = (WAKING if in_front else WAKING_BEHIND) + TICK
        asleep = tab.since <= self.woken and self.now - self.woken < waking
        if tab.private and idle >= EXPIRE_AFTER + TICK + self.hidden and not asleep:
            raise Broken(f"{tab.name} can be read, {idle:g} s after the last act.")
        away = self.now - max(self.signed_out_at, self.calm_since, tab.since)
        if tab.private and in_front and self.calm(tab) and away >= FOLLOW + CALM:
            raise Broken(f"{tab.name} can be read, {away:g} s after the sign-out.")
        if tab.warned:
            self.seen.add("warning")
            heard = tab.loaded >= truth.signed_in or self.calm(tab)  # of this sign-in
            if heard and self.now - self.touched < WARN_AFTER - EARLY - self.set_forward:
                raise Broken(f"{tab.name} warns, {idle:g} s after the last act.")
        if not (in_front and tab.user and tab.user == truth.user and self.calm(tab)):
            return
        if truth.state is not State.IN or idle >= EXPIRE_AFTER - EARLY:
            return
        if tab.covered:
            raise Broken(f"{tab.name} is covered, {idle:g} s after the last act.")
        if not tab.warned and idle >= WARN_AFTER + PAUSE + TICK + STEP + self.hidden:
            raise Broken(f"{tab.name} does not warn, {idle:g} s after the last act.")

    def _watch_reports(self) -> None:
        """What a page has felt is known to the server, after a chance to tell it."""
        if not self.connected or self.fault:
            return
        for tab in self.running:
            if tab.covered or tab.user != self.ours.user:
                tab.acts = []
            since = max(self.calm_since, tab.since)
            while tab.acts and self.now - max(tab.acts[0], since) >= CHANCE:
                self.ours.is_known(tab.acts.pop(0) - PRECISION, self.now)

    # The steps

    def play(self) -> None:
        """Play the schedule; ``Broken`` if it breaks a promise."""
        client = Client()
        client.force_login(get_user_model().objects.get(username="demo"))
        value = client.cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": value, "url": self.url}])
        self.key = value
        self.ours.sign_in(self.now, "demo")
        self.touch = self.touched = self.now
        words = [f"sign in as demo, at {self.start:%Y-%m-%d %H:%M:%S} UTC"]
        if self.schedule.skew:
            words.append(f"the browser's clock is {self.schedule.skew:+g} s off")
        for place in self.schedule.tabs:
            self._open(place)
            words.append(f"open {place} in {self.tabs[-1].name}")
        self._note("; ".join(words))
        steps = self.schedule.steps
        for step in draw_steps(self.schedule.seed, self.can) if steps is None else steps:
            self.played.append(step)
            wait = step.wait
            if step.idle is not None:
                wait = max(0.0, step.idle - self.idle) if self.idle < inf else 0.0
            self._note(f"wait {wait:g} s, and then: {step.do}")
            self.advance(wait)
            self.lately = {id(truth): truth.state for truth in (self.ours, self.theirs)}
            self.lines[-1] = f"{self._clock():11}  {step.do}"
            done = self._do(step) or "nothing happens"
            self.lines[-1] = f"{self._clock():11}  {done}"
            self.settle()
            self.watch()
            self.lately = {}
            if self._zone_offset(self.now) != self._zone_offset(0):
                self.seen.add("daylight saving")
        self._finish_writing()

    def _zone_offset(self, at: float) -> timedelta | None:
        zone = ZoneInfo(self.schedule.zone)
        return (self.start + timedelta(seconds=at)).astimezone(zone).utcoffset()

    def _clock(self) -> str:
        return f"{timedelta(milliseconds=self.ms)}"[:11]

    def _note(self, words: str) -> None:
        self.lines.append(f"{self._clock():11}  {words}")

    def can(self, do: str, tab: Tab | None = None) -> bool:
        """Whether this can be done now, with the tab (if it is one) or with some tab."""
        front, ours = self.front_tab, self.ours
        if front is None:
            return False
        tabs = [tab] if tab else self.tabs
        match do:
            case "act":
                return bool(front.user)
            case "type":
                return bool(front.user) and front.report["path"] == "/form/"
            case "open":
                return len(self.tabs) < 4
            case "close":
                return len(self.tabs) > 1
            case "turn":
                return tabs != [front]
            case "back":
                return bool(front.report["back"])
            case "freeze":
                return any(tab is not front and not tab.frozen for tab in tabs)
            case "thaw":
                return any(tab.frozen for tab in tabs)
            case "poll" | "forge":
                return any(not tab.frozen and tab.report["served"] for tab in tabs)
            case "write":
                return not self.slow and any(self.can("poll", tab) for tab in tabs)
            case "write slowly":
                return ours.state is State.IN and self.reachable and not self.slow
            case "finish writing":
                return self.slow is not None
            case "fault":
                return not self.fault
            case "mend":
                return bool(self.fault)
            case "duplicate":
                return self.last_ping is not None and self.reachable
            case "offline" | "stop the server":
                return self.connected
            case "online":
                return not self.connected and not self.down
            case "start the server":
                return self.down
            case "sign out":
                return (
                    front.private
                    and not front.covered
                    and front.user == ours.user
                    and self.connected
                    and ours.state is State.IN
                    and front.loaded >= ours.signed_in  # or its CSRF token is an old one
                )
            case "delete the session":
                return ours.state is State.IN
            case "sign in" | "sign in as another":
                return ours.state is State.OUT and self.connected
            case "sign out elsewhere":
                return self.elsewhere is not None and self.theirs.state is not State.OUT
        return True

    def _do(self, step: Step) -> str:
        """Do it, if it can be done; return it in words."""
        front = self.front_tab
        assert front
        able = [tab for tab in self.tabs if self.can(step.do, tab)]
        if not able:
            return ""
        tab = able[step.tab % len(able)]
        match step.do:
            case "act":
                return self._act(front, step.kind)
            case "type":
                return self._act(front, "type")
            case "open":
                self._open(step.kind)
                return f"open {step.kind} in {self.tabs[-1].name}"
            case "close":
                self._close(tab)
                return f"close {tab.name}"
            case "turn":
                self._turn(tab)
                return f"turn to {tab.name}"
            case "go":
                self._visit(front, lambda: front.page.goto(self.url + step.kind))
                return f"go to {step.kind} in {front.name}"
            case "back":
                self._visit(front, lambda: front.page.go_back(wait_until="commit"))
                return f"go back in {front.name}, to {front.report['path']}"
            case "freeze":
                tab.page.evaluate("model.freeze()")
                tab.frozen, tab.acts, tab.passed = True, [], ""
                return f"{tab.name} is frozen"
            case "thaw":
                self._thaw(tab)
                return f"{tab.name} is thawed"
            case "poll":
                self._fetch(tab, "/monitor/poll/")
                return f"{tab.name} polls"
            case "forge":
                self._fetch(tab, "/session_security/ping/", step.kind)
                return f"a script in {tab.name} reports idleFor={step.kind}"
            case "write":
                return self._write(tab)
            case "write slowly":
                self._write_slowly()
                return "a script begins to write into the session"
            case "finish writing":
                self._finish_writing()
                return "the script has written into the session"
            case "fault":
                self._fail(step.kind)
                return f"from now on pings have this fault: {step.kind}"
            case "mend":
                self._mend()
                return "pings get through again, and so does what was held up"
            case "duplicate":
                return self._duplicate()
            case "offline":
                self.context.set_offline(True)
                self.connected = False
                return "the network is gone"
            case "online":
                self.context.set_offline(False)
                self._reconnect()
                return "the network is back"
            case "stop the server":
                self.context.route("**/*", refuse)
                self.connected, self.down = False, True
                return "the server stops"
            case "start the server":
                forget()
                cache.clear()
                clear_url_caches()
                self.context.unroute("**/*", refuse)
                self.down = False
                self.seen.add("server restarted")
                self._reconnect()
                return "the server is back, with an empty memory"
            case "sleep":
                return self._sleep(step.by, step.kind == "still")
            case "set the clock":
                return self._set_clock(step.by)
            case "sign out":
                return self._sign_out(front)
            case "delete the session":
                Session.objects.filter(pk=self.key).delete()
                self.ours.end()
                self.seen.add("sign-out elsewhere")
                return "the session is deleted on the server"
            case "sign in" | "sign in as another":
                return self._sign_in(front, "demo" if step.do == "sign in" else "other")
            case "visit elsewhere":
                return self._visit_elsewhere()
            case "sign out elsewhere":
                assert self.elsewhere
                self.elsewhere.post("/logout/")
                self.theirs.end()
                self.seen.add("sign-out elsewhere")
                return "the user signs out in another browser"
        return ""

    @property
    def reachable(self) -> bool:
        return self.connected and not self.fault

    def _reconnect(self) -> None:
        self.connected, self.calm_since = True, self.now

    @contextmanager
    def _hand(self, tab: Tab) -> Iterator[None]:
        """What the tab does, it does because the person wants it."""
        self.moving = tab
        try:
            yield
            self.settle()
        finally:
            self.moving = None

    def _act(self, tab: Tab, kind: str) -> str:
        page, idle = tab.page, self.now - max(self.touch, self.late)
        felt = not tab.covered and idle < EXPIRE_AFTER
        # Near the end the page may hold that it is too late.
        certain = self.now - self.touched < EXPIRE_AFTER - EARLY - self.set_forward
        warned, doc = tab.warned, tab.doc
        felt_before = page.evaluate("model.inputs")
        self.place += 1
        match kind:
            case "mouse":
                page.mouse.move(200 + self.place, 300)
                page.mouse.move(210 + self.place, 310)
            case "key":
                page.keyboard.press("Shift")
            case "wheel":
                page.mouse.wheel(0, 10)
            case "touch":
                page.touchscreen.tap(3, 300)
            case "click":
                page.mouse.click(3, 300)
            case "type":
                page.evaluate("id_symptoms.focus()")
                page.keyboard.press("x")
        self.woken = -inf  # the page has been judged
        for _ in range(500):
            with suppress(Error):
                if page.evaluate("model.inputs") != felt_before:
                    break
            page.wait_for_timeout(2)
        if felt:
            self.touch = self.now
            self._felt()
            if certain:
                self.touched, self.set_forward = self.now, 0.0
            if tab.user == self.ours.user:
                self.ours.acts(self.now)
                if certain:
                    tab.acts.append(self.now)
        self.settle()
        if kind == "type" and tab.doc == doc:
            typed = tab.report["typed"]
            due = {tab.typed + "x" * felt}
            if warned or not certain:  # the key may go to the warning or the cover
                due.add(tab.typed)
            if typed not in due:
                raise Broken(f"{tab.name} took {typed!r} for {tab.typed!r} and an x.")
            tab.typed = typed
        if warned and not tab.warned and not tab.covered and felt:
            self.seen.add("extension")
        return f"{kind} in {tab.name}" + ("" if felt else ", too late")

    def _open(self, path: str) -> None:
        for tab in self.tabs:
            self._look(tab, "behind")
        self.opened += 1
        tab = Tab(f"tab {self.opened}", self.context.new_page())
        self.tabs.append(tab)
        self.front_tab = tab
        self._visit(tab, lambda: tab.page.goto(self.url + path))

    def _visit(self, tab: Tab, go: Callable[[], object]) -> None:
        """Go elsewhere in a tab; the server may see that."""
        seen = len(Witness.log)
        # The other pages, when the clock has been read by the new one
        with self._hand(tab):
            with suppress(Error):
                go()
            tab.since = self.now
        for served in Witness.log[seen:]:
            if served.browser != "ours" or not served.navigation:
                continue
            if served.user:
                if self.ours.state is State.OUT:
                    raise Broken(f"{served.path} was served as {served.user}, who is signed out.")
                self.ours.visits(self.now)
                self.touch = self.touched = self.now
                self.set_forward = 0.0
                self._felt()
            elif self.ours.state is State.IN:
                raise Broken(f"{served.path} was not served as {self.ours.user}.")
            else:
                self.ours.end()

    def _close(self, tab: Tab) -> None:
        with self._hand(tab):
            with suppress(Error):
                tab.page.goto("about:blank")
            self._lose(tab.page)
            self.tabs.remove(tab)
        tab.page.close()
        if tab is self.front_tab:
            self._turn(self.tabs[-1])

    def _turn(self, tab: Tab) -> None:
        for other in self.tabs:
            if other is not tab:
                self._look(other, "behind")
        if tab.frozen:
            self._thaw(tab)
        self._look(tab, "")
        if self.front_tab:
            self.front_tab.since = self.now
        self.front_tab = tab
        tab.since = self.now

    def _look(self, tab: Tab, name: str) -> None:
        for _ in range(100):
            with suppress(Error):
                tab.page.evaluate(TURN, name)
                return
            tab.page.wait_for_timeout(5)  # it goes elsewhere just now

    def _thaw(self, tab: Tab) -> None:
        tab.page.evaluate("(time) => { model.set(time); model.thaw(); }", [self.wall, self.mono])
        tab.frozen, tab.since = False, self.now
        self.seen.add("frozen and thawed")

    def _fetch(self, tab: Tab, path: str, idle: str | None = None) -> None:
        script = """([path, idle]) => {
          const headers = { "X-Session-Security": "1" };
          const report = { method: "POST", headers, body: new URLSearchParams({ idleFor: idle }) };
          fetch(path, idle === null ? {} : report).catch(() => {});
        }"""
        tab.page.evaluate(script, [path, idle])
        self.settle()

    def _write(self, tab: Tab) -> str:
        text, seen = f"note {len(self.played)}", len(Witness.log)
        self._fetch(tab, f"/note/?text={text}")
        if any(s.path == "/note/" and s.user and s.status == 200 for s in Witness.log[seen:]):
            self.ours.notes.append(text)
        return f"{tab.name} writes into the session"

    def _write_slowly(self) -> None:
        text, seen, session = f"note {len(self.played)}", len(Witness.log), self.key
        notes = self.ours.notes

        def write() -> None:
            request = urllib.request.Request(f"{self.url}/note/?slow&text={text.replace(' ', '+')}")
            request.add_header("Cookie", f"sessionid={session}")
            request.add_header("Sec-Fetch-Dest", "empty")
            with suppress(urllib.error.HTTPError):
                urllib.request.urlopen(request, timeout=30).close()
                notes.append(text)

        slow.clear()
        self.slow = threading.Thread(target=write)
        self.slow.start()
        while not any(served.path == "/note/" for served in Witness.log[seen:]):
            time.sleep(0.001)

    def _finish_writing(self) -> None:
        slow.set()
        if self.slow:
            self.slow.join()
        self.slow = None

    def _fail(self, kind: str) -> None:
        def fail(route: Route) -> None:
            self.seen.add(FAULTS[kind])
            if kind == "requests lost":
                route.abort()
                return
            if kind == "requests late":
                self._hold(route)
                self.delayed.append((route, self.ours.latest, self.now))
                return
            answer = route.fetch()
            if kind == "answers lost":
                route.abort()
            else:
                self._hold(route)
                self.late_answers.append((route, answer))

        self.fault = kind
        self.answer_pings(fail)

    def _hold(self, route: Route, held: bool = True) -> None:
        number = int(route.request.headers["x-asked"])
        with suppress(Error):
            route.request.frame.evaluate("([n, held]) => model.hold(n, held)", [number, held])

    @property
    def _held(self) -> list[Route]:
        return [*(held[0] for held in self.delayed), *(late[0] for late in self.late_answers)]

    def _lose(self, page: Page) -> None:
        """What is held up is lost; closing the page would let it through."""
        for route in self._held:
            if route.request.frame.page is page:
                with suppress(Error):
                    route.abort()

    def _mend(self) -> None:
        self.mend()
        for route in self._held:
            self._hold(route, held=False)
        for route, act, at in self.delayed:
            if self.ours.signed_in <= at:
                self.ours.was_delayed(max(act, self.ours.signed_in), self.now - at)
            with suppress(Error):
                route.continue_()
        for route, answer in self.late_answers:
            # Its cookie would end a later sign-in, whatever the app does.
            headers = {key: value for key, value in answer.headers.items() if key != "set-cookie"}
            with suppress(Error):
                route.fulfill(response=answer, headers=headers)
        self.delayed, self.late_answers = [], []
        self.fault, self.calm_since = "", self.now

    def _duplicate(self) -> str:
        assert self.last_ping
        served, act, at = self.last_ping
        self.seen.add("ping duplicated")
        if served.session == self.key and act > -inf and self.ours.state is not State.OUT:
            self.ours.was_delayed(act, self.now - at)
        request = urllib.request.Request(self.url + served.path, served.body.encode())
        request.add_header("Cookie", f"sessionid={served.session}")
        request.add_header("Sec-Fetch-Dest", "empty")
        request.add_header("X-Session-Security", "1")
        request.add_header("X-Browser", "again")
        with suppress(urllib.error.HTTPError):
            urllib.request.urlopen(request, timeout=30).close()
        return f"the ping of {at:g} s comes once more"

    def _sleep(self, seconds: float, still: bool) -> str:
        alive = self.ours.state is not State.OUT
        self.sleep(seconds, still)
        self.stood_still += seconds * still
        self.calm_since = self.now
        if alive and self.ours.state is State.OUT:
            self.seen.add("sleep across the end")
        return f"sleep {seconds:g} s" + (", performance.now() stands still" if still else "")

    def _set_clock(self, by: float) -> str:
        self.wall += round(by * 1000)
        self.calm_since = self.now
        self.seen.add("clock set")
        if by > 0:
            for tab in self.tabs:
                tab.acts = []  # they seem to be older than what the server knows
        self.set_back += max(0.0, -by)
        if any(tab.frozen for tab in self.tabs):
            self.set_back_frozen += max(0.0, -by)
        self.set_forward += max(0.0, by)
        return f"the browser's clock is set by {by:+g} s"

    def _sign_out(self, tab: Tab) -> str:
        with self._hand(tab):
            with suppress(Error):
                tab.page.evaluate("document.querySelector('.who').requestSubmit()")
            self._await(tab)
        self.ours.end()
        self.signed_out_at = self.now
        if len(self.tabs) > 1:
            self.seen.add("sign-out elsewhere")
        return f"sign out in {tab.name}"

    def _sign_in(self, tab: Tab, user: str) -> str:
        self._visit(tab, lambda: tab.page.goto(f"{self.url}/login/"))
        if tab.report["path"] != "/login/" or not self.connected:
            return "try to sign in"
        with self._hand(tab):
            with suppress(Error):
                tab.page.evaluate(
                    """(user) => {
                      id_username.value = id_password.value = user;
                      document.getElementById("login-form").requestSubmit();
                    }""",
                    user,
                )
            self._await(tab)
            self.ours.sign_in(self.now, user)
            self.signed_out_at = inf
            self.touch = self.touched = self.now
            self.set_forward = 0.0
            self._felt()
        if tab.user != user:
            raise Broken(f"{user} can't sign in: {tab.report}")
        return f"sign in as {user} in {tab.name}"

    def _await(self, tab: Tab) -> None:
        """Wait for the page that a form leads to."""
        doc = tab.doc
        for _ in range(500):
            with suppress(Error):
                tab.page.wait_for_load_state()
                if tab.page.evaluate("model.doc") != doc:
                    return
            tab.page.wait_for_timeout(2)

    def _visit_elsewhere(self) -> str:
        if self.elsewhere is None:
            self.elsewhere = Client(headers={"X-Browser": "theirs"})
        if self.theirs.state is State.OUT:
            self.elsewhere.force_login(get_user_model().objects.get(username="demo"))
            self.theirs.sign_in(self.now, "demo")
            return "the user signs in in another browser, too"
        served = self.elsewhere.get("/records/").status_code == 200
        if served:
            self.theirs.visits(self.now)
        elif self.theirs.state is State.IN:
            raise Broken("The other browser was not served.")
        else:
            self.theirs.end()
        return "the user opens a page in another browser"


def refuse(route: Route) -> None:
    """As a port where nobody listens."""
    route.abort("connectionrefused")


@dataclass
class Played:
    """What became of a schedule."""

    schedule: Schedule
    lines: list[str]
    seen: set[str]
    moments: int  # at which the promises were looked at
    broken: str = ""
    requests: list[str] = field(default_factory=list)  # the last ones

    def __str__(self) -> str:
        return "\n".join([*self.lines, "", "The last requests:", *self.requests])


def play(schedule: Schedule, browser: Browser, url: str) -> Played:
    """Play one schedule in a browser context of its own."""
    Session.objects.all().delete()
    cache.clear()
    start = datetime.fromisoformat(schedule.start).astimezone(ZoneInfo(schedule.zone))
    with (
        override_settings(TIME_ZONE=schedule.zone),  # and of the process
        time_machine.travel(start, tick=False) as traveller,  # whose zone it takes
    ):
        context = browser.new_context(has_touch=True, timezone_id=schedule.zone)
        stage = Stage(schedule, context, traveller, url)
        broken = ""
        try:
            stage.play()
        except Broken as error:
            broken = str(error)
        except Exception as error:
            error.add_note("\n".join([f"Seed {schedule.seed}:", *stage.lines]))
            raise
        finally:
            slow.set()
            context.close()
    drawn = replace(schedule, steps=stage.played)
    requests = [f"{served.at - stage.start}"[:11].ljust(13) + f"{served}" for served in Witness.log]
    return Played(drawn, stage.lines, stage.seen, stage.moments, broken, requests[-12:])


def shrink(played: Played, again: Callable[[Schedule], Played], tries: int = 40) -> Played:
    """Leave out steps for as long as a promise is still broken."""
    steps = played.schedule.steps or []
    size = max(1, len(steps) // 2)
    while size:
        at = 0
        while at < len(steps) and tries:
            tried = again(replace(played.schedule, steps=steps[:at] + steps[at + size :]))
            tries -= 1
            if tried.broken:
                played, steps = tried, tried.schedule.steps or []
            else:
                at += size
        size //= 2
    return played
