"""What the person does in a page that is there."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from playwright.sync_api import Error, Page

from tests.browser.model.limits import EARLY, EXPIRE_AFTER
from tests.browser.model.steps.base import Step
from tests.browser.model.truth import Broken

if TYPE_CHECKING:
    from tests.browser.model.stage import Stage
    from tests.browser.model.tab import Tab


def move(page: Page, number: int) -> None:
    """Move the mouse, to where it has never been."""
    page.mouse.move(200 + number, 300)
    page.mouse.move(210 + number, 310)


# How to act in a page; the number is another one each time.
ACTS: dict[str, Callable[[Page, int], None]] = {
    "mouse": move,
    "key": lambda page, _: page.keyboard.press("F2"),
    "wheel": lambda page, _: page.mouse.wheel(0, 10),
    "touch": lambda page, _: page.touchscreen.tap(3, 300),
    "click": lambda page, _: page.mouse.click(3, 300),
}


def type_x(page: Page, _: int) -> None:
    """Type one letter into the long form."""
    page.evaluate("id_symptoms.focus()")
    page.keyboard.press("x")


class Effect(NamedTuple):
    """What came of an input."""

    counts: bool  # as an act
    is_sure: bool  # near the end the page may hold that it is too late


def make(stage: Stage, tab: Tab, act: Callable[[Page, int], None]) -> Effect:
    """Make an input in the page; wait until it has come there, and everybody has heard of it."""
    now, was_warned = stage.now, tab.warned
    counts = not tab.covered and now - stage.felt.latest < EXPIRE_AFTER
    is_sure = now - stage.felt.sure < EXPIRE_AFTER - EARLY - stage.felt.set_forward
    inputs = tab.page.evaluate("modelTraffic.inputs")
    stage.moves += 1
    act(tab.page, stage.moves)
    stage.woken = -inf  # the page has been judged
    for _ in range(500):
        with suppress(Error):
            if tab.page.evaluate("modelTraffic.inputs") != inputs:
                break
        tab.page.wait_for_timeout(2)
    if counts:
        stage.felt.acts(now, is_sure, stage.any_frozen)
        if tab.user == stage.ours.user:
            stage.ours.acts(now)
            if is_sure:
                tab.acts.append(now)
    stage.settle()
    if was_warned and counts and not tab.warned and not tab.covered:
        stage.seen.add("extension")
    return Effect(counts, is_sure)


def told(kind: str, tab: Tab, effect: Effect) -> str:
    return f"{kind} in {tab.name}" + ("" if effect.counts else ", too late")


@dataclass
class Act(Step):
    """The person acts in the page in front, in one of several ways."""

    name = "act"
    weight = 24
    always = True

    kind: str = ""

    def draw(self, dice: random.Random) -> None:
        self.kind = dice.choice(list(ACTS))

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return bool(stage.front.user)

    def do(self, stage: Stage, tab: Tab) -> str:
        return told(self.kind, stage.front, make(stage, stage.front, ACTS[self.kind]))


class Type(Step):
    """The person types into the long form."""

    name = "type"
    weight = 12

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return bool(stage.front.user) and stage.front.path == "/form/"

    def do(self, stage: Stage, tab: Tab) -> str:
        front = stage.front
        was_warned, doc = front.warned, front.doc
        effect = make(stage, front, type_x)
        if front.doc == doc:
            typed = front.report["typed"]
            due = {front.typed + "x" * effect.counts}
            if was_warned or not effect.is_sure:  # the key may go to the warning or the cover
                due.add(front.typed)
            if typed not in due:
                raise Broken(f"{front.name} took {typed!r} for {front.typed!r} and an x.")
            front.typed = typed
        return told("type", front, effect)


class Nothing(Step):
    """Time passes."""

    name = "nothing"
    weight = 5

    def do(self, stage: Stage, tab: Tab) -> str:
        return "nothing happens"
