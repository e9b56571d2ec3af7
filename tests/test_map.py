"""The map of the code in the docs: it names every module there is, and nothing else."""

import re
from pathlib import Path

import pytest

import session_security

ROOT = Path(__file__).parent.parent
PACKAGE = Path(session_security.__file__).parent
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text()
PICTURE = (ROOT / "docs" / "_static" / "architecture.svg").read_text()

SERVER = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.stem != "__init__"
}
CLIENT = {path.stem for path in (ROOT / "client").glob("*.ts")}


def named(title: str) -> list[str]:
    """The names in the first column of the table under a heading."""
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize(
    ("title", "modules"),
    [("The server's modules", SERVER), ("The client's modules", CLIENT)],
    ids=["server", "client"],
)
def test_each_module_has_its_line(title: str, modules: set[str]) -> None:
    assert sorted(named(title)) == sorted(modules)


def test_what_the_text_names_is_there() -> None:
    text = PAGE.split("## The server's modules")[0]
    packages = {name.partition(".")[0] for name in SERVER if "." in name}
    known = SERVER | CLIENT | packages | {"policy.judge", "policy.decide"}
    assert set(re.findall(r"`([\w.]+)`", text)) <= known


def test_what_the_picture_names_is_there() -> None:
    boxes = re.findall(r"/><text [^>]*>([\w/]+)</text>", PICTURE)
    assert len(boxes) > 20
    packages = {f"{name.partition('.')[0]}/" for name in SERVER if "." in name}
    assert set(boxes) <= SERVER | CLIENT | packages
