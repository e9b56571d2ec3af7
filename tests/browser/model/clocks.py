"""The clocks of the server and of the browser, which only the model moves."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.browser.model.schedule import Schedule


class Clocks:
    """Milliseconds of all the clocks; ``traveller`` takes the time of this process along."""

    def __init__(self, schedule: Schedule, traveller: Any) -> None:
        self.traveller = traveller
        self.zone = ZoneInfo(schedule.zone)
        self.start = datetime.fromisoformat(schedule.start)
        self.server = 0  # since the start
        self.wall = round(self.start.timestamp() * 1000 + schedule.skew * 1000)
        self.mono = 0  # performance.now() of a page that has been there from the start

    @property
    def now(self) -> float:
        """Seconds of the server since the start."""
        return self.server / 1000

    @property
    def page_time(self) -> list[int]:
        """What the scripts of a page take for the time."""
        return [self.wall, self.mono]

    def shift(self, server: int, wall: int, mono: int) -> None:
        """Put all of them forward, each by so much."""
        self.server += server
        self.wall += wall
        self.mono += mono
        moment = self.start + timedelta(milliseconds=self.server)
        self.traveller.move_to(moment.astimezone(self.zone), tick=False)

    def in_daylight_saving(self) -> bool:
        """Whether the zone's offset is another than it was at the start."""
        start = self.start.astimezone(self.zone)
        now = (self.start + timedelta(milliseconds=self.server)).astimezone(self.zone)
        return now.utcoffset() != start.utcoffset()

    def __str__(self) -> str:
        return f"{timedelta(milliseconds=self.server)}"[:11]
