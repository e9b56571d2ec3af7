"""What is uploaded: right in the eyes of the index's tools, and the same whenever it is built."""

import subprocess
import sys
from pathlib import Path

import pytest

from .test_package import ROOT, built

BIN = Path(sys.executable).parent
KINDS = ["--wheel", "--sdist"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: built(kind, tmp_path_factory.mktemp("dist")) for kind in KINDS}


def run(tool: str, *options: str | Path) -> None:
    """Run a tool, which must find nothing; not every environment of the tests has it."""
    if not (BIN / tool).exists():
        pytest.skip(f"{tool} is not installed")
    result = subprocess.run([BIN / tool, *options], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_same_to_the_byte_when_it_is_built_again(
    files: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    again = built(kind, tmp_path)
    assert again.name == files[kind].name
    assert again.read_bytes() == files[kind].read_bytes()


def test_the_package_index_can_show_it(files: dict[str, Path]) -> None:
    run("twine", "check", "--strict", *files.values())


def test_the_wheel_installs_nothing_by_mistake(files: dict[str, Path]) -> None:
    run("check-wheel-contents", files["--wheel"])


def test_what_describes_the_project_is_valid() -> None:
    run("validate-pyproject", "pyproject.toml")
