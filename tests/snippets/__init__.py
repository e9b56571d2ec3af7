"""The code in README and docs, each piece tried as printed, in the way of its language."""

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
# tests/test_tutorial.py follows the tutorial instead.
PAGES = [
    page
    for page in [*ROOT.glob("*.md"), *sorted(DOCS.rglob("*.md"))]
    if page != DOCS / "tutorial.md" and "_build" not in page.parts
]
# "```{name}" is an instruction to Sphinx, which complains by itself.
FENCED = re.compile(r"^( *)```([a-z][\w+]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)

# Where each language is tried. What is not tried says why.
LANGUAGES = {
    "python": "test_python.py",
    "html+django": "test_markup.py",
    "html": "test_markup.py",
    "javascript": "test_scripts.py",
    "jsx": "test_scripts.py",
    "css": "test_scripts.py",
    "console": "test_commands.py",
    "sh": "test_commands.py",
    "json": "test_commands.py",
    "http": "test_commands.py",
    "text": "not tried: a header, a line of a log, what a tool prints",
}


@dataclass(frozen=True)
class Snippet:
    page: str
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def read(page: Path) -> list[Snippet]:
    text, name = page.read_text(), page.relative_to(ROOT).as_posix()
    return [
        Snippet(name, text[: found.start()].count("\n") + 1, found[2], textwrap.dedent(found[3]))
        for found in FENCED.finditer(text)
    ]


SNIPPETS = [snippet for page in PAGES for snippet in read(page)]


def written_in(*languages: str) -> list[Snippet]:
    return [snippet for snippet in SNIPPETS if snippet.language in languages]


def each(snippets: Iterable[Snippet]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("snippet", list(snippets), ids=lambda snippet: snippet.place)
