"""Commands in the docs are ones that there are; data in the docs is what the site answers."""

import http.client
import io
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import resolve

from . import LANGUAGES, PAGES, ROOT, SNIPPETS, Snippet, each, written_in

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def try_make(words: list[str]) -> None:
    for word in words[1:]:
        name, equals, _ = word.partition("=")
        assert re.search(rf"\b{name}\b", MAKEFILE) if equals else word in TARGETS


def try_python(words: list[str]) -> None:
    if words[1:3] == ["-m", "pip"]:
        try_pip(words[3:])
    elif words[1] == "manage.py":
        try_manage(words[2:])
    else:
        option, code = words[1:]
        assert option == "-c"
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert Path(result.stdout.strip()).exists()


def try_pip(words: list[str]) -> None:
    assert words[0] == "install"
    for word in words[1:]:
        found = re.fullmatch(r"([\w-]+)(?:\[(\w+)\])?(>=3)?", word)
        assert word == "." or (found and found[1] == PROJECT["name"])
        if found and found[2]:
            assert found[2] in PROJECT["optional-dependencies"]


def try_manage(words: list[str]) -> None:
    name, *options = words
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(options)


def try_git(words: list[str]) -> None:
    assert words[1:] == ["clone", PROJECT["urls"]["Source"]]


def try_cd(words: list[str]) -> None:
    assert words[1] == PROJECT["urls"]["Source"].rpartition("/")[2]


def try_npm(words: list[str]) -> None:
    package = json.loads((ROOT / "client" / "package.json").read_text())
    assert words[1:] == ["install", f"./{package['name']}-{package['version']}.tgz"]


def try_curl(words: list[str]) -> None:
    at = words[-1].removeprefix("https://example.org")
    assert resolve(at).url_name == "session_security_ping"


COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "cd": try_cd,
    "curl": try_curl,
    "git": try_git,
    "make": try_make,
    "npm": try_npm,
    "python": try_python,
}


def test_there_is_a_way_to_try_every_language() -> None:
    assert {snippet.language for snippet in SNIPPETS} == LANGUAGES.keys()


def commands(snippet: Snippet) -> list[str]:
    lines = snippet.text.splitlines()
    if snippet.language == "console":
        return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return lines


@each(written_in("console", "sh"))
def test_its_commands_are_there(snippet: Snippet) -> None:
    for line in commands(snippet):
        words = shlex.split(line, comments=True)
        COMMANDS[words[0]](words)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_its_text_calls_a_command_of_make_is_one(path: Path) -> None:
    for line in re.findall(r"`(?:[A-Z_]+=\S+ )*(make [^`]+)`", path.read_text()):
        try_make(shlex.split(line))


@each(written_in("json"))
def test_json_is_json(snippet: Snippet) -> None:
    json.loads(snippet.text)


@each(written_in("http"))
def test_an_answer_has_headers_and_json(snippet: Snippet) -> None:
    head, _, body = snippet.text.partition("\n\n")
    status, _, fields = head.partition("\n")
    assert re.fullmatch(r"HTTP/1.1 \d{3} [\w ]+", status)
    headers = http.client.parse_headers(io.BytesIO(f"{fields}\n\n".encode()))
    assert headers["Content-Type"] == "application/json"
    json.loads(body)
