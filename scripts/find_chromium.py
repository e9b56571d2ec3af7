"""Prints the path of a Chromium that runs; installs one when there is none."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def present() -> Iterator[str]:
    """The browsers on PATH, then the one that Playwright has installed."""
    for name in NAMES:
        if path := shutil.which(name):
            yield path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def runs(path: str) -> bool:
    """Whether it starts: Ubuntu's chromium-browser may be a stub that only points at a snap."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def find() -> str | None:
    return next((path for path in present() if runs(path)), None)


def run(*command: str) -> bool:
    """Run an installer; its output goes to stderr, since stdout is for the path."""
    print("+", *command, file=sys.stderr)
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0


def install_from_debian() -> bool:
    if shutil.which("apt-get") is None:
        return False
    sudo: tuple[str, ...] = ()
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            return False
        sudo = ("sudo", "-n")
    environment = ("env", "DEBIAN_FRONTEND=noninteractive")
    return run(*sudo, "apt-get", "update") and run(
        *sudo, *environment, "apt-get", "install", "--yes", "--no-install-recommends", "chromium"
    )


def install_from_playwright() -> bool:
    return run(sys.executable, "-m", "playwright", "install", "chromium")


def main() -> int:
    if chosen := os.environ.get("CHROMIUM"):
        if not runs(chosen):
            print(f"CHROMIUM={chosen} does not run.", file=sys.stderr)
            return 1
        print(chosen)
        return 0
    path = find()
    for install in (install_from_debian, install_from_playwright):
        if path is None and install():
            path = find()
    if path is None:
        print(
            "No Chromium found, and none could be installed. Install it (on Debian, as root: "
            "apt-get install chromium) or Chrome, or name it: make test CHROMIUM=/path/to/chromium",
            file=sys.stderr,
        )
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
