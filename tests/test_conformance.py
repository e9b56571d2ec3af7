"""The page on conformance names tests that there are, and leaves out no clause that it is about."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "explanation" / "conformance.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))
VERDICTS = {"Supports", "Partially supports", "Does not support", "Not applicable"}


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_test_that_is_named_is_there(file: str, name: str) -> None:
    assert f"def {name}(" in (TESTS / file).read_text()


def test_each_criterion_has_a_verdict_in_the_words_of_the_template() -> None:
    rows = re.findall(r"^\| \d\.\d.*? \| ([A, ]+) \| (.*?) \|", PAGE, re.MULTILINE)
    assert len(rows) > 45
    assert {verdict for _, verdict in rows} == VERDICTS


@pytest.mark.parametrize("clause", ["7.1.1", "7.3.1", "7.3.2", "7.4.1", "14.3.1", "8.2.8", "2.2.3"])
def test_the_clauses_on_sessions_are_there(clause: str) -> None:
    assert clause in PAGE
