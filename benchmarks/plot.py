"""The ratios of the table as a picture: how many times as long as with bare Django."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from benchmarks.report import Row

PICTURE = Path(__file__).parent.parent / "docs" / "_static" / "performance.svg"
RATIO = re.compile(r"([\d.]+) × \(([\d.]+)–([\d.]+)\)")
LEFT, RIGHT, TOP, LINE, BAR = 425, 1075, 60, 46, 15
MOST = 3.0  # what takes longer ends at the edge, with its figure
STYLE = """\
text { font: 14px system-ui, sans-serif; fill: #222; } .what { text-anchor: end; }
.ours { fill: #0b6e5f; } .peer { fill: #b3541e; } .bare { stroke: #888; stroke-dasharray: 4 3; }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd; } .ours { fill: #4fc3ae; } .peer { fill: #e5915c; }
}"""


def row_of(line: str) -> Row:
    """A row of the table in Markdown."""
    what, bare, ours, peer, limit, verdict = (cell.strip() for cell in line[1:-1].split("|"))
    return Row(what, bare, ours, peer, limit, verdict != "MISSED")


def place(ratio: float) -> float:
    return LEFT + (RIGHT - 175 - LEFT) * min(ratio, MOST) / MOST


def bar(name: str, cell: str, y: int) -> str:
    found = RATIO.match(cell)
    if not found:
        return ""
    ratio = float(found[1])
    return (
        f'<rect class="{name}" x="{LEFT}" y="{y}" width="{place(ratio) - LEFT:.0f}" '
        f'height="{BAR}"/><text x="{place(ratio) + 6:.0f}" y="{y + 12}">{escape(found[0])}</text>'
    )


def timed(rows: Sequence[Row]) -> list[tuple[str, Row]]:
    """The rows with ratios, each with what it measures in full."""
    named, whole = [], ""
    for row in rows:
        what = row.what.partition(":")[0]
        if what.startswith("the same, "):
            what = f"{whole}, {what.removeprefix('the same, ')}"
        else:
            whole = what
        if RATIO.match(row.ours):
            named.append((what, row))
    return named


def picture(rows: Sequence[Row]) -> str:
    """Return the picture, an SVG for light and dark pages."""
    parts = []
    for index, (what, row) in enumerate(timed(rows)):
        y = TOP + index * LINE
        parts.append(f'<text class="what" x="{LEFT - 10}" y="{y + 20}">{escape(what)}</text>')
        parts += [bar("ours", row.ours, y), bar("peer", row.peer, y + BAR + 1)]
    height = TOP + len(timed(rows)) * LINE
    one = place(1)
    bars = "\n".join(part for part in parts if part)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {RIGHT} {height}" role="img" \
aria-label="How long requests take, as multiples of bare Django">
<style>
{STYLE}
</style>
<rect class="ours" x="{LEFT}" y="10" width="{BAR}" height="{BAR}"/>
<text x="{LEFT + 22}" y="22">this version</text>
<rect class="peer" x="{LEFT + 140}" y="10" width="{BAR}" height="{BAR}"/>
<text x="{LEFT + 162}" y="22">2.6.8</text>
<text x="{one - 30:.0f}" y="48">bare Django</text>
{bars}
<path class="bare" d="M{one:.0f} {TOP - 6}V{height}"/>
</svg>
"""
