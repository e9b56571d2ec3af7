"""Puts faults into copies of the code, one at a time, and prints what finds each in the model.

Fails if one is not found: a model that nothing can break proves nothing.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copytree, which

ROOT = Path(__file__).parents[1]
TEST = ("tests/browser/model", "--ds=tests.browser.settings", "-x")

# What is wrong, in which file, what stands there, and what stands there instead.
FAULTS = (
    (
        "the server stores no report",
        "session_security/views.py",
        "    store_activity(session, at)\n",
        "",
    ),
    (
        "a script's request counts as an act",
        "session_security/requests.py",
        "not conf.COUNT_FETCH",
        "False",
    ),
    (
        "a page goes by `Date.now()` alone",
        "client/clock.ts",
        "Math.max(Date.now() - moment.wall, performance.now() - moment.monotonic)",
        "(Date.now() - moment.wall)",
    ),
    (
        "the first movement after the end revives the page",
        "client/policy.ts",
        '  if (timeLeft(ages, limits) <= 0) return "late";\n',
        "",
    ),
    (
        "a page from the back/forward cache is not covered",
        "client/watcher.ts",
        "    this.distrust(); // before it is seen\n",
        "",
    ),
)


def build_client(folder: Path) -> None:
    """Build the copy of the browser's side into the copy of the package."""
    static = folder / "session_security" / "static" / "session_security"
    build = ROOT / "scripts" / "build-client.mjs"
    subprocess.run(
        [which("node") or "node", build, "--client", folder / "client", "--static", static],
        check=True,
    )


def found(file: str, right: str, wrong: str, *options: str) -> str | None:
    """The seed that finds the fault and what broke, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        copytree(ROOT / "src", folder, dirs_exist_ok=True)
        copytree(ROOT / "client", f"{folder}/client")
        path = Path(folder, file)
        code = path.read_text()
        if code.count(right) != 1:
            sys.exit(f"{file} has changed. It should have this once:\n{right}")
        path.write_text(code.replace(right, wrong))
        if path.suffix == ".ts":
            build_client(Path(folder))
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
