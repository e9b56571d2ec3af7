"""The engines that the tests drive, and which test can't run in which of them, and why."""

import os
from typing import Any

import pytest

from scripts.find_browser import find


def program(engine: str) -> str:
    """Where the browser is; a failure that says how to get it, if it is nowhere."""
    path = os.environ.get(engine.upper()) or find(engine)
    if path is None:
        pytest.fail(f"There is no {engine}: run 'make test-browser', which installs it.")
    return path


def launch_arguments(engine: str) -> dict[str, Any]:
    """How Playwright starts the browser."""
    arguments: dict[str, Any] = {"executable_path": program(engine)}
    if engine == "chromium":
        arguments["args"] = ["--no-sandbox"] if os.geteuid() == 0 else []
    else:
        arguments["channel"] = "moz-firefox"  # Debian's own, not one that Playwright has changed
    return arguments
