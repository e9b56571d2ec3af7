"""Puts faults into copies of the code, one at a time, and prints what finds each.

That is the model, or the test that a fault names because seldom a schedule comes across it.
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
MODEL = "tests/browser/model"
DOUBT = "tests/browser/test_doubt.py"
OPTIONS = ("--ds=tests.browser.settings", "-x")

# What is wrong, in which file, what stands there, what stands there instead; and what finds it.
FAULTS = (
    (
        "the server stores no report",
        "session_security/reports.py",
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
    (
        "one press leaves a page with work in it",
        "client/ending.ts",
        "isSure || !this.holdsWork",
        "true",
        f"{DOUBT}::test_leaving_work_is_asked_first_and_can_be_taken_back",
    ),
    (
        "Escape leaves a covered page",
        "client/watcher.ts",
        "    if (this.cover.isUp) {\n      this.cover.takeBack();\n",
        "    if (this.cover.isUp) {\n      this.ending.leave(true);\n",
        f"{DOUBT}::test_in_doubt_no_single_key_or_click_does_anything",
    ),
    (
        "a form that a script refuses to send counts as sent",
        "client/unsaved.ts",
        "return defaultPrevented === isByScript && ",
        "return ",
        f"{DOUBT}::test_a_form_that_a_script_refuses_to_send_is_not_left_unasked",
    ),
    (
        "a page that its user keeps by the site's own prompt is not locked",
        "client/ending.ts",
        "      this.page.resume();\n      this.lock();\n",
        "      this.page.resume();\n",
        f"{DOUBT}::test_a_page_that_its_user_kept_by_the_site_s_own_prompt_is_locked",
    ),
    (
        "two presses send a late form twice",
        "session_security/late_posts/store.py",
        "return since is not None and (times.now() - since).total_seconds() < SENDING_TIME",
        "return False",
        "tests/browser/test_late.py::test_two_clicks_send_a_late_form_once",
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


def found(
    file: str, right: str, wrong: str, test: str = MODEL, *, options: list[str]
) -> str | None:
    """The seed that finds the fault and what broke, or the name of the test; or nothing."""
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
            [sys.executable, "-m", "pytest", test, *OPTIONS, *(options if test == MODEL else [])],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    if test != MODEL:
        return test if re.search(rf"^FAILED {re.escape(test)}", output, re.MULTILINE) else None
    match = re.search(r"The first to break was seed (\d+: .*)", output)
    return match[1] if match else None


def main() -> None:
    """Try them all, with the options of pytest."""
    missed = 0
    for fault, *change in FAULTS:
        seed = found(*change, options=sys.argv[1:])
        missed += seed is None
        print(f"{fault}: {seed or 'NOT FOUND'}", flush=True)
    sys.exit(missed)


if __name__ == "__main__":
    main()
