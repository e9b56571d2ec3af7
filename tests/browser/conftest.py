"""Chromium, and the world that it and the server share."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from playwright.sync_api import BrowserContext, expect

from tests.browser.world import AFTER_CLOCK, BEFORE_CLOCK, NOON, OBSERVE, VISIBILITY, World


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.fail("There is no Chromium: run 'make test-browser', which installs one.")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": path, "args": sandbox}


@pytest.fixture
def world(context: BrowserContext, live_server: Any, transactional_db: None) -> Iterator[World]:
    for username in ("demo", "other"):
        get_user_model().objects.create_superuser(username, password=username)
    context.add_init_script(BEFORE_CLOCK)
    context.clock.install(time=NOON)
    context.clock.pause_at(NOON)
    context.add_init_script(AFTER_CLOCK)
    context.add_init_script(VISIBILITY)
    context.add_init_script(OBSERVE)
    context.set_default_timeout(5_000)
    expect.set_options(timeout=5_000)
    with time_machine.travel(NOON, tick=False) as traveller:
        world = World(context, traveller, live_server.url)
        yield world
        for page in context.pages:
            page.close()
    assert world.noise == []
