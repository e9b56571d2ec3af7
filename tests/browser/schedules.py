"""What happens to a browser and its server, in a random order, and what is true all along.

A schedule is a list of steps, drawn from a seed; ``stage.py`` plays it. ``Truth`` knows what the
person did, and nothing of the code.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from math import inf

# Those that are played by default find every fault of scripts/faults.py.

FIRST, SCHEDULES = 18, 50

# What is modelled; all times in seconds.

EXPIRE_AFTER = 60.0
WARN_AFTER = 40.0

# The tolerances. The docs (explanation/model.md) say where each of them comes from.

ROUNDING = 0.002  # idleFor has three decimals, and so have the clocks of a browser
RESOLUTION = 3.0  # of page views: min(60, EXPIRE_AFTER / 20, (EXPIRE_AFTER - WARN_AFTER) / 4)
PRECISION = 1.0  # of reports: one that is newer by less is not stored
TOLD = 1.0  # tabs tell each other of acts once a second
TICK = 1.0  # a timer of the page, near the end
PAUSE = 3.0  # between two tries to reach the server: EXPIRE_AFTER / 20
STEP = 2.5  # of the model's clock, far from everything that is due
NEAR = 2.0  # from what is due; there the clock goes from one timer to the next
WAKING = 2.0  # a visible page is judged each second, also after a sleep of its timers
WAKING_BEHIND = 60.0  # and one that nobody can see each minute, unless another tab tells it
REPORT = EXPIRE_AFTER / 5  # an act is reported when nobody has reported for so long
FOLLOW = 2.0  # a tab that goes away is missed after so long
KEPT = 86400.0  # for which a covered page keeps what was typed

EARLY = PRECISION + TOLD  # how much older than true the last act can seem to a tab
CALM = PAUSE + TICK + STEP  # after which a tab that can reach the server has spoken with it
CHANCE = REPORT + TOLD + CALM  # after which an act is known to the server


# What is true


class State(Enum):
    """Whether a browser is signed in. Between two limits of tolerance it may be."""

    IN = "signed in"
    MAYBE = "perhaps signed in"
    OUT = "signed out"


class Truth:
    """One browser, as its own person would tell it. Times are seconds of the schedule."""

    def __init__(self) -> None:
        self.end()

    def end(self) -> None:
        """Nobody is signed in (any more)."""
        self.state = State.OUT
        self.user = ""
        self.notes: list[str] = []
        self.act = self.sure = self.late = -inf
        self.signed_in = inf

    def sign_in(self, now: float, user: str) -> None:
        self.end()
        self.state = State.IN
        self.user = user
        self.act = self.sure = self.signed_in = now

    def pass_to(self, now: float) -> bool:
        """Time alone ends what it ends; whether it has done so now."""
        if self.state is State.IN and now - self.sure >= EXPIRE_AFTER - ROUNDING:
            self.state = State.MAYBE
        if self.state is State.OUT or now - self.latest < EXPIRE_AFTER + ROUNDING:
            return False
        self.end()
        return True

    @property
    def latest(self) -> float:
        """The latest time that anybody may take for the last act."""
        return max(self.act, self.late)

    def acts(self, now: float) -> None:
        """The person acts in a page: the server learns of it at the next chance."""
        if self.state is not State.OUT:
            self.act = now

    def visits(self, now: float) -> None:
        """The server has served a page view of the person."""
        self.act = now
        self.is_known(now - RESOLUTION, now)

    def is_known(self, act: float, now: float) -> None:
        """The server must know of ``act``, or of a later one."""
        self.sure = max(self.sure, act)
        if self.state is State.MAYBE and now - self.sure < EXPIRE_AFTER - ROUNDING:
            self.state = State.IN

    def was_delayed(self, act: float, by: float) -> None:
        """A report of ``act`` was on its way for so long; the server can't know for how long."""
        self.late = max(self.late, act + by)


# What happens


@dataclass
class Step:
    """Wait for so many seconds, or until the person has been idle for so many; then do it."""

    do: str
    wait: float = 0.0
    idle: float | None = None
    tab: int = 0
    by: float = 0.0
    kind: str = ""


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
        empty = asdict(Step(""))
        steps = [
            {name: value for name, value in asdict(step).items() if value != empty[name]}
            for step in self.steps or []
        ]
        return json.dumps({**asdict(self), "steps": steps}, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> "Schedule":
        """The reverse of :meth:`dump`."""
        values = json.loads(text)
        return cls(**{**values, "steps": [Step(**step) for step in values["steps"]]})


PATHS = ("/records/", "/form/", "/monitor/", "/", "/form/")
TABS = (["/records/"], ["/form/"], ["/records/", "/monitor/"], ["/monitor/", "/form/"])
FORGED = ("-30", "-0.001", "-inf", "nan", "1e999", "")
ACTS = ("mouse", "key", "wheel", "touch", "click")
FAULTS = {
    "requests lost": "ping lost",
    "answers lost": "answer lost",
    "requests late": "ping late",
    "answers late": "answer late",
}

# How often each thing happens. Each schedule leaves some of it out, and does some more often.
WEIGHTS = {
    "act": 24,
    "type": 12,
    "open": 6,
    "close": 2,
    "turn": 6,
    "go": 5,
    "back": 6,
    "freeze": 3,
    "thaw": 5,
    "poll": 3,
    "write": 2,
    "write slowly": 2,
    "finish writing": 8,
    "forge": 2,
    "fault": 5,
    "mend": 12,
    "duplicate": 3,
    "offline": 6,
    "online": 6,
    "stop the server": 1,
    "start the server": 12,
    "sleep": 6,
    "set the clock": 2,
    "sign out": 2,
    "delete the session": 1,
    "sign in": 30,
    "sign in as another": 4,
    "visit elsewhere": 1,
    "sign out elsewhere": 3,
    "nothing": 5,
}

ZONE = "Europe/Berlin"
STARTS = (
    ("UTC", "2030-01-15T12:00:00+00:00", 6),
    (ZONE, "2030-03-31T01:00:00+00:00", 2),  # the clock goes from 2 to 3
    (ZONE, "2030-10-27T01:00:00+00:00", 2),  # and from 3 to 2
)


def draw(seed: int) -> Schedule:
    """The schedule of a seed; its steps are drawn while it is played."""
    dice = random.Random(seed)
    [(zone, noon, _)] = dice.choices(STARTS, [weight for *_, weight in STARTS])
    start = datetime.fromisoformat(noon)
    if zone == ZONE:
        start -= timedelta(seconds=dice.randint(1, 90))
    skew = dice.choice([-3600.0, -30.0, 45.0, 3600.0, 86400.0 * 400]) * (dice.random() < 0.3)
    return Schedule(seed, start.isoformat(), zone, skew, dice.choice(TABS))


def draw_steps(seed: int, can: Callable[[str], bool]) -> Iterator[Step]:
    """The steps, of what ``can`` be done just then."""
    dice = random.Random(-1 - seed)
    weights = {name: weight * dice.choice([0, 1, 1, 3]) for name, weight in WEIGHTS.items()}
    weights |= {name: WEIGHTS[name] for name in ("act", "online", "sign in", "start the server")}
    for _ in range(dice.randint(10, 15)):
        able = [name for name in weights if can(name)]
        [do] = dice.choices(able, [weights[name] for name in able])
        step = Step(do, tab=dice.randint(0, 3))
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
        match do:
            case "act":
                step.kind = dice.choice(ACTS)
            case "open" | "go":
                step.kind = dice.choice(PATHS)
            case "forge":
                step.kind = dice.choice(FORGED)
            case "fault":
                step.kind = dice.choice(list(FAULTS))
            case "sleep":
                step.by = dice.choice([5, 25, 38, 57, 59.5, 62, 300, 3600, 7200, 86400 * 3])
                step.kind = dice.choice(["", "still"])
            case "set the clock":
                step.by = dice.choice([-3600, -25, -8, 8, 25, 50, 3600])
        yield step
