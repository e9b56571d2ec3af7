"""The catalogues: 31 languages, complete, and compiled as they are written."""

import ast
import re
from pathlib import Path

import polib
import pytest
from django.utils import translation
from django.utils.translation import get_language_info
from pytest_django import Settings
from time_machine import Traveller

import session_security

from .neighbours import stack
from .test_middleware import IDLE
from .visitor import Visitor

PACKAGE = Path(session_security.__file__).parent
DOCS = Path(__file__).parent.parent / "docs"
LANGUAGES = [
    *["ar", "ca", "cs", "da", "de", "el", "es", "fa", "fi", "fr", "he", "hi", "hu", "id", "it"],
    *["ja", "ko", "nb", "nl", "pl", "pt", "pt_BR", "ro", "ru", "sk", "sv", "tr", "uk", "vi"],
    *["zh_Hans", "zh_Hant"],
]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")
ENDS = {  # how a sentence ends where it does not end as in English
    "ar": {"?": "؟"},
    "el": {"?": ";"},
    "fa": {"?": "؟"},
    "hi": {".": "।"},
    "ja": {".": "。", "?": "？", ")": "）"},
    "zh_Hans": {".": "。", "?": "？", ":": "：", ")": "）"},
    "zh_Hant": {".": "。", "?": "？", ":": "：", ")": "）"},
}
LONGEST_BUTTON = 30  # characters; two lines at most on a screen of 320 pixels


def messages() -> set[str]:
    """Every message in the templates and modules."""
    found = set()
    for path in PACKAGE.rglob("*.html"):
        found |= set(re.findall(r'{% translate "([^"]+)"', path.read_text()))
        assert "blocktranslate" not in path.read_text(), "teach this test to read it"
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Name("_" | "gettext" | "gettext_lazy"), args=[ast.Constant(text)]
                ):
                    found.add(text)
                case ast.Call(func=ast.Name("npgettext_lazy"), args=[_, ast.Constant(text), *_]):
                    found.add(text)
    return found


def buttons() -> set[str]:
    """What is on the buttons, and on the links that look like buttons."""
    found = set()
    for path in PACKAGE.rglob("*.html"):
        for words in re.findall(r"(?s)<(?:button|a)[ >](.*?)</(?:button|a)>", path.read_text()):
            found |= set(re.findall(r'(?<!spoken">){% translate "([^"]+)"', words))
    return found


def texts(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    """The translation, or one for each number."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def catalogue(language: str, suffix: str = "po") -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / f"django.{suffix}"


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_there_are_31_languages() -> None:
    assert sorted(path.name for path in (PACKAGE / "locale").iterdir()) == LANGUAGES
    assert len(LANGUAGES) == 31
    assert len(messages()) > 10


def test_the_docs_name_every_language() -> None:
    guide = (DOCS / "howto" / "languages.md").read_text()
    for language in LANGUAGES:
        name = get_language_info(translation.to_language(language))["name"]
        assert f"| {name} | `{language}` |" in guide


def test_each_catalogue_is_complete(language: str) -> None:
    found = polib.pofile(str(catalogue(language)))
    assert {entry.msgid for entry in found} == messages()
    assert [entry.msgid for entry in found if not entry.translated()] == []
    assert [entry.msgid for entry in found if entry.fuzzy or entry.obsolete] == []


def test_each_catalogue_says_what_it_is(language: str) -> None:
    head = polib.pofile(str(catalogue(language))).metadata
    assert head["Language"] == language
    assert head["Content-Type"] == "text/plain; charset=UTF-8"
    assert head["Plural-Forms"].startswith("nplurals=")


def test_each_translation_is_one(language: str) -> None:
    for entry in polib.pofile(str(catalogue(language))):
        for text in texts(entry):
            assert text not in (entry.msgid, entry.msgid_plural) or entry.msgctxt
            assert text == text.strip()
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(entry.msgid))
            assert ("\n" in text) == ("\n" in entry.msgid)


def test_each_translation_ends_as_the_original_does(language: str) -> None:
    ends = {end: end for end in ".?:…)"} | ENDS.get(language, {})
    for entry in polib.pofile(str(catalogue(language))):
        for text in texts(entry):
            if entry.msgid[-1] in ends:
                assert text[-1] == ends[entry.msgid[-1]], text
            else:
                assert entry.msgid_plural or text[-1] not in ".?:…;。？：؟।", text


def test_each_button_fits_a_narrow_screen(language: str) -> None:
    assert {"Stay signed in", "Sign in again now", "Leave and lose my work"} <= buttons()
    assert "(opens in a new tab)" not in buttons()
    for entry in polib.pofile(str(catalogue(language))):
        assert entry.msgid not in buttons() or len(entry.msgstr) <= LONGEST_BUTTON


def test_no_translation_is_far_longer_than_the_original(language: str) -> None:
    for entry in polib.pofile(str(catalogue(language))):
        for text in texts(entry):
            assert len(text) <= 2 * len(entry.msgid) + 10, text


def test_each_number_has_its_form(language: str) -> None:
    found = polib.pofile(str(catalogue(language)))
    forms = int(found.metadata["Plural-Forms"].split("nplurals=")[1].split(";")[0])
    for entry in found:
        assert not entry.msgid_plural or len(texts(entry)) == forms


def test_each_compiled_catalogue_is_up_to_date(language: str) -> None:
    """Defect of 2.6.8: the wheel ships one compiled catalogue of ten."""
    written = {entry.msgid: texts(entry) for entry in polib.pofile(str(catalogue(language)))}
    compiled = polib.mofile(str(catalogue(language, "mo")))
    assert {entry.msgid: texts(entry) for entry in compiled} == written


def test_django_finds_them(language: str) -> None:
    with translation.override(translation.to_language(language)):
        for entry in polib.pofile(str(catalogue(language))):
            if entry.msgid_plural:
                names = (entry.msgctxt, entry.msgid, entry.msgid_plural)
                assert {translation.npgettext(*names, number) for number in range(100)} <= {
                    *texts(entry)
                }
            else:
                assert translation.gettext(entry.msgid) == entry.msgstr


def test_people_are_told_in_their_language(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.MIDDLEWARE = stack(before="django.middleware.locale.LocaleMiddleware")
    german = {"Accept-Language": "de"}
    with translation.override("de"):
        words = [translation.gettext(text) for text in (IDLE, "Sign out", "Stay signed in")]
    page = alice.get("/element/", **german).content.decode()
    assert words[1] in page
    assert words[2] in page
    clock.shift(600)
    assert alice.fetch("/", **german).json()["detail"] == words[0]
    assert alice.navigate("/login/").json() == {"messages": [words[0]]}
