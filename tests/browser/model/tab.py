"""One tab, as the model last saw it."""

from dataclasses import dataclass, field
from math import inf
from typing import Any

from playwright.sync_api import Page


@dataclass(eq=False)
class Tab:
    """A tab of the browser; times in seconds of the schedule, words counted by ``Settling``."""

    name: str
    page: Page
    doc: str = ""
    user: str = ""
    typed: str = ""
    docs: set[str] = field(default_factory=set)
    loaded: float = 0.0
    since: float = 0.0  # looked at, running and not gone elsewhere
    acts: list[float] = field(default_factory=list)  # that the server need not know yet
    frozen: bool = False
    covered_since: float = inf
    restored: int = 0
    said: str = ""  # to the others when it was last quiet
    word: int = 0  # which that was
    born: int = 0  # the word when its document was first seen
    report: dict[str, Any] = field(default_factory=dict)  # see page/report.js

    @property
    def private(self) -> bool:
        """Whether it shows what only a signed-in user may see."""
        return bool(self.report.get("user")) and bool(self.report["readable"])

    @property
    def covered(self) -> bool:
        return bool(self.report.get("covered"))

    @property
    def warned(self) -> bool:
        return bool(self.report.get("warned"))

    @property
    def served(self) -> bool:
        """Whether it shows a page of the site, and not one of the browser's own."""
        return bool(self.report.get("served"))

    @property
    def path(self) -> str:
        return str(self.report["path"])
