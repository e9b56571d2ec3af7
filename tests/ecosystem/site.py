"""A site in an environment of its own, and the browser that visits it."""

import os
import socket
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, expect

from tests.browser.scripts import function, init_script
from tests.browser.world import World

ROOT = Path(__file__).parent.parent.parent
POLL = function("page/looks.js", "poll")
# In seconds: when an act has been reported; when the sites warn, and end a session.
REPORTED, WARN, EXPIRE = 1260, 3000, 6000
ENVIRONMENTS = ROOT / ".ecosystem"


class Site:
    """A process with the packages of one site, and a clock that runs and can be moved."""

    def __init__(self, name: str, **environment: str) -> None:
        self.name = name
        self.environment = environment
        self.moved = 0.0

    def __enter__(self) -> Self:
        self.folder = tempfile.TemporaryDirectory(prefix=f"ecosystem-{self.name}-")
        self.log = Path(self.folder.name, "log")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [ENVIRONMENTS / self.name / "bin" / "python", "-m", "tests.ecosystem.serve"],
                cwd=ROOT,
                env=os.environ
                | {"ECOSYSTEM_NAME": self.name, "ECOSYSTEM_FOLDER": self.folder.name}
                | {"ECOSYSTEM_PORT": str(port), "PYTHONPATH": str(ROOT / "src")}
                | self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        try:
            self._read()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.communicate()  # it ends with its input
        self.folder.cleanup()

    def _read(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.strip(), f"{self.name} has stopped:\n{self.log.read_text()}"
        return line

    def shift(self, seconds: float) -> None:
        """Move the server's clock."""
        assert self.process.stdin
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        self._read()
        self.moved += seconds

    def time(self) -> float:
        """The time of the server, for codes that depend on it."""
        return time.time() + self.moved


class Visit(World):
    """A browser whose clock runs, beside that of a site; both are moved together."""

    traveller: Site

    def __init__(self, context: BrowserContext, site: Site, noise: str = "") -> None:
        super().__init__(context, site, site.url)
        self.site = site
        # Nobody is there to say that a page with unsaved input may go.
        context.on("dialog", lambda dialog: dialog.dismiss())
        context.add_init_script(init_script("page/before_clock.js"))
        context.clock.install(time=datetime.fromtimestamp(site.time(), UTC))
        context.add_init_script(
            init_script("page/after_clock.js", "page/visibility.js", "page/observe.js")
        )

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.noise.append(f"{response.status} {response.url}\n{self.site.log.read_text()}")

    def _heard(self, message: ConsoleMessage) -> None:
        if not message.text.startswith("[DOM]"):  # a browser's advice on other people's forms
            super()._heard(message)

    @property
    def idle(self) -> float:
        """How long the server thinks that the user has been idle; asking extends nothing."""
        return float(self.context.request.get(f"{self.url}/session_security/ping/").text())

    def fetch(self, page: Page, path: str) -> dict[str, Any]:
        """What a script of the page gets."""
        answer: dict[str, Any] = page.evaluate(POLL, path)
        self.settle()
        return answer

    def rest(self, page: Page, seconds: float, path: str = "") -> None:
        """Let time pass in which nobody acts, and scripts of the page ask for a path."""
        start = self.site.time()
        while (left := start + seconds - self.site.time()) > 0:
            step = min(left, step_at(seconds - left))
            self.advance(step, step=step)
            if path and step > 60:
                self.fetch(page, path)


def step_at(passed: float) -> float:
    """How far the clocks may go at once: one goes before the other, so less where it matters."""
    if passed < REPORTED:
        return 60
    for moment in (WARN, EXPIRE):
        if passed < moment + 30:
            return max(10, min(600, moment - 20 - passed))
    return 600


def expect_closed(world: Visit, page: Page) -> None:
    """The tab closes itself, after a second and a half."""
    for _ in range(10):
        if page.is_closed():
            return
        world.advance(1)
    expect(page).to_have_url("closed")
