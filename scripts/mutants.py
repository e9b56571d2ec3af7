"""Changes the code in every small way there is, and prints the changes that no test notices.

``python scripts/mutants.py [module ...]``, a module being named as in ``MODULES``. Fails if fewer
than 95 % are noticed. It works in a copy; a mutant that makes the tests hang counts as noticed.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copytree

ROOT = Path(__file__).parents[1]
COPIED = ("src", "tests", "example", "benchmarks", "docs", "client", "scripts", "requirements")
LEAST = 0.95

# The tests that concern a module, those that fail soonest first.
MODULES = {
    "policy": ["test_policy.py", "test_conf.py"],
    "requests": ["test_requests.py", "test_middleware.py", "test_late_posts.py"],
    "sessions/activity": ["test_races.py", "test_confirmed_end.py", "test_one_end.py", "sessions"],
    "sessions/cookies": ["test_late_cookies.py", "test_middleware.py", "test_lifetimes.py"],
    "sessions/engines": ["sessions", "test_races.py", "test_confirmed_end.py", "test_outage.py"],
    "sessions/outage": ["test_outage.py", "test_outage_in_templates.py", "test_store_refuses.py"],
    "sessions/rows": ["test_races.py", "test_row_locked.py", "sessions", "test_replicas.py"],
    "sessions/tags": ["test_key_rotation.py", "test_views.py", "sessions"],
    "sessions/times": ["sessions", "test_compat.py", "test_side_by_side.py", "test_middleware.py"],
    "middleware": [
        "test_middleware.py",
        "test_compat.py",
        "test_outage.py",
        "test_confirmed_end.py",
        "test_streams.py",
        "test_late_answers.py",
        "test_user_withdrawn.py",
        "test_second_sign_in.py",
    ],
    "views": ["test_views.py", "test_late_posts.py", "test_resume.py", "test_element.py"],
}


def survivors(module: str, folder: Path) -> tuple[int, list[str]]:
    """How many mutants a module has, and the changes of those that no test has noticed."""
    tests = " ".join(f"tests/{name}" for name in MODULES[module])
    source = f"src/session_security/{module}.py"
    config, session = folder / "mutants.toml", folder / f"{module.replace('/', '.')}.sqlite"
    config.write_text(
        f"""[cosmic-ray]
module-path = "{source}"
timeout = 120.0
excluded-modules = []
test-command = "{sys.executable} -m pytest -x -q -p no:cacheprovider {tests}"
[cosmic-ray.distributor]
name = "local"
"""
    )

    def run(*arguments: object) -> str:
        return subprocess.run(
            [Path(sys.executable).with_name("cosmic-ray"), *map(str, arguments)],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    run("init", config, session)
    run("baseline", config)
    run("exec", config, session)
    results = [result for _, result in map(json.loads, run("dump", session).splitlines())]
    left = [result["diff"] for result in results if result["test_outcome"] == "survived"]
    return len(results), left


def main() -> int:
    """Try the modules that are named, or all."""
    total = unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        for part in COPIED:
            copytree(ROOT / part, folder / part)
        for part in ("pyproject.toml", "README.md", "CHANGELOG.md", "Makefile"):
            (folder / part).write_bytes((ROOT / part).read_bytes())
        for module in sys.argv[1:] or MODULES:
            count, left = survivors(module, folder)
            total, unnoticed = total + count, unnoticed + len(left)
            print(f"{module}: {count - len(left)} of {count} noticed", *left, sep="\n", flush=True)
    print(f"all: {total - unnoticed} of {total} noticed, {1 - unnoticed / total:.1%}")
    return int(unnoticed > total * (1 - LEAST))


if __name__ == "__main__":
    sys.exit(main())
