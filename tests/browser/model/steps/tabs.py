"""What becomes of tabs."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import Error

from tests.browser.model.steps.base import Step

if TYPE_CHECKING:
    from tests.browser.model.stage import Stage
    from tests.browser.model.tab import Tab

PATHS = ("/records/", "/form/", "/monitor/", "/", "/form/")


@dataclass
class Open(Step):
    """A page is opened in a new tab."""

    name = "open"
    weight = 6

    kind: str = ""  # its path

    def draw(self, dice: random.Random) -> None:
        self.kind = dice.choice(PATHS)

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return len(stage.tabs) < 4

    def do(self, stage: Stage, tab: Tab) -> str:
        return f"open {self.kind} in {stage.open(self.kind).name}"


class Close(Step):
    """A tab is closed; another one comes to the front."""

    name = "close"
    weight = 2

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return len(stage.tabs) > 1

    def do(self, stage: Stage, tab: Tab) -> str:
        with stage.hand(tab):
            with suppress(Error):
                tab.page.goto("about:blank")
            stage.network.lose(tab.page)
            stage.tabs.remove(tab)
        tab.page.close()
        if tab is stage.front:
            stage.turn_to(stage.tabs[-1])
        return f"close {tab.name}"


class Turn(Step):
    """The person turns to another tab."""

    name = "turn"
    weight = 6

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return tab is not stage.front

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.turn_to(tab)
        return f"turn to {tab.name}"


@dataclass
class Go(Step):
    """The tab in front is led elsewhere."""

    name = "go"
    weight = 5

    kind: str = ""  # the path

    def draw(self, dice: random.Random) -> None:
        self.kind = dice.choice(PATHS)

    def do(self, stage: Stage, tab: Tab) -> str:
        front = stage.front
        stage.visit(front, lambda: front.page.goto(stage.url + self.kind))
        return f"go to {self.kind} in {front.name}"


class Back(Step):
    """Somebody goes on and back: to a page from the cache, where the browser kept it."""

    name = "back"
    weight = 6

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return bool(stage.front.report["back"])

    def do(self, stage: Stage, tab: Tab) -> str:
        front = stage.front
        # Chromium throws a page out of its cache if a cookie changes before somebody comes back.
        stage.visit(front, lambda: front.page.goto(stage.url + PATHS[0]))
        stage.visit(front, lambda: front.page.go_back(wait_until="commit"))
        return f"go on in {front.name}, and back to {front.path}"


class Freeze(Step):
    """A tab that is not in front is frozen."""

    name = "freeze"
    weight = 3

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return tab is not stage.front and not tab.frozen

    def do(self, stage: Stage, tab: Tab) -> str:
        tab.page.evaluate("modelTime.freeze()")
        tab.frozen, tab.acts, tab.said = True, [], ""
        return f"{tab.name} is frozen"


class Thaw(Step):
    """A frozen tab runs again."""

    name = "thaw"
    weight = 5

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return tab.frozen

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.thaw(tab)
        return f"{tab.name} is thawed"
