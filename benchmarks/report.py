"""What was measured, as a table: on the screen, and in Markdown for the documentation."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("results.md")
HEADINGS = ("", "bare Django", "ours", "2.6.8", "limit", "")


@dataclass(frozen=True)
class Row:
    """One measure; without a limit it is there to compare, and can't be missed."""

    what: str
    bare: str
    ours: str
    peer: str
    limit: str = ""
    passed: bool = True

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as it is shown, a cell for each of `HEADINGS`."""
        verdict = "" if not self.limit else "pass" if self.passed else "MISSED"
        return (self.what, self.bare, self.ours, self.peer, self.limit, verdict)


def text(rows: Sequence[Row]) -> str:
    """Return the table for a terminal."""
    lines = [HEADINGS, *(row.cells for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def markdown(rows: Sequence[Row], command: str) -> str:
    """Return the table, and under which conditions it came about."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *(row.cells for row in rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"""# Results

Written by `{command}` on {datetime.now(UTC):%Y-%m-%d}, with Python {platform.python_version()},
Django {version("django")} and sessions in SQLite. A figure with × is a ratio to bare Django in the
same round, by the fastest request of each: the median of all rounds, and the quartiles.

{table}
"""
