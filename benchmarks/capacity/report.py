"""The tables and the plot of docs/explanation/capacity.md, from what was measured.

Nothing here measures. Processor times are in milliseconds a request, or in processors: one that
is busy all the time is 1.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.capacity.requests import ASKING, BARE, KINDS, PAGE, REPORTING, STORING
from benchmarks.capacity.traffic import READER

RAW = Path(__file__).with_name("results.json")
DOCS = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "capacity"
CROWDS = (1_000, 100_000, 10_000_000)
HOUR_MS = 3_600_000

Figures = dict[str, Any]


def machine() -> str:
    """What the figures depend on, in words."""
    return (
        f"Python {platform.python_version()}, Django {version('django')}, "
        f"on {datetime.now(UTC):%Y-%m-%d}"
    )


def write(figures: Figures) -> None:
    """Write the tables and the plot."""
    DOCS.mkdir(exist_ok=True)
    for name, rows in {
        "requests": list(of_requests(figures["requests"])),
        "hours": list(of_hours(figures["hours"])),
        "crowds": list(of_crowds(figures)),
        "limits": list(of_limits(figures)),
        "room": list(of_room(figures)),
    }.items():
        (DOCS / f"{name}.md").write_text(table(rows))
    (DOCS / "machine.md").write_text(f"Measured with {figures['machine']}.\n")
    plot(figures, DOCS / "capacity.svg")


def table(rows: Sequence[dict[str, object]]) -> str:
    """Rows as Markdown; their names are the columns."""
    lines: list[list[object]] = [
        [*rows[0]],
        ["---"] * len(rows[0]),
        *([*row.values()] for row in rows),
    ]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def of_requests(requests: Figures) -> Iterator[dict[str, object]]:
    """A row for each engine and kind of request."""
    for setup, costs in requests.items():
        for kind in (kind.title for kind in KINDS):
            cost = costs[kind]
            low, middle, high = cost["ratio"]
            yield {
                "sessions in": setup,
                "request": kind,
                "queries": sum(cost["queries"].values()),
                "of them writes": sum(
                    count for word, count in cost["queries"].items() if word in ("UPDATE", "INSERT")
                ),
                "commands to Valkey": f"{sum(cost['commands'].values()):g}",
                "Django ms": f"{cost['django']:.2f}",
                "× bare page": f"{middle:.2f} ({low:.2f}–{high:.2f})",
                "PostgreSQL ms": f"{cost['postgres']:.2f}",
                "Valkey ms": f"{cost['valkey']:.3f}",
            }


def of_hours(hours: Figures) -> Iterator[dict[str, object]]:
    """What a person causes in an hour."""
    for person, counts in hours.items():
        yield {"who": person, **counts}


def per_person(costs: Figures, hour: Figures) -> Figures:
    """What this app adds in a person's hour, on one engine.

    Each act that is stored is counted with the ping; that a page stores it costs about the same.
    """
    stored = hour["stored"]
    by_pages = max(0, stored - hour["pings"])
    by_pings = stored - by_pages
    added = {}
    for name in ("django", "postgres", "valkey"):
        bare = costs[BARE][name]
        added[name] = max(
            0.0,
            (hour["pages"] - by_pages) * (costs[PAGE][name] - bare)
            + by_pages * (costs[STORING][name] - bare)
            + (hour["pings"] - by_pings) * costs[ASKING][name]
            + by_pings * costs[REPORTING][name],
        )
    return added


def of_crowds(figures: Figures) -> Iterator[dict[str, object]]:
    """What the app adds for many people, all of whom read at the same time."""
    hour = figures["hours"][READER]
    logged = [figures["postgres"][who]["wal"] for who in ("merge, few people", "merge, all")]
    for setup, costs in figures["requests"].items():
        added = per_person(costs, hour)
        uses_postgres = "SQLite" not in setup and any(
            costs[kind]["queries"] for kind in (ASKING, REPORTING)
        )
        uses_valkey = any(costs[kind]["commands"] for kind in (ASKING, REPORTING))
        for crowd in CROWDS:
            stored = crowd * hour["stored"] / 3600
            yield {
                "people": f"{crowd:,}",
                "sessions in": setup,
                "pings/s": _short(crowd * hour["pings"] / 3600),
                "acts stored/s": _short(stored),
                "processors of Django": _short(crowd * added["django"] / HOUR_MS),
                "of PostgreSQL": _short(crowd * added["postgres"] / HOUR_MS)
                if uses_postgres
                else "",
                "of Valkey": _short(crowd * added["valkey"] / HOUR_MS) if uses_valkey else "",
                "PostgreSQL log MB/s": "–".join(_short(stored * size / 1e6) for size in logged)
                if uses_postgres
                else "",
            }


def of_limits(figures: Figures) -> Iterator[dict[str, object]]:
    """What one store took on this machine, and how many people that is."""
    postgres, valkey = figures["postgres"], figures["valkey"]
    stored = max(hour["stored"] for hour in figures["hours"].values())
    for what, rate in {
        "PostgreSQL: sessions read": postgres["read"]["rate"],
        "PostgreSQL: acts stored, by 10,000 people": postgres["merge, few people"]["rate"],
        "PostgreSQL: acts stored, by all": postgres["merge, all"]["rate"],
        "Valkey: sessions read": valkey["read"]["rate"],
        "Valkey: acts stored": valkey["merge"]["rate"],
    }.items():
        yield {
            "one store, saturated": what,
            "sessions in it": f"{postgres['rows']:,}",
            "a second": f"{rate:,.0f}",
            "people who work at the same time, at half of it": f"{_people(rate, stored):,.0f}"
            if "stored" in what
            else "",
        }


def of_room(figures: Figures) -> Iterator[dict[str, object]]:
    """What a session takes, and what storing acts and clearing out leave behind."""
    postgres, valkey = figures["postgres"], figures["valkey"]
    rows, clear = postgres["rows"], postgres["clear"]
    for what, size in {
        "PostgreSQL: a session": (postgres["table"] + postgres["indexes"]) / rows,
        "of it the indexes": postgres["indexes"] / rows,
        "Valkey: a session": valkey["memory"] / valkey["sessions"],
        "PostgreSQL's log: an act stored, just after a checkpoint": postgres["merge, all"]["wal"],
        "the same, of few people": postgres["merge, few people"]["wal"],
        "PostgreSQL's log: a session cleared out": clear["wal"] / clear["rows"],
    }.items():
        yield {"room for": what, "bytes": f"{size:,.0f}"}


def _people(rate: float, stored: int) -> float:
    """For how many people, each with so many acts stored an hour, a store is half busy."""
    return float(f"{rate / 2 * 3600 / stored:.2g}")


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value >= 0.01 else "<0.01"


def plot(figures: Figures, file: Path) -> None:
    """Acts to be stored against people, with what one store of each kind took."""
    from matplotlib import pyplot

    pyplot.rcParams.update(
        {"svg.fonttype": "none", "svg.hashsalt": "capacity", "font.family": "sans-serif"}
    )
    canvas, axes = pyplot.subplots(figsize=(8, 5))
    people = [10.0 ** (exponent / 4) for exponent in range(12, 31)]
    for (person, hour), style in zip(figures["hours"].items(), ("-", "--"), strict=True):
        label = f"acts stored, {person.split(':')[0]}s"
        stored = [number * hour["stored"] / 3600 for number in people]
        axes.plot(people, stored, style, color="#0b57d0", label=label)
    for name, rate, colour in (
        ("one PostgreSQL", figures["postgres"]["merge, all"]["rate"], "#b3261e"),
        ("one Valkey", figures["valkey"]["merge"]["rate"], "#146c2e"),
    ):
        axes.axhline(rate, color=colour, label=f"{name}, saturated on this machine")
        axes.axhline(rate / 2, color=colour, linestyle=":", label=f"{name}, half busy")
    axes.set(
        xscale="log", yscale="log", xlabel="people at work at the same time", ylabel="a second"
    )
    axes.grid(alpha=0.3)
    axes.legend()
    canvas.tight_layout()
    canvas.savefig(file, metadata={"Date": None})
    pyplot.close(canvas)
