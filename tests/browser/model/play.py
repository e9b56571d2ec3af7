"""Playing a schedule, and finding a shorter one that breaks the same promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from zoneinfo import ZoneInfo

import time_machine
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, override_settings
from playwright.sync_api import Browser

from tests.browser.model.schedule import Schedule, draw_steps
from tests.browser.model.site import Witness, slow
from tests.browser.model.stage import Stage
from tests.browser.model.steps import Step
from tests.browser.model.truth import Broken
from tests.browser.model.watch import Watch


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


class Play:
    """The steps of a schedule on one stage, with a watch on it."""

    def __init__(self, schedule: Schedule, stage: Stage) -> None:
        self.schedule, self.stage = schedule, stage
        self.watch = Watch(stage)
        self.played: list[Step] = []
        self.lines: list[str] = []

    def play(self) -> None:
        """Play the schedule; ``Broken`` if it breaks a promise."""
        self._begin()
        steps = self.schedule.steps
        for step in draw_steps(self.schedule.seed, self._can) if steps is None else steps:
            self.played.append(step)
            self._wait_for(step)
            self._do(step)
            if self.stage.clocks.in_daylight_saving():
                self.stage.seen.add("daylight saving")
        self.stage.finish_writing()

    def _begin(self) -> None:
        """Sign in without the form, and open the pages."""
        stage = self.stage
        client = Client()
        client.force_login(get_user_model().objects.get(username="demo"))
        stage.key = client.cookies["sessionid"].value
        stage.context.add_cookies([{"name": "sessionid", "value": stage.key, "url": stage.url}])
        stage.sign_in("demo")
        words = [f"sign in as demo, at {stage.clocks.start:%Y-%m-%d %H:%M:%S} UTC"]
        if self.schedule.skew:
            words.append(f"the browser's clock is {self.schedule.skew:+g} s off")
        words += [f"open {path} in {stage.open(path).name}" for path in self.schedule.tabs]
        self._note("; ".join(words))

    def _can(self, kind: type[Step]) -> bool:
        return any(kind.can(self.stage, tab) for tab in self.stage.tabs)

    def _wait_for(self, step: Step) -> None:
        wait, idle = step.wait, self.stage.idle
        if step.idle is not None:
            wait = max(0.0, step.idle - idle) if idle < inf else 0.0
        self._note(f"wait {wait:g} s, and then: {step.name}")
        self._advance(wait)

    def _advance(self, seconds: float) -> None:
        """Let time pass, from one timer to the next near what is due, and in steps elsewhere."""
        clocks = self.stage.clocks
        end = clocks.server + round(seconds * 1000)
        while clocks.server < end:
            stop, is_near = self.stage.next_stop()
            by = min(stop, end - clocks.server)
            self.stage.shift(by, by, by)
            self.stage.settle()
            self.watch.look(asking=is_near)

    def _do(self, step: Step) -> None:
        """Do it, if it can be done now."""
        stage = self.stage
        self.watch.begin_step()
        self.lines.pop()  # that it waits
        self._note(step.name)
        able = [tab for tab in stage.tabs if step.can(stage, tab)]
        done = step.do(stage, able[step.tab % len(able)]) if able else "nothing happens"
        self.lines.pop()
        self._note(done)
        stage.settle()
        self.watch.look()
        self.watch.end_step()

    def _note(self, words: str) -> None:
        self.lines.append(f"{self.stage.clocks!s:11}  {words}")


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
        playing = Play(schedule, stage)
        broken = ""
        try:
            playing.play()
        except Broken as error:
            broken = str(error)
        except Exception as error:
            error.add_note("\n".join([f"Seed {schedule.seed}:", *playing.lines]))
            raise
        finally:
            slow.set()
            context.close()
    began = stage.clocks.start
    requests = [f"{served.at - began}"[:11].ljust(13) + f"{served}" for served in Witness.log[-12:]]
    drawn = replace(schedule, steps=playing.played)
    return Played(drawn, playing.lines, stage.seen, playing.watch.moments, broken, requests)


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
