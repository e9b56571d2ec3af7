"""The page of what was tried says the versions that are pinned, and leaves nothing out."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SITES = ROOT / "tests" / "ecosystem"
PAGE = ROOT / "docs" / "reference" / "works-with.md"
ROW = re.compile(
    r"^\| (?P<site>.+?) \| (?P<versions>.+?) \| (?P<django>[\d.]+) \| .* \|$", re.MULTILINE
)


def pinned() -> set[tuple[str, str]]:
    """Names and versions of all that the sites are made of."""
    pairs = {
        (name.lower(), version)
        for file in SITES.glob("*/requirements.txt")
        for name, version in re.findall(r"^([\w-]+)==(\S+)", file.read_text(), re.MULTILINE)
    }
    for file in (ROOT / "package.json", *SITES.glob("*/package.json")):
        content = json.loads(file.read_text())
        pairs |= set(content.get("devDependencies", content.get("dependencies")).items())
    return pairs


def test_the_versions_on_the_page_are_those_that_were_tried() -> None:
    for row in ROW.finditer(PAGE.read_text()):
        for named in row["versions"].split(", "):
            name, version = named.split(" ")
            assert (name.lower(), version) in pinned()
        assert ("django", row["django"]) in pinned()


def test_every_site_is_on_the_page() -> None:
    sites = (SITES / "order.txt").read_text().split()
    assert len(ROW.findall(PAGE.read_text())) == len(sites)
