"""The upgrade matrix: all its sites on this version, in the Django that is here, and its page."""

import ast
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from .upgrade import page
from .upgrade.catalogue import variants
from .upgrade.variant import NEW, ROOT, Variant

VARIANTS = variants()


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    """What one batch of all variants has found, by name."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.upgrade", NEW],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["variant"]: line for line in lines}


def test_every_site_works_or_works_after_what_its_row_says(
    found: dict[str, dict[str, Any]],
) -> None:
    assert page.unexpected(NEW, found) == []


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=list(VARIANTS))
def test_a_row_says_what_to_do_where_something_is_different(variant: type[Variant]) -> None:
    if variant.differs:
        assert variant.do or variant.cannot
    if variant.do:
        assert variant.differs or variant.in_browser


def test_what_only_a_browser_shows_is_tested_in_one() -> None:
    tree = ast.parse((ROOT / page.BROWSER_TESTS).read_text())
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {variant.in_browser for variant in VARIANTS.values()} - {""} <= tests


def test_the_page_in_the_docs_is_of_these_variants() -> None:
    text = page.PAGE.read_text()
    assert text.endswith(page.tables())
    assert page.counts() in text
