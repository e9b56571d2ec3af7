"""Puts faults into copies of the code, one at a time, and prints what finds each in the model.

Fails if one is not found: a model that nothing can break proves nothing.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copytree

ROOT = Path(__file__).parents[1]
TEST = ("tests/browser/model", "--ds=tests.browser.settings", "-x")
CLIENT = "static/session_security/session_security.js"

# What is wrong, in which file, what stands there, and what stands there instead.
FAULTS = (
    ("the server stores no report", "views.py", "    activity.merge(session, at)\n", ""),
    ("a script's request counts as an act", "passivity.py", "not conf.COUNT_FETCH", "False"),
    (
        "a page goes by `Date.now()` alone",
        CLIENT,
        "Math.max(Date.now() - wall, performance.now() - mono)",
        "(Date.now() - wall)",
    ),
    (
        "the first movement after the end revives the page",
        CLIENT,
        "    if (timeline.remaining <= 0) return this.judge(); // revives nothing\n",
        "",
    ),
    (
        "a page from the back/forward cache is not covered",
        CLIENT,
        "      if (!event.persisted || !this.isConnected) return;\n      this.cover();\n",
        "      if (!event.persisted || !this.isConnected) return;\n",
    ),
)


def found(file: str, right: str, wrong: str, *options: str) -> str | None:
    """The seed that finds the fault and what broke, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        copytree(ROOT / "src", folder, dirs_exist_ok=True)
        path = Path(folder, "session_security", file)
        code = path.read_text()
        if code.count(right) != 1:
            sys.exit(f"{file} has changed. It should have this once:\n{right}")
        path.write_text(code.replace(right, wrong))
        output = subprocess.run(
            [sys.executable, "-m", "pytest", *TEST, *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    match = re.search(r"The first to break was seed (\d+: .*)", output)
    return match[1] if match else None


def main() -> None:
    """Try them all, with the options of pytest."""
    missed = 0
    for fault, *change in FAULTS:
        seed = found(*change, *sys.argv[1:])
        missed += seed is None
        print(f"{fault}: {seed or 'NOT FOUND'}", flush=True)
    sys.exit(missed)


if __name__ == "__main__":
    main()
