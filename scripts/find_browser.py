"""Prints the path of a browser that runs; installs it when there is none.

Its name is the argument: chromium, firefox, or webkit. With ``--or-none`` nothing is printed, and
the cure is named, where it is neither there nor can be installed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Where distributions have WebKitGTK's own browser, which is on no PATH.
MINI_BROWSER = (
    "lib/*/webkit*gtk-*/MiniBrowser",
    "lib/webkit*gtk-*/MiniBrowser",
    "libexec/webkit*gtk-*/MiniBrowser",
)


def answers(path: str) -> bool:
    """Whether it starts: Ubuntu's chromium-browser may be a stub that only points at a snap."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def can_be_driven(path: str) -> bool:
    """Whether what drives it is there: it starts on a screen only, and this is one without."""
    return all(shutil.which(name) for name in ("WebKitWebDriver", "Xvfb"))


def mini_browsers() -> Iterator[str]:
    for pattern in MINI_BROWSER:
        yield from map(str, sorted(Path("/usr").glob(pattern), reverse=True))


def playwrights_chromium() -> Iterator[str]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


@dataclass(frozen=True)
class Browser:
    """Where a browser may be, and how it is had."""

    title: str
    names: tuple[str, ...]  # on PATH
    packages: tuple[str, ...]  # of Debian
    elsewhere: Callable[[], Iterator[str]] = lambda: iter(())
    runs: Callable[[str], bool] = answers
    from_playwright: bool = False


BROWSERS = {
    "chromium": Browser(
        "Chromium or Chrome",
        ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"),
        ("chromium",),
        elsewhere=playwrights_chromium,
        from_playwright=True,
    ),
    "firefox": Browser("Firefox", ("firefox-esr", "firefox"), ("firefox-esr",)),
    "webkit": Browser(
        "WebKitGTK with its driver, and Xvfb",
        (),
        ("webkit2gtk-driver", "xvfb"),
        elsewhere=mini_browsers,
        runs=can_be_driven,
    ),
}


def present(browser: Browser) -> Iterator[str]:
    """What may be it: on PATH first."""
    for name in browser.names:
        if path := shutil.which(name):
            yield path
    yield from browser.elsewhere()


def find(name: str) -> str | None:
    browser = BROWSERS[name]
    return next((path for path in present(browser) if browser.runs(path)), None)


def run(*command: str) -> bool:
    """Run an installer; its output goes to stderr, since stdout is for the path."""
    print("+", *command, file=sys.stderr)
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0


def install_from_debian(browser: Browser) -> bool:
    if shutil.which("apt-get") is None:
        return False
    sudo: tuple[str, ...] = ()
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            return False
        sudo = ("sudo", "-n")
    apt_get = (*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get")
    return run(*apt_get, "update") and run(
        *apt_get, "install", "--yes", "--no-install-recommends", *browser.packages
    )


def install_from_playwright(browser: Browser) -> bool:
    command = (sys.executable, "-m", "playwright", "install", "chromium")
    return browser.from_playwright and run(*command)


def cure(name: str) -> str:
    packages = " ".join(BROWSERS[name].packages)
    return (
        f"It could not be installed: do so (on Debian, as root: apt-get install {packages}), "
        f"or say where it is: make test {name.upper()}=/path/to/it"
    )


def main(name: str, option: str = "") -> int:
    browser, variable = BROWSERS[name], name.upper()
    if chosen := os.environ.get(variable):
        if not browser.runs(chosen):
            print(f"{variable}={chosen} does not run.", file=sys.stderr)
            return 1
        print(chosen)
        return 0
    path = find(name)
    for install in (install_from_debian, install_from_playwright):
        if path is None and install(browser):
            path = find(name)
    if path is None:
        print(
            f"No {browser.title} found, and none could be installed. {cure(name)}", file=sys.stderr
        )
        return 0 if option == "--or-none" else 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
