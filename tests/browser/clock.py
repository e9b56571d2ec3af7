"""Playwright's clock, made into the clock of a browser."""

from datetime import datetime

from playwright.sync_api import BrowserContext

from tests.browser.scripts import init_script
from tests.browser.webkit.context import Context


def stop_clock(context: BrowserContext, start: datetime, stop: datetime) -> None:
    """Have the pages of a browser born at ``start`` see a clock that stands at ``stop``."""
    if isinstance(context, Context):
        context.clock.pause_at(stop)
        return
    context.add_init_script(init_script("page/before_clock.js"))
    context.clock.install(time=start)
    context.clock.pause_at(stop)
    context.add_init_script(init_script("page/after_clock.js"))
