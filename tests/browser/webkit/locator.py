"""Elements of a page, named as Playwright names them; see page/find.js."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import perf_counter, sleep  # the only clock that tests do not hold
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error

from tests.browser.scripts import function

if TYPE_CHECKING:
    from tests.browser.webkit.context import Page

LOOK, ACT = function("page/find.js", "look"), function("page/find.js", "act")
PATIENCE = 20.0  # seconds; what comes in time is not slower for it

Name = str | re.Pattern[str] | None


def wait_for(fulfilled: Callable[[], Any], what: str) -> Any:
    """Look again and again, until it is so; return what makes it so."""
    end = perf_counter() + PATIENCE
    while not (value := fulfilled()):
        if perf_counter() > end:
            raise Error(f"Nothing in {PATIENCE:g} seconds: {what}")
        sleep(0.02)
    return value


def step(kind: str, name: Name = None, **more: object) -> dict[str, object]:
    """One step to an element, for page/find.js."""
    if isinstance(name, re.Pattern):
        flags = "i" if name.flags & re.IGNORECASE else ""
        return {"kind": kind, "source": name.pattern, "flags": flags, **more}
    return {"kind": kind, "name": name or "", **more}


class Finder:
    """Where elements are looked for: a page, a frame in it, or another element."""

    page: Page
    steps: list[dict[str, object]]

    def locator(self, css: str) -> Locator:
        return self._then(step("css", css=css))

    def get_by_role(self, role: str, *, name: Name = None) -> Locator:
        return self._then(step("role", name, role=role))

    def get_by_label(self, name: Name) -> Locator:
        return self._then(step("label", name))

    def get_by_text(self, name: Name) -> Locator:
        return self._then(step("text", name))

    def frame_locator(self, css: str) -> Finder:
        return self._then(step("frame", css=css))

    def _then(self, *steps: dict[str, object]) -> Locator:
        return Locator(self.page, [*self.steps, *steps])


class Locator(Finder):
    """The elements that some steps lead to."""

    def __init__(self, page: Page, steps: list[dict[str, object]]) -> None:
        self.page, self.steps = page, steps

    def __repr__(self) -> str:
        return f"Locator({self.steps})"

    @property
    def first(self) -> Locator:
        return self._then({"kind": "nth", "index": 0})

    # How it looks

    def look(self) -> list[dict[str, Any]]:
        """What can be seen of each of the elements."""
        return list(self.page.evaluate(LOOK, self.steps))

    def count(self) -> int:
        return len(self.look())

    def is_visible(self) -> bool:
        return any(look["visible"] for look in self.look())

    def inner_text(self) -> str:
        return str(self._act("text"))

    def get_attribute(self, name: str) -> str | None:
        value: str | None = wait_for(self.look, repr(self))[0]["attributes"].get(name)
        return value

    def bounding_box(self) -> Any:
        return self._act("box")

    def evaluate(self, script: str) -> Any:
        """Call the function with the element."""
        return self._act("call", script=script)

    # What a person does with it

    def click(self, no_wait_after: bool = False) -> None:
        x, y = wait_for(lambda: self._act("aim"), f"{self} can't be pressed")
        self.page.mouse.click(x, y)

    def check(self) -> None:
        self.click()

    def focus(self) -> None:
        self._act("focus")

    def fill(self, text: str) -> None:
        self._act("fill", text)

    def press(self, key: str) -> None:
        self.focus()
        self.page.keyboard.press(key)

    def press_sequentially(self, text: str) -> None:
        self.focus()
        self.page.keyboard.type(text)

    def select_option(self, value: str) -> None:
        self._act("select", value)

    def set_input_files(self, file: dict[str, Any]) -> None:
        given = {**file, "content": file["buffer"].decode()}
        del given["buffer"]
        self._act("attach", given)

    def _act(self, act: str, value: object = None, script: str = "null") -> Any:
        what = {"steps": self.steps, "act": act, "value": value}
        text = f"(what) => ({ACT})({{ ...what, call: {script} }})"
        return wait_for(lambda: self.page.evaluate(text, what), repr(self))["result"]
