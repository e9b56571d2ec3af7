"""The tutorial, followed literally: the wheel, an environment and a project away from here."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from .snippets import DOCS, Snippet, read
from .test_package import built

TUTORIAL = DOCS / "tutorial.md"
# What the tutorial leaves to the reader: a name and a password, and to stop the server.
ANSWERS = {"DJANGO_SUPERUSER_USERNAME": "reader", "DJANGO_SUPERUSER_PASSWORD": "walk away"}
VISIT = """
import datetime, json
import django
django.setup()
import time_machine
from django.test import Client

def ping():
    answer = client.post("/session_security/ping/", headers={"X-Session-Security": "1"})
    return answer.json()

client = Client(headers={"Host": "127.0.0.1:8000"})
with time_machine.travel(datetime.datetime(2026, 1, 15, 12), tick=False) as clock:
    visitor = client.get("/", follow=True)
    entered = {"username": "reader", "password": "walk away", "next": "/"}
    home = client.post("/accounts/login/", entered, follow=True)
    admin = client.get("/admin/")
    pings = [ping()]
    clock.shift(30)
    pings.append(ping())
    clock.shift(30)
    late = client.get("/", follow=True)
pages = {"visitor": visitor, "home": home, "admin": admin, "late": late}
print(json.dumps({"pings": pings} | {name: page.text for name, page in pages.items()}))
"""


class Reader:
    """Does in a folder what the tutorial says, one piece of code after the other."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder, self.wheel = folder, wheel

    @property
    def settings(self) -> Path:
        return self.folder / "mysite/settings.py"

    def run(self, command: str, given: str = "", **more: str) -> str:
        """What a command prints."""
        bare = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
        bare["PATH"] = f"{self.folder}/.venv/bin{os.pathsep}{bare['PATH']}"
        bare.pop("DJANGO_SETTINGS_MODULE", None)
        result = subprocess.run(
            ["/bin/sh", "-ec", command],
            cwd=self.folder,
            env=bare | more,
            input=given,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def install_from_here(self, *names: str) -> None:
        """Install packages that the tests have, without the network."""
        [packages] = self.folder.glob(".venv/lib/python*/site-packages")
        for name in names:
            tops = {file.parts[0] for file in distribution(name).files or []}
            for top in tops - {"..", "__pycache__"}:
                (packages / top).symlink_to(str(distribution(name).locate_file(top)))

    # What is done with the pieces.

    def begin(self, piece: Snippet) -> None:
        commands = [line.removeprefix("$ ") for line in piece.text.splitlines()]
        assert commands[:2] == ["mkdir walkaway", "cd walkaway"]
        assert commands[3] == ". .venv/bin/activate"  # run() has it in its PATH
        self.folder = self.folder / "walkaway"
        self.folder.mkdir()
        assert commands[2] == "python3 -m venv .venv"
        self.run(f"{sys.executable} -m venv --without-pip .venv")

    def install(self, piece: Snippet) -> None:
        assert piece.text == '$ python -m pip install "django-session-security>=3"\n'
        self.install_from_here("django", "asgiref", "sqlparse")
        [packages] = self.folder.glob(".venv/lib/python*/site-packages")
        self.run(f"python -m zipfile -e {self.wheel} {packages}")

    def try_commands(self, piece: Snippet) -> None:
        for line in piece.text.splitlines():
            if line.startswith("$ "):
                command = line.removeprefix("$ ")
                if command.endswith(" createsuperuser"):
                    command += " --noinput --email reader@example.org"
                if command.endswith(" runserver"):
                    command = "python manage.py runserver --help"  # VISIT needs no server
                said = self.run(command, **ANSWERS)
            else:  # what the command is to say
                assert line in said

    def add_app(self, piece: Snippet) -> None:
        [app] = re.findall(r'^    (".*"),$', piece.text, re.MULTILINE)
        self.replace(r"INSTALLED_APPS = \[\n", f"INSTALLED_APPS = [\n    {app},\n")

    def replace_middleware(self, piece: Snippet) -> None:
        self.replace(r"MIDDLEWARE = \[[^]]*\]\n", piece.text)

    def replace_dirs(self, piece: Snippet) -> None:
        self.replace(r" *'DIRS': \[\],\n", piece.text)

    def append(self, piece: Snippet) -> None:
        self.settings.write_text(f"{self.settings.read_text()}\n{piece.text}")

    def replace(self, old: str, new: str) -> None:
        text, count = re.subn(old, lambda _: new, self.settings.read_text())
        assert count == 1
        self.settings.write_text(text)

    def write(self, piece: Snippet) -> None:
        above = TUTORIAL.read_text().splitlines()[: piece.line - 1]
        [name] = re.findall(r"`([\w/]+\.(?:py|html))`", above[-2])
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(piece.text)


STEPS = [
    Reader.begin,
    Reader.install,
    Reader.try_commands,
    Reader.add_app,
    Reader.replace_middleware,
    Reader.replace_dirs,
    Reader.append,
    Reader.write,
    Reader.write,
    Reader.write,
    Reader.write,
    Reader.try_commands,
    Reader.try_commands,
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Somebody who has followed the tutorial to its end."""
    wheel = built("--wheel", tmp_path_factory.mktemp("wheel"))
    reader = Reader(tmp_path_factory.mktemp("reader"), wheel)
    for step, piece in zip(STEPS, read(TUTORIAL), strict=True):
        step(reader, piece)
    return reader


@pytest.fixture(scope="module")
def seen(reader: Reader) -> dict[str, Any]:
    """What the site answers to a visit of a minute."""
    reader.install_from_here("time-machine")
    said = reader.run("python -", given=VISIT, DJANGO_SETTINGS_MODULE="mysite.settings")
    pages: dict[str, Any] = json.loads(said)
    return pages


def test_the_package_is_that_of_the_wheel(reader: Reader) -> None:
    where = reader.run("python -c 'import session_security; print(session_security.__file__)'")
    assert where.startswith(str(reader.folder / ".venv"))


def test_pages_of_who_is_signed_in_have_the_warning_and_others_not(seen: dict[str, Any]) -> None:
    assert "Sign in</button>" in seen["visitor"]
    assert "<session-security" not in seen["visitor"]
    assert "Hello, reader" in seen["home"]
    assert "<session-security" in seen["home"]
    assert "<session-security" in seen["admin"]


def test_the_warning_comes_after_thirty_seconds(seen: dict[str, Any]) -> None:
    assert [ping["state"] for ping in seen["pings"]] == ["active", "active"]
    assert [ping["warnIn"] for ping in seen["pings"]] == [30, 0]


def test_the_end_comes_after_a_minute_and_says_why(seen: dict[str, Any]) -> None:
    assert "You were signed out because there was no activity." in seen["late"]
    assert "Sign in</button>" in seen["late"]
