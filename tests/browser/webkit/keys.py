"""Hands on the keyboard and the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.browser.webkit.context import Page

# The private codes of WebDriver.
KEYS = {
    "Tab": "\ue004", "Enter": "\ue007", "Shift": "\ue008", "Control": "\ue009",
    "Escape": "\ue00c", "Space": " ", "End": "\ue010", "Home": "\ue011",
    "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015",
}  # fmt: skip


class Keyboard:
    """Keys, as a person presses them."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def press(self, keys: str) -> None:
        """One key, or several at once: "Shift+Tab"."""
        codes = [KEYS.get(key, key) for key in keys.split("+")]
        down = [{"type": "keyDown", "value": code} for code in codes]
        up = [{"type": "keyUp", "value": code} for code in reversed(codes)]
        self._act([*down, *up])

    def type(self, text: str) -> None:
        for key in text:
            self.press(key)

    def _act(self, actions: list[dict[str, Any]]) -> None:
        perform(self._page, {"type": "key", "id": "keyboard", "actions": actions})


class Mouse:
    """A mouse, which is where it was last."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def move(self, x: float, y: float) -> None:
        self._act(to(x, y))

    def down(self) -> None:
        self._act({"type": "pointerDown", "button": 0})

    def up(self) -> None:
        self._act({"type": "pointerUp", "button": 0})

    def click(self, x: float, y: float) -> None:
        self._act(
            to(x, y), {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        )

    def wheel(self, x: float, y: float) -> None:
        scroll = {"type": "scroll", "x": 200, "y": 200, "deltaX": x, "deltaY": y, "duration": 0}
        perform(self._page, {"type": "wheel", "id": "wheel", "actions": [scroll]})

    def _act(self, *actions: dict[str, Any]) -> None:
        pointer = {"pointerType": "mouse"}
        source = {"type": "pointer", "id": "mouse", "parameters": pointer, "actions": actions}
        perform(self._page, source)


def to(x: float, y: float) -> dict[str, Any]:
    return {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}


def perform(page: Page, source: dict[str, Any]) -> None:
    page.driver.post("/actions", actions=[source])
