"""The scripts that tests run in a page: files that Biome and tsc read, under this folder."""

import json
import re
from pathlib import Path

FOLDER = Path(__file__).parent


def init_script(*files: str, **constants: object) -> str:
    """Return one script of several files, for ``add_init_script``; each has a scope of its own.

    They find the constants by name, as JSON.
    """
    scopes = [f"{{\n{(FOLDER / file).read_text()}}}\n" for file in files]
    given = [f"const {name} = {json.dumps(value)};\n" for name, value in constants.items()]
    return "{\n" + "".join([*given, *scopes]) + "}"


def function(file: str, name: str) -> str:
    """Return a function that the file exports, for ``evaluate``."""
    text = re.sub(r"^export ", "", (FOLDER / file).read_text(), flags=re.MULTILINE)
    return f"(value) => {{\n{text}\nreturn {name}(value);\n}}"
