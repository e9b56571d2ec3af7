"""Each exception from "all tests in all engines" is for a test that there is."""

from tests.browser.engines import EXEMPT
from tests.browser.scripts import FOLDER


def test_each_exception_is_for_a_test_that_there_is() -> None:
    for exempt in EXEMPT:
        for name in exempt.tests:
            file, _, test = name.partition("::")
            assert f"def {test or 'test_'}" in (FOLDER / file).read_text(), name
