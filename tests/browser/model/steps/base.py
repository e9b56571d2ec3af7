"""What every step has."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from tests.browser.model.stage import Stage
    from tests.browser.model.tab import Tab


@dataclass
class Step:
    """Something that happens, after so many seconds, or when the person has been idle for so many.

    A subclass is a kind of step, an instance a step of a schedule.
    """

    name: ClassVar[str]
    weight: ClassVar[int]  # how often it is drawn, beside the others that can happen
    always: ClassVar[bool] = False  # no schedule leaves it out, or does it more often

    wait: float = 0.0
    idle: float | None = None
    tab: int = 0  # which of those with which it can happen

    def draw(self, dice: random.Random) -> None:
        """Draw what else is to be known of it; fields of the subclass hold that."""

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        """Whether it can happen now, with this tab; for most steps any tab is as good."""
        return True

    def do(self, stage: Stage, tab: Tab) -> str:
        """Let it happen, and tell the stage's truth of it; return what it was, for the report."""
        raise NotImplementedError
