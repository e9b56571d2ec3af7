"""What other scripts of the pages do, and requests of the site's own."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.browser.model.site import Witness
from tests.browser.model.steps.base import Step
from tests.browser.model.truth import State
from tests.browser.model.writing import SlowWrite

if TYPE_CHECKING:
    from tests.browser.model.stage import Stage
    from tests.browser.model.tab import Tab

FORGED = ("-30", "-0.001", "-inf", "nan", "1e999", "")


class ScriptStep(Step):
    """Something that needs a page of the site that runs."""

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return not tab.frozen and tab.served


class Poll(ScriptStep):
    """A script asks, and the view is declared passive."""

    name = "poll"
    weight = 3

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.fetch(tab, "/monitor/poll/")
        return f"{tab.name} polls"


class Write(ScriptStep):
    """A script has something written into the session."""

    name = "write"
    weight = 2

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return not stage.writing and super().can(stage, tab)

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.notes += 1
        text, seen = f"note {stage.notes}", len(Witness.log)
        stage.fetch(tab, f"/note/?text={text}")
        new = [served for served in Witness.log[seen:] if served.path == "/note/"]
        if any(served.user and served.status == 200 for served in new):
            stage.ours.notes.append(text)
        return f"{tab.name} writes into the session"


class WriteSlowly(Step):
    """A request reads the session, and will write into it at some time."""

    name = "write slowly"
    weight = 2

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        is_in = stage.ours.state is State.IN
        return is_in and stage.network.reachable and not stage.writing

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.notes += 1
        text = f"note {stage.notes}"
        stage.writing = SlowWrite(stage.url, stage.key, text, stage.ours.notes)
        return "a script begins to write into the session"


class FinishWriting(Step):
    """That request writes."""

    name = "finish writing"
    weight = 8

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return stage.writing is not None

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.finish_writing()
        return "the script has written into the session"


@dataclass
class Forge(ScriptStep):
    """A script reports nonsense."""

    name = "forge"
    weight = 2

    kind: str = ""  # what it reports

    def draw(self, dice: random.Random) -> None:
        self.kind = dice.choice(FORGED)

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.fetch(tab, "/session_security/ping/", self.kind)
        return f"a script in {tab.name} reports idleFor={self.kind}"
