"""The page of the matrix in the docs, from what the variants say of themselves.

That they say the truth is tested by running them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .catalogue import groups, variants
from .variant import NEW, OLD, ROOT, Variant

PAGE = ROOT / "docs" / "reference" / "upgrade-matrix.md"
HEAD = Path(__file__).with_name("head.md")
BROWSER_TESTS = "tests/browser/test_compat.py"


def unexpected(release: str, found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Where a run came to something else than the variant says."""
    words = []
    for name, variant in variants().items():
        result = found.get(name)
        if result is None:
            words.append(f"{name} was not run")
            continue
        failures = variant.wrong if release == OLD else variant.differs
        if sorted(result["failures"]) != sorted(failures):
            words.append(f"{name} finds {result['failures']}, not {list(failures)}")
        if result.get("after"):
            words.append(f"{name} finds {result['after']} after what there is to do")
        if release == NEW and result["checks"] != sorted(variant.says):
            words.append(f"{name} has the checks {result['checks']}, not {list(variant.says)}")
    return words


def verdict(variant: type[Variant]) -> str:
    """Of this version."""
    if variant.cannot:
        return f"can't, because {variant.cannot}"
    return f"works after: {variant.do}" if variant.do else "works"


def row(variant: type[Variant]) -> str:
    old = f"not: {'; '.join(variant.wrong)}" if variant.wrong else "works"
    checks = ", ".join(f"[{name}](checks.md)" for name in variant.says)
    browser = f"`{variant.in_browser}`" if variant.in_browser else ""
    cells = [str(variant.__doc__), old, verdict(variant), checks, browser]
    return f"| {' | '.join(cells)} |"


def counts() -> str:
    """In words."""
    every = list(variants().values())
    cannot = sum(bool(variant.cannot) for variant in every)
    after = sum(bool(variant.do) for variant in every) - sum(
        bool(variant.do and variant.cannot) for variant in every
    )
    faulty = sum(bool(variant.wrong) for variant in every)
    return (
        f"Of {len(every)} kinds of sites {len(every) - after - cannot} work as they are, "
        f"{after} after a change, and {cannot} can't be helped; "
        f"2.6.8 itself does something wrong in {faulty}."
    )


def tables() -> str:
    """All rows, by group."""
    head = "| a site of 2.6.8 has | 2.6.8 | version 3 | checks that speak | in a browser |\n"
    head += "| --- | --- | --- | --- | --- |\n"
    parts = []
    for title, members in groups().items():
        parts.append(f"## {title}\n\n{head}" + "\n".join(map(row, members)) + "\n")
    return "\n".join(parts)


def write(djangos: Iterable[str]) -> None:
    head = HEAD.read_text().format(
        djangos=" and ".join(djangos), counts=counts(), tests=BROWSER_TESTS
    )
    PAGE.write_text(head + tables())
