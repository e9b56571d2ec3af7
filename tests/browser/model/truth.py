"""What is true all along, as the person would tell it, and nothing of the code."""

from enum import Enum
from math import inf

from tests.browser.model.limits import EXPIRE_AFTER, RESOLUTION, ROUNDING


class Broken(AssertionError):
    """A promise is."""


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


class Felt:
    """What the pages of a browser have felt of the person, and what of the time they can't know."""

    def __init__(self) -> None:
        self.act = -inf  # the last one that a page has felt
        self.late = -inf  # what the server may have told the pages of it
        self.sure = -inf  # the same, where the page can't have taken it as too late
        self.set_back = self.set_forward = 0.0  # the browser's clock, since then
        self.stood_still = 0.0  # performance.now(), since then
        self.set_back_frozen = 0.0  # the clock, while messages waited

    def acts(self, now: float, is_sure: bool = True, is_frozen: bool = False) -> None:
        """A page has felt the person; what the clocks did before counts no more."""
        self.act = now
        self.set_back = self.stood_still = 0.0
        if not is_frozen:
            self.set_back_frozen = 0.0
        if is_sure:
            self.sure, self.set_forward = now, 0.0

    def clock_is_set(self, by: float, is_frozen: bool) -> None:
        """The browser's clock is; ``is_frozen``: while a page can't hear of anything."""
        self.set_back += max(0.0, -by)
        if is_frozen:
            self.set_back_frozen += max(0.0, -by)
        self.set_forward += max(0.0, by)

    @property
    def latest(self) -> float:
        """The latest time that a page may take for the last act."""
        return max(self.act, self.late)

    @property
    def hidden(self) -> float:
        """The time that a page can't know of: both its clocks miss it, or it heard late."""
        return min(self.set_back, self.stood_still) + self.set_back_frozen
