"""What happens to the person's machine."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.browser.model.steps.base import Step
from tests.browser.model.truth import State

if TYPE_CHECKING:
    from tests.browser.model.stage import Stage
    from tests.browser.model.tab import Tab


@dataclass
class Sleep(Step):
    """The machine sleeps."""

    name = "sleep"
    weight = 6

    by: float = 0.0  # seconds
    kind: str = ""  # "still": performance.now() and the timers stand still

    def draw(self, dice: random.Random) -> None:
        self.by = dice.choice([5, 25, 38, 57, 59.5, 62, 300, 3600, 7200, 86400 * 3])
        self.kind = dice.choice(["", "still"])

    def do(self, stage: Stage, tab: Tab) -> str:
        alive = stage.ours.state is not State.OUT
        stage.sleep(self.by, self.kind == "still")
        if alive and stage.ours.state is State.OUT:
            stage.seen.add("sleep across the end")
        return f"sleep {self.by:g} s" + (
            ", performance.now() stands still" if self.kind == "still" else ""
        )


@dataclass
class SetClock(Step):
    """The browser's clock is set."""

    name = "set the clock"
    weight = 2

    by: float = 0.0  # seconds

    def draw(self, dice: random.Random) -> None:
        self.by = dice.choice([-3600, -25, -8, 8, 25, 50, 3600])

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.set_clock(self.by)
        stage.seen.add("clock set")
        return f"the browser's clock is set by {self.by:+g} s"
