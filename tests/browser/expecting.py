"""Playwright's ``expect``, also for what WebKit shows."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Error
from playwright.sync_api import expect as playwright_expect

from tests.browser.webkit.context import Page
from tests.browser.webkit.locator import Locator, wait_for

Text = str | re.Pattern[str]


def expect(thing: Any) -> Any:
    """Return the assertions about a page or an element, whichever engine it is in."""
    if isinstance(thing, Page):
        return PageExpectation(thing)
    if isinstance(thing, Locator):
        return ElementExpectation(thing)
    return playwright_expect(thing)


def is_like(expected: Text, text: str, part: bool = False) -> bool:
    if isinstance(expected, re.Pattern):
        return bool(expected.search(text))
    normal = " ".join(expected.split())
    return normal in text if part else normal == text


def await_truth(look: Callable[[], Any], isso: Callable[[Any], bool], what: str) -> None:
    """Look until it is so; an assertion fails with what was seen last."""
    seen: list[Any] = [None]

    def fulfilled() -> bool:
        seen[0] = look()
        return isso(seen[0])

    try:
        wait_for(fulfilled, what)
    except Error as error:
        raise AssertionError(f"{error}; seen: {seen[0]}") from None


class PageExpectation:
    """What is expected of a page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def to_have_url(self, url: Text) -> None:
        await_truth(lambda: self._page.url, lambda seen: is_like(url, seen), f"the address {url}")

    def to_have_title(self, title: Text) -> None:
        def look() -> Any:
            return self._page.evaluate("document.title")

        await_truth(look, lambda seen: is_like(title, seen), f"the title {title}")


class ElementExpectation:
    """What is expected of an element."""

    def __init__(self, locator: Locator) -> None:
        self._locator = locator

    def to_be_visible(self) -> None:
        self._one(lambda seen: seen["visible"], "visible")

    def not_to_be_visible(self) -> None:
        self._all(lambda seen: not any(look["visible"] for look in seen), "not visible")

    def to_be_focused(self) -> None:
        self._one(lambda seen: seen["focused"], "focused")

    def to_have_value(self, value: str) -> None:
        self._one(lambda seen: seen["value"] == value, f"the value {value}")

    def to_have_text(self, text: Text | list[str]) -> None:
        if isinstance(text, list):
            self._all(lambda seen: [look["text"] for look in seen] == text, f"the texts {text}")
        else:
            self._one(lambda seen: is_like(text, seen["text"]), f"the text {text}")

    def to_contain_text(self, text: Text) -> None:
        self._one(lambda seen: is_like(text, seen["text"], part=True), f"with {text}")

    def to_have_attribute(self, name: str, value: Text) -> None:
        self._one(lambda seen: is_like(value, seen["attributes"].get(name, "")), f"{name} {value}")

    def to_have_count(self, count: int) -> None:
        self._all(lambda seen: len(seen) == count, f"{count} times")

    def _one(self, isso: Callable[[dict[str, Any]], bool], what: str) -> None:
        self._all(lambda seen: len(seen) == 1 and bool(isso(seen[0])), what)

    def _all(self, isso: Callable[[list[dict[str, Any]]], bool], what: str) -> None:
        def look() -> Any:
            try:
                return self._locator.look()
            except Error:  # the page has just gone elsewhere
                return None

        await_truth(look, lambda seen: seen is not None and isso(seen), f"{self._locator} {what}")
