"""The app's own pages in the frame of the site."""

from pathlib import Path

import pytest
from pytest_django import Settings
from time_machine import Traveller

from session_security.conf import conf

from .own_templates import use_templates
from .visitor import Visitor

BASE = (
    "<title>{% block title %}{% endblock %} – Clinic</title><nav></nav>"
    "{% block content %}{% endblock %}"
)


@pytest.fixture(autouse=True)
def _base(settings: Settings) -> None:
    use_templates(settings, {"base.html": BASE})
    settings.SESSION_SECURITY_BASE_TEMPLATE = "base.html"


def test_the_page_after_signing_in_again_looks_like_the_site(alice: Visitor) -> None:
    html = alice.navigate("/session_security/resume/").content.decode()
    assert html.startswith("<title>You are signed in – Clinic</title><nav></nav>")
    assert "/static/session_security/resume.js" in html
    assert "<session-security>" in html


def test_the_page_of_late_forms_looks_like_the_site(alice: Visitor) -> None:
    html = alice.navigate("/session_security/kept/").content.decode()
    assert html.startswith("<title>Nothing to send – Clinic</title><nav></nav>")
    assert "/static/session_security/kept.js" in html


def test_otherwise_they_have_a_frame_of_their_own(
    settings: Settings, alice: Visitor, clock: Traveller
) -> None:
    settings.SESSION_SECURITY_BASE_TEMPLATE = "session_security/page.html"
    for path in ("/session_security/resume/", "/session_security/kept/"):
        html = alice.navigate(path).content.decode()
        assert html.startswith("<!doctype html>")
        assert '<link rel="stylesheet" href="/static/session_security/page.css">' in html


def test_a_base_of_another_template_engine_is_not_taken(
    settings: Settings, alice: Visitor, tmp_path: Path
) -> None:
    """As where a site's own templates are for Jinja2; Django's can't extend those."""
    (tmp_path / "site.html").write_text(BASE)
    other = settings.TEMPLATES[0] | {"NAME": "other", "DIRS": [tmp_path], "OPTIONS": {}}
    settings.TEMPLATES = [other, *settings.TEMPLATES]
    settings.SESSION_SECURITY_BASE_TEMPLATE = "site.html"
    assert alice.navigate("/session_security/resume/").status_code == 200
    assert "BASE_TEMPLATE" in conf.problems
