"""Runs tests/upgrade on both releases and two Djangos, and writes docs/reference/upgrade-matrix.md.

Each has an environment of its own in .upgrade.
"""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.upgrade import page  # noqa: E402
from tests.upgrade.variant import NEW, OLD  # noqa: E402

UV = Path(sys.executable).parent / "uv"
DJANGOS = ["5.2", "6.1"]


def make(release: str, django: str) -> Path:
    """The interpreter of an environment; this version itself is taken from src."""
    folder = ROOT / ".upgrade" / f"{release}-{django}"
    wanted = [f"django~={django}.0", f"time-machine=={version('time-machine')}"]
    if release == OLD:
        wanted += [f"django-session-security=={OLD}"]
    if not folder.exists():
        subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    subprocess.run([UV, "pip", "install", "--quiet", "--python", folder, *wanted], check=True)
    return folder / "bin" / "python"


def run(release: str, python: Path) -> dict[str, dict[str, Any]]:
    """What each variant came to."""
    path = str(ROOT) if release == OLD else f"{ROOT}{os.pathsep}{ROOT / 'src'}"
    done = subprocess.run(
        [python, "-m", "tests.upgrade", release],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line.pop("variant"): line for line in lines}


def django_of(python: Path) -> str:
    command = [str(python), "-m", "django", "--version"]
    return str(subprocess.run(command, capture_output=True, text=True, check=True).stdout).strip()


def main() -> None:
    columns, unexpected = {}, []
    for release in (OLD, NEW):
        for django in DJANGOS:
            python = make(release, django)
            exact = django_of(python)
            print(f"{release} with Django {exact}", flush=True)
            columns[release, exact] = found = run(release, python)
            unexpected += [
                f"{release} with Django {exact}: {words}"
                for words in page.unexpected(release, found)
            ]
    page.write([django for release, django in columns if release == NEW])
    if unexpected:
        sys.exit("\n".join(unexpected))


if __name__ == "__main__":
    main()
