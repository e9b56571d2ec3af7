"""Writes docs/reference/works-with.md: what was tried, in which version, and what is to be known.

A row is renewed when all tests of its site have passed; others stay as they are.
"""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from packaging.requirements import Requirement

from tests.ecosystem.journey import HERE, Journey, journeys

ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "reference" / "works-with.md"
HEAD = """# Works with

Each row is a site of its own, with the package in this very version, in Chromium.
A person signs in there, is warned, extends, walks away and is signed out;
signs in again in the package's own way, writes, walks away, and finds the page locked;
signs in again in another tab, and sends the form.
Scripts poll all the time, extend nothing, and are told when they ask too late.
`make ecosystem` does all this, and writes this page.

| site | versions | Django | what to do | limits | tried on |
| --- | --- | --- | --- | --- | --- |
"""


def pins(name: str) -> dict[str, str]:
    """The exact versions of all that a site is made of, with this version of Python."""
    text = (HERE / name / "requirements.txt").read_text()
    pinned = [Requirement(line) for line in re.findall(r"^\w.*", text, re.MULTILINE)]
    versions = {
        one.name.lower(): str(one.specifier).removeprefix("==")
        for one in pinned
        if not one.marker or one.marker.evaluate()
    }
    tools: dict[str, str] = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    if (front := HERE / name / "package.json").exists():
        tools |= json.loads(front.read_text())["dependencies"]
    return versions | tools


def row(name: str, journey: Journey, day: str) -> str:
    versions = pins(name)
    named = ", ".join(f"{package} {versions[package.lower()]}" for package in journey.packages)
    cells = [journey.title, named, versions["django"], journey.to_do, journey.limits, day]
    return f"| {' | '.join(cells)} |\n"


def write(passed: Iterable[str]) -> None:
    """Renew the rows of these sites."""
    known = PAGE.read_text() if PAGE.exists() else ""
    today = datetime.now(UTC).date().isoformat()
    rows = []
    for name, journey in journeys().items():
        old = re.search(rf"^\| {re.escape(journey.title)} \|.*\n", known, re.MULTILINE)
        if name in passed:
            rows.append(row(name, journey, today))
        elif old:
            rows.append(old[0])
    PAGE.write_text(HEAD + "".join(rows))
