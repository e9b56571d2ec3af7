"""Real stores for all tests, and the figures that they come to.

``--full`` runs everything in full instead of the short form, and writes the figures into the docs,
unless ``-k`` has left some of them out.
"""

from __future__ import annotations

import faulthandler
from collections.abc import Iterator
from pathlib import Path

import pytest

from .site import migrate
from .stores import MariaDB, Postgres, Valkey, find_mariadb

DOCS = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "fire"


class Figures:
    """Tables of what was measured; a row's names are the columns, in the order they come."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, object]]] = {}

    def add(self, table: str, /, **row: object) -> None:
        """Add a row to a table."""
        self.tables.setdefault(table, []).append(row)

    def markdown(self, table: str) -> str:
        """A table as Markdown."""
        rows = self.tables[table]
        columns = list(dict.fromkeys(name for row in rows for name in row))
        cells = [[str(row.get(column, "")) for column in columns] for row in rows]
        widths = [max(len(text) for text in texts) for texts in zip(columns, *cells, strict=True)]
        lines = [columns, ["-" * width for width in widths], *cells]
        return "\n".join(f"| {' | '.join(map(str.ljust, line, widths))} |" for line in lines)


FIGURES = pytest.StashKey[Figures]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full", action="store_true", help="run in full, and write the figures into the docs"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if find_mariadb() is None:
        terminalreporter.write_line("MariaDB: not tested, there is no mariadbd on this machine.")
    figures = config.stash[FIGURES]
    for table in figures.tables:
        terminalreporter.section(table)
        terminalreporter.write_line(figures.markdown(table))
        if config.getoption("full") and not config.getoption("keyword"):
            DOCS.mkdir(parents=True, exist_ok=True)
            (DOCS / f"{table}.md").write_text(figures.markdown(table) + "\n")


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Figures:
    """Where to put what was measured; it is printed at the end."""
    return request.config.stash[FIGURES]


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether everything is wanted, rather than the short form."""
    return bool(request.config.getoption("full"))


@pytest.fixture(autouse=True)
def no_hurry(full: bool) -> None:
    """In full a test may take longer than what the configuration calls hanging."""
    if full:
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """Valkey, running."""
    with Valkey() as store:
        yield store


@pytest.fixture(scope="session")
def postgres(valkey: Valkey) -> Iterator[Postgres]:
    """PostgreSQL, running, with the site's tables, alice, bob and user0 to user999."""
    with Postgres() as store:
        migrate(store, valkey, users=1000)
        yield store


@pytest.fixture(scope="session")
def mariadb(valkey: Valkey) -> Iterator[MariaDB | None]:
    """MariaDB with the same; None, which the summary says, where the machine has none."""
    if find_mariadb() is None:
        yield None
        return
    with MariaDB() as store:
        migrate(store, valkey, users=1000)
        yield store
