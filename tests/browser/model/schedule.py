"""What happens, in which order: a schedule is drawn from a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.browser.model.limits import EXPIRE_AFTER, WARN_AFTER
from tests.browser.model.steps import STEPS, Step

TABS = (["/records/"], ["/form/"], ["/records/", "/monitor/"], ["/monitor/", "/form/"])

ZONE = "Europe/Berlin"
STARTS = (
    ("UTC", "2030-01-15T12:00:00+00:00", 6),
    (ZONE, "2030-03-31T01:00:00+00:00", 2),  # the clock goes from 2 to 3
    (ZONE, "2030-10-27T01:00:00+00:00", 2),  # and from 3 to 2
)


@dataclass
class Schedule:
    """What is drawn from a seed."""

    seed: int
    start: str  # of the server's clock
    zone: str = "UTC"
    skew: float = 0.0  # of the browser's clock
    tabs: list[str] = field(default_factory=lambda: ["/records/"])
    steps: list[Step] | None = None  # None: to be drawn

    def dump(self) -> str:
        """As text for ``--replay``."""
        values = {**vars(self), "steps": [dump_step(step) for step in self.steps or []]}
        return json.dumps(values, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Schedule:
        """The reverse of :meth:`dump`."""
        values = json.loads(text)
        return cls(**{**values, "steps": [load_step(**step) for step in values["steps"]]})


def dump_step(step: Step) -> dict[str, object]:
    """Its name, and what is not as by default."""
    usual = asdict(type(step)())
    values = {name: value for name, value in asdict(step).items() if value != usual[name]}
    return {"do": step.name, **values}


def load_step(do: str, **values: Any) -> Step:
    """The reverse of :func:`dump_step`."""
    return STEPS[do](**values)


def draw(seed: int) -> Schedule:
    """The schedule of a seed; its steps are drawn while it is played."""
    dice = random.Random(seed)
    [(zone, noon, _)] = dice.choices(STARTS, [weight for *_, weight in STARTS])
    start = datetime.fromisoformat(noon)
    if zone == ZONE:
        start -= timedelta(seconds=dice.randint(1, 90))
    skew = dice.choice([-3600.0, -30.0, 45.0, 3600.0, 86400.0 * 400]) * (dice.random() < 0.3)
    return Schedule(seed, start.isoformat(), zone, skew, dice.choice(TABS))


def draw_steps(seed: int, can: Callable[[type[Step]], bool]) -> Iterator[Step]:
    """The steps, of what ``can`` be done just then.

    Each schedule leaves some kinds out, and does some more often.
    """
    dice = random.Random(-1 - seed)
    weights = {kind: kind.weight * dice.choice([0, 1, 1, 3]) for kind in STEPS.values()}
    weights |= {kind: kind.weight for kind in weights if kind.always}
    for _ in range(dice.randint(10, 15)):
        able = [kind for kind in weights if can(kind)]
        [kind] = dice.choices(able, [weights[kind] for kind in able])
        step = kind(tab=dice.randint(0, 3))
        draw_wait(dice, step)
        step.draw(dice)
        yield step


def draw_wait(dice: random.Random, step: Step) -> None:
    """When it happens: often just before or after the moment at which something is due."""
    match dice.choices(["at once", "soon", "later", "warn", "end", "long"], [4, 6, 5, 4, 4, 1]):
        case ["soon"]:
            step.wait = round(dice.uniform(0.2, 4), 1)
        case ["later"]:
            step.wait = round(dice.uniform(4, 25), 1)
        case ["warn"]:
            step.idle = WARN_AFTER + dice.choice([-1, 0.5, 3, 8])
        case ["end"]:
            step.idle = EXPIRE_AFTER + dice.choice([-3, -1.5, -0.2, 0.2, 2, 5, 12])
        case ["long"]:
            step.wait = round(dice.uniform(60, 150))
