"""The command: measure, show, write down, and say whether every limit is kept."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from benchmarks import measures, plot, report


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="how often to start the processes")
    parser.add_argument("--rounds", type=int, default=12, help="rounds of requests in each start")
    parser.add_argument("--no-browser", action="store_true", help="leave out what needs Chromium")
    options = parser.parse_args()

    rows = list(measured(options))
    print(report.text(rows))
    command = " ".join(["python -m benchmarks", *sys.argv[1:]])
    report.RESULTS.write_text(report.markdown(rows, command))
    plot.PICTURE.write_text(plot.picture(rows))
    return 0 if all(row.passed for row in rows) else 1


def measured(options: argparse.Namespace) -> Iterator[report.Row]:
    """Yield what is measured, in the order of the table."""
    yield from measures.requests(options.starts, options.rounds)
    yield from measures.races()
    yield from measures.sockets()
    yield from measures.sizes()
    if not options.no_browser:
        from benchmarks import browser

        yield from browser.figures()


if __name__ == "__main__":
    sys.exit(main())
