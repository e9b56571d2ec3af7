"""Brings the catalogues in line with the source and compiles them, without GNU gettext.

With --check nothing is written; what is out of date is named, and the exit status is 1.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "session_security"
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "pgettext_lazy": ((1, "c"), 2),
}


def sources() -> Iterator[tuple[Path, str]]:
    """Each module and template, as Python that Babel can read."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, path.read_text()
    for path in sorted(PACKAGE.rglob("*.html")):
        code = templatize(path.read_text(), origin=str(path))
        # The remains of the markup are indented at will, which Python's tokenizer refuses.
        yield path, "\n".join(line.lstrip() for line in code.splitlines())


def entries() -> polib.POFile:
    """Every message in the source, once, in the order of the files."""
    found: dict[tuple[str | None, str], polib.POEntry] = {}
    for path, code in sources():
        stream = io.BytesIO(code.encode())
        place = (path.relative_to(PACKAGE).as_posix(), "")
        for _, message, comments, context in extract(
            "python", stream, KEYWORDS, comment_tags=("Translators:",)
        ):
            single, plural = (message, "") if isinstance(message, str) else message[:2]
            entry = found.setdefault(
                (context, single), polib.POEntry(msgid=single, msgctxt=context)
            )
            if plural:
                entry.msgid_plural = plural
            if "%(" in single + plural:
                entry.flags = ["python-format"]
            if place not in entry.occurrences:
                entry.occurrences.append(place)
            entry.comment = "\n".join(filter(None, [entry.comment, *comments]))
    catalogue = polib.POFile()
    catalogue.extend(found.values())
    return catalogue


def give_each_number_its_form(catalogue: polib.POFile) -> None:
    """One text for each form that the language has."""
    forms = int(catalogue.metadata["Plural-Forms"].split("nplurals=")[1].split(";")[0])
    for entry in catalogue:
        if entry.msgid_plural:
            entry.msgstr_plural = {n: entry.msgstr_plural.get(n, "") for n in range(forms)}


def main(arguments: list[str]) -> int:
    check = arguments == ["--check"]
    settings.configure(USE_I18N=True)
    found = entries()
    stale = []
    for path in sorted(PACKAGE.glob("locale/*/LC_MESSAGES/django.po")):
        catalogue = polib.pofile(str(path), wrapwidth=100)
        catalogue.merge(found)
        give_each_number_its_form(catalogue)
        wanted = {path: str(catalogue).encode(), path.with_suffix(".mo"): catalogue.to_binary()}
        for target, content in wanted.items():
            if not target.exists() or target.read_bytes() != content:
                stale.append(target.relative_to(ROOT))
                if not check:
                    target.write_bytes(content)
    for target in stale:
        print("out of date:" if check else "wrote", target)
    if check and stale:
        print("To bring them up to date: make messages", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
