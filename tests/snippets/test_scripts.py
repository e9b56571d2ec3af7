"""Scripts and styles in the docs parse, and use what there is, with right types."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from . import ROOT, Snippet, each, written_in

MODULES = ROOT / "node_modules"
STATIC = ROOT / "src" / "session_security" / "static" / "session_security"

pytestmark = pytest.mark.skipif(
    not (MODULES / "ready").exists(), reason="node_modules is not set up: run 'make setup'"
)


def run(*command: str | Path, given: str = "") -> str:
    """What a command of Node's says, which must be content."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        command, input=given, capture_output=True, text=True, env=os.environ | {"PATH": path}
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


@each(written_in("javascript", "jsx", "css"))
def test_it_parses(snippet: Snippet) -> None:
    loader = {"javascript": "js"}.get(snippet.language, snippet.language)
    options = (f"--loader={loader}", "--log-level=warning", "--log-limit=0")
    said = run(MODULES / ".bin" / "esbuild", *options, given=snippet.text)
    assert "WARNING" not in said


def test_scripts_use_what_there_is(tmp_path: Path) -> None:
    scripts = []
    for snippet in written_in("javascript"):
        script = tmp_path / f"{re.sub(r'[^a-z0-9]', '_', snippet.place)}.js"
        script.write_text(snippet.text)
        scripts.append(str(script))
    config = {
        "extends": str(ROOT / "tsconfig.json"),
        "compilerOptions": {
            "allowJs": True,
            "checkJs": True,
            "noImplicitAny": False,
            "strictNullChecks": False,
            "exactOptionalPropertyTypes": False,
            "noUnusedLocals": False,
            "noUnusedParameters": False,
            "noPropertyAccessFromIndexSignature": False,
            "paths": {
                "django-session-security": [str(STATIC / "mount.d.ts")],
                "session_security": [str(STATIC / "session_security.d.ts")],
            },
        },
        "include": [],
        "files": [
            str(ROOT / "tests" / "snippets" / "readers.d.ts"),
            str(STATIC / "session_security.d.ts"),
            *scripts,
        ],
    }
    (tmp_path / "tsconfig.json").write_text(json.dumps(config))
    run("node", MODULES / ".bin" / "tsc", "--project", tmp_path)


def test_custom_properties_are_those_of_the_style() -> None:
    known = set(re.findall(r"var\((--[\w-]+)", (STATIC / "style.css").read_text()))
    printed = {
        name for snippet in written_in("css") for name in re.findall(r"(--[\w-]+):", snippet.text)
    }
    assert printed
    assert printed <= known
