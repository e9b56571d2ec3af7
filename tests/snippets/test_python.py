"""Python in the docs compiles, has right types, and runs on a site like its reader's."""

import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.test import Client, TestCase
from django.urls import path
from pytest_django import Settings

from tests import urls, views
from tests.own_templates import use_templates

from . import ROOT, Snippet, each, read, written_in
from .readers import CODE, ELSEWHERE, MODULES, PACKAGES, SETTINGS, TEMPLATES, WARNINGS

PAGES = sorted({snippet.page for snippet in written_in("python")} - ELSEWHERE.keys())
ALREADY = ("INSTALLED_APPS", "MIDDLEWARE", "TEMPLATES")


def python_of(page: str) -> list[Snippet]:
    return [snippet for snippet in read(ROOT / page) if snippet.language == "python"]


def code_before(page: str) -> str:
    return textwrap.dedent(CODE.get(page, ""))


@pytest.mark.parametrize("name", sorted({*CODE, *SETTINGS, *WARNINGS, *PACKAGES, *ELSEWHERE}))
def test_what_readers_have_is_for_a_page_that_is_there(name: str) -> None:
    assert python_of(name)


@each(written_in("python"))
def test_it_compiles(snippet: Snippet) -> None:
    compile(snippet.text, snippet.place, "exec")


# --- types --------------------------------------------------------------------------------------

# In the files, not as options: so the run shares its cache with "make lint".
LENIENT = (
    "# mypy: allow-untyped-defs, allow-incomplete-defs, allow-untyped-calls, "
    'allow-untyped-decorators, disable-error-code="no-redef"'
)


def with_types(text: str) -> str:
    """The same with each ``request`` that has no type annotated as what Django itself has."""
    return re.sub(r"(\bdef .*\brequest)(?=[,)])", r"\1: HttpRequest", text)


def test_types_are_right_with_plain_requests(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "mysite").mkdir()
    for name, code in MODULES.items():
        file = "mysite/__init__.py" if name == "mysite" else f"{name.replace('.', '/')}.py"
        (tmp_path / file).write_text(code)
    for page in PAGES:
        name = re.sub(r"\W", "_", page.removeprefix("docs/").removesuffix(".md"))
        texts = [snippet.text.replace("from .", "from mysite.") for snippet in python_of(page)]
        parts = [LENIENT, "from django.http import HttpRequest", code_before(page)]
        text = "\n".join([*parts, with_types("".join(texts))])
        (tmp_path / f"{name}.py").write_text(text)
    result = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"),
            *map(str, tmp_path.glob("*.py")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr


# --- on a site ----------------------------------------------------------------------------------


def put_in(whole: list[str], printed: list[str]) -> list[str]:
    """A list with the entries that are printed, each after the one that is printed before it."""
    result = list(whole)
    at = 0
    for entry in printed:
        if entry not in result:
            result.insert(at, entry)
        at = result.index(entry) + 1
    return result


def completed(name: str, printed: Any, whole: Any) -> Any:
    """A setting, when the reader has put what is printed into what they have."""
    if name == "TEMPLATES":
        [printed], [whole] = printed, whole
        processors = [part["OPTIONS"]["context_processors"] for part in (whole, printed)]
        options = whole["OPTIONS"] | {"context_processors": put_in(*processors)}
        return [whole | {"OPTIONS": options}]
    return put_in(whole, printed)


def views_in(snippet: Snippet) -> list[str]:
    """The functions that take a request alone, and whose bodies leave nothing out."""
    return [
        part.name
        for part in ast.parse(snippet.text).body
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
        and [argument.arg for argument in part.args.args] == ["request"]
        and not any(
            isinstance(inner, ast.Constant) and inner.value is ... for inner in ast.walk(part)
        )
        and part.name != "timeouts"
    ]


class Site:
    """The tests' site, on which the Python of a page is put piece by piece."""

    def __init__(self, page: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        self.page, self.settings, self.monkeypatch = page, settings, monkeypatch
        self.names: dict[str, Any] = {"__name__": "mysite.code", "__package__": "mysite"}
        exec(code_before(page), self.names)
        for name, code in MODULES.items():
            exec(code, self.module(name).__dict__)
        self.modules: list[ModuleType] = []
        self.patterns: list[Any] = []
        use_templates(settings, TEMPLATES)
        self.set(SETTINGS.get(page, {}))

    def module(self, name: str) -> ModuleType:
        module = ModuleType(name)
        self.monkeypatch.setitem(sys.modules, name, module)
        return module

    def set(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            if name in ALREADY:
                value = completed(name, value, getattr(self.settings, name))
            setattr(self.settings, name, value)

    def put(self, snippet: Snippet) -> list[str]:
        """Put it on the site; the paths of its views."""
        before = dict(self.names)
        exec(compile(snippet.text, snippet.place, "exec"), self.names)
        new = {name: value for name, value in self.names.items() if before.get(name) is not value}
        named = re.match(r"# (mysite/\w+)\.py\n", snippet.text)
        if named:
            self.modules.append(self.module(named[1].replace("/", ".")))
        for module in self.modules:
            module.__dict__.update(self.names)
        self.set({name: value for name, value in new.items() if name.isupper()})
        shown = {f"of_the_page/{name}/": self.names[name] for name in views_in(snippet)}
        patterns = [*new.get("urlpatterns", []), *(path(at, view) for at, view in shown.items())]
        if patterns:
            self.serve(patterns)
        return [f"/{at}" for at in shown]

    def serve(self, patterns: list[Any]) -> None:
        module: Any = self.module("mysite.urls")
        self.patterns += patterns
        module.urlpatterns = [*self.patterns, *urls.urlpatterns]
        self.settings.ROOT_URLCONF = module

    def faults(self) -> list[str]:
        expected = WARNINGS.get(self.page, set())
        return [str(message) for message in run_checks() if message.id not in expected]


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_site_runs_with_it(
    name: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for package in PACKAGES.get(name, ()):
        pytest.importorskip(package)
    user = get_user_model().objects.create_user("reader")
    site = Site(name, settings, monkeypatch)
    for snippet in python_of(name):
        paths = site.put(snippet)
        assert site.faults() == [], snippet.place
        with time_machine.travel("2026-01-01 09:00Z", tick=False) as clock:
            client = Client()
            client.force_login(user)
            for at in ["/", *paths]:
                assert client.get(at).status_code == 200, (snippet.place, at)
            clock.shift(365 * 24 * 60 * 60)
            assert client.get("/").status_code in (200, 302), snippet.place
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.django_db
def test_the_tests_that_it_shows_pass(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "docs/howto/testing.md"
    site = Site(page, settings, monkeypatch)
    site.serve([path("", views.told)])
    for snippet in python_of(page):
        site.put(snippet)
    case: Any = TestCase()
    case.client = Client()
    case.user = get_user_model().objects.create_user("reader")
    names = [name for name in site.names if name.startswith("test_")]
    assert len(names) >= 3
    for name in names:
        site.names[name](case)
