"""The README stands on its own, also on a package index: its links and pictures are absolute."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
URLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
PICTURES = "https://raw.githubusercontent.com/yourlabs/django-session-security/master/"
FILES = "https://github.com/yourlabs/django-session-security/blob/master/"


def links() -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", README)


def test_from_pip_to_a_warning_are_seven_lines() -> None:
    """Those that a site has already do not count; nor do comments."""
    steps = README.split("## Install\n")[1].split("The warning now shows")[0]
    code = re.findall(r"```\w[\w+]*\n(.*?)```", steps, re.DOTALL)
    lines = [line.strip() for block in code for line in block.splitlines()]
    already = re.compile(r"#|[A-Za-z_]+ = \[$|\]|\"django\.|$")
    assert len([line for line in lines if not already.match(line)]) == 7


def test_every_link_is_absolute_and_leads_to_what_is_there() -> None:
    assert len(links()) > 8
    for link in links():
        known = (URLS["Documentation"], PICTURES, FILES)
        base = next(base for base in known if link.startswith(base))
        path = link.removeprefix(base).partition("#")[0]
        if base == URLS["Documentation"]:
            path = "docs/" + re.sub(r"(^|/)$", r"\1index.html", path).replace(".html", ".md")
        assert (ROOT / path).is_file(), link


def test_the_package_index_leads_to_docs_changes_sources_and_issues() -> None:
    assert set(URLS) == {"Documentation", "Changelog", "Source", "Issues"}
    assert URLS["Changelog"] == f"{FILES}CHANGELOG.md"
