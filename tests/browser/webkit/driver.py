"""WebKitGTK by the W3C's WebDriver protocol, on a screen of its own."""

import json
import os
import shutil
import socket
import subprocess
from http.client import HTTPConnection, HTTPException
from time import perf_counter, sleep  # the only clock that tests do not hold
from typing import Any

from playwright.sync_api import Error

SCREEN = "1600x1200x24"
# Neither accessibility nor mounted volumes: both would wait for a session bus.
QUIET = {
    "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    "NO_AT_BRIDGE": "1",
    "GIO_USE_VFS": "local",
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",  # there is no graphics processor: drawn once, not twice
}


class Driver:
    """A screen, the driver's process, and one session with a browser."""

    def __init__(self, browser: str) -> None:
        self._screen, display = start_screen()
        port = free_port()
        self._process = subprocess.Popen(
            ["WebKitWebDriver", f"--port={port}"],
            env={**os.environ, **QUIET, "DISPLAY": display},
            stderr=subprocess.DEVNULL,
        )
        self._connection = HTTPConnection("127.0.0.1", port, timeout=40)
        wait_for_port(port)
        options = {"binary": browser, "args": ["--automation"]}
        capabilities = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self._path = ""
        session = self.post("/session", capabilities=capabilities)
        self.version = str(session["capabilities"]["browserVersion"])
        self._path = f"/session/{session['sessionId']}"
        self._window = ""
        self.is_broken = False
        # What is asked of a page that is just going elsewhere may never be answered.
        self.post("/timeouts", script=10_000, pageLoad=30_000)

    def quit(self) -> None:
        """End the browser, the driver and the screen."""
        if not self.is_broken:
            self.delete("")
        self._connection.close()
        for process in (self._process, self._screen):
            process.terminate()  # the browser goes with its screen
            process.wait(10)

    def post(self, path: str, **values: object) -> Any:
        return self._call("POST", path, json.dumps(values))

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def delete(self, path: str) -> Any:
        return self._call("DELETE", path)

    def turn_to(self, window: str) -> None:
        """Let what follows be for this window."""
        if window != self._window:
            self.post("/window", handle=window)
            self._window = window

    def _call(self, method: str, path: str, body: str | None = None) -> Any:
        headers = {"Content-Type": "application/json"}
        try:
            self._connection.request(method, self._path + path, body, headers)
            answer = self._connection.getresponse()
            value = json.loads(answer.read())["value"]
        except (HTTPException, OSError) as error:
            self.is_broken = True
            raise Error(f"WebKit does not answer to {path} of {body}: {error!r}") from None
        if answer.status >= 400:
            raise Error(f"{path}: {value['error']}: {value['message']}")
        return value


def start_screen() -> tuple[subprocess.Popen[bytes], str]:
    """Start an X server that chooses its own number."""
    if shutil.which("Xvfb") is None:
        raise RuntimeError("There is no Xvfb: run 'make test-browser', which installs it.")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as number:
        return process, f":{number.readline().strip()}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    end = perf_counter() + 60
    while perf_counter() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.05)
    raise RuntimeError("WebKitWebDriver does not answer.")
