"""HTML in the docs nests as it should; Django compiles its templates, and renders what it can."""

from html.parser import HTMLParser

import pytest
from django.contrib.auth import get_user_model
from django.template import Engine
from django.test import Client
from pytest_django import Settings

from tests.own_templates import use_templates

from . import Snippet, each, written_in
from .readers import TEMPLATES

VOID = {"br", "hr", "img", "input", "link", "meta"}


class Nesting(HTMLParser):
    """The elements that are open, and what was closed in the wrong place."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1:] == [tag]:
            self.open.pop()
        else:
            self.wrong.append(tag)


@each(written_in("html", "html+django"))
def test_html_is_closed_where_it_should_be(snippet: Snippet) -> None:
    nesting = Nesting()
    nesting.feed(snippet.text)
    nesting.close()
    assert nesting.wrong == nesting.open == []


@each(written_in("html+django"))
def test_django_compiles_it(snippet: Snippet) -> None:
    Engine.get_default().from_string(snippet.text)


def extends_a_package(snippet: Snippet) -> bool:
    """Whether it needs templates of a package, with which tests/ecosystem tries it."""
    return "extends" in snippet.text and '{% extends "base.html" %}' not in snippet.text


@pytest.mark.django_db
@each(snippet for snippet in written_in("html+django") if not extends_a_package(snippet))
def test_it_renders_for_somebody_who_is_signed_in(snippet: Snippet, settings: Settings) -> None:
    use_templates(settings, TEMPLATES | {"snippet.html": snippet.text})
    settings.ROOT_URLCONF = "tests.snippets.urls"
    client = Client()
    client.force_login(get_user_model().objects.create_user("reader"))
    page = client.get("/snippet/").content.decode()
    if "session_security/all.html" in snippet.text:
        assert "<session-security" in page
