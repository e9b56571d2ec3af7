"""The command: measure, keep the raw figures, and make the tables and the plot of the docs."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.capacity import limits, report, traffic
from benchmarks.capacity.requests import REPORTING, Bench
from benchmarks.capacity.stores import DurablePostgres
from tests.servers.stores import Valkey


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="blocks of requests of each kind")
    parser.add_argument("--size", type=int, default=100, help="requests in a block")
    parser.add_argument("--sessions", type=int, default=1_000_000, help="sessions in the stores")
    parser.add_argument("--seconds", type=int, default=20, help="how long to saturate a store")
    parser.add_argument("--again", action="store_true", help="only make the tables and the plot")
    options = parser.parse_args()
    if not options.again:
        report.RAW.write_text(json.dumps(measured(options), indent=1) + "\n")
    report.write(json.loads(report.RAW.read_text()))


def measured(options: argparse.Namespace) -> dict[str, object]:
    """Everything, as it was measured."""
    with (
        tempfile.TemporaryDirectory(prefix="capacity-") as folder,
        DurablePostgres() as postgres,
        Valkey() as valkey,
    ):
        bench = Bench(postgres, valkey, Path(folder), options.size)
        with bench.running():
            requests = bench.measure(options.rounds)
        commands = requests["cache, Valkey"][REPORTING]["commands"]
        return {
            "machine": report.machine(),
            "hours": traffic.hours(),
            "requests": requests,
            "valkey": limits.of_valkey(valkey, commands, options.sessions, options.seconds),
            "postgres": limits.of_postgres(postgres, valkey, options.sessions, options.seconds),
        }


if __name__ == "__main__":
    main()
