"""What the documentation tells people to write; the sites run it as it stands there."""

import re
from pathlib import Path

DOCS = Path(__file__).parent.parent.parent / "docs"


def recipe(page: str, containing: str, language: str = "python") -> str:
    """Return the first block of code of a language on a page that contains some text."""
    text = (DOCS / page).read_text()
    blocks: list[str] = re.findall(
        rf"^```{re.escape(language)}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    )
    return next(block for block in blocks if containing in block)


def write_template(folder: Path, name: str, page: str = "howto/packages.md") -> None:
    """Put a template of the documentation, which begins with its own path, into a folder."""
    file = folder / "templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(recipe(page, f"{{# templates/{name} #}}", "html+django"))


def write_static(folder: Path, name: str, page: str = "howto/packages.md") -> None:
    """Put a script or a style of the documentation, which begins with its path, into a folder."""
    file = folder / "assets" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    language = {".js": "javascript", ".css": "css"}[file.suffix]
    file.write_text(recipe(page, f" static/{name}", language))
