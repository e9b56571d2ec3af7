"""``manage.py session_security``: what is in force, and what is left to do."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse_lazy
from pytest_django import Settings

import session_security

from . import settings as plain
from .neighbours import OURS, WITHOUT

RIGHT: dict[str, object] = {
    "middleware": OURS,
    "session_engine": "django.contrib.sessions.backends.db",
    "adapter": "RowEngine",
    "profile": None,
    "expire_after": 600,
    "warn_after": 540,
    "max_age": None,
    "timeouts": None,
    "passive_urls": [],
    "passive_url_names": [],
    "count_fetch": False,
    "templates": [],
    "to_do": [],
}

OLD_DIALOG = """\
<div id="session_security_warning" style="display:none">
  <div class="session_security_overlay"></div>
  <div class="session_security_modal">Your session expires in
    <span id="session_security_counter">60</span></div>
</div>
"""
OLD_BASE = """\
<script src="{% static 'session_security/script.js' %}"></script>
<script>var sessionSecurity = new yourlabs.SessionSecurity({});</script>
"""


def printed(*options: str) -> tuple[str, int]:
    """What the command prints, and its exit status."""
    output, status = StringIO(), 0
    try:
        call_command("session_security", *options, stdout=output)
    except SystemExit as ended:
        status = int(str(ended.code))
    return output.getvalue(), status


def found() -> dict[str, Any]:
    text, status = printed("--json")
    values: dict[str, Any] = json.loads(text)
    assert status == bool(values["to_do"])
    return values


@pytest.fixture
def templates(settings: Settings, tmp_path: Path) -> Path:
    """A folder of templates that come before ours."""
    folder = tmp_path / "templates"
    (folder / "session_security").mkdir(parents=True)
    settings.TEMPLATES = [plain.TEMPLATES[0] | {"DIRS": [folder]}]
    return folder


def test_a_site_that_is_set_up_as_documented_has_nothing_to_do() -> None:
    assert found() == RIGHT


def test_it_is_printed_for_people() -> None:
    text, status = printed()
    assert status == 0
    for line in (
        f"Middleware:        {OURS}",
        "Session engine:    django.contrib.sessions.backends.db (by RowEngine)",
        "Session ends:      after 600 s without activity",
        "Warning:           after 540 s",
        "Absolute limit:    none",
        "Times decided by:  the settings",
        "Scripts' requests: do not extend",
    ):
        assert line in text.splitlines()
    assert text.endswith("\n\nTo do:\nNothing.\n")


def test_it_says_what_the_settings_come_to(settings: Settings) -> None:
    settings.SESSION_ENGINE = "tests.neighbours"
    settings.SESSION_SECURITY_EXPIRE_AFTER = "300"
    settings.SESSION_SECURITY_WARN_AFTER = 300
    settings.SESSION_SECURITY_MAX_AGE = 36_000
    settings.SESSION_SECURITY_TIMEOUTS = "tests.neighbours.short_for_bob"
    settings.SESSION_SECURITY_PASSIVE_URLS = [reverse_lazy("home"), "/poll/"]
    settings.SESSION_SECURITY_PASSIVE_URL_NAMES = ["monitor:poll"]
    settings.SESSION_SECURITY_COUNT_FETCH = True
    values = found()
    [problem] = values["to_do"]
    assert problem.startswith("session_security.E004: SESSION_SECURITY_EXPIRE_AFTER is wrong")
    assert values == RIGHT | {
        "session_engine": "tests.neighbours",
        "adapter": "Engine",
        "expire_after": 300,
        "warn_after": None,
        "max_age": 36_000,
        "timeouts": "tests.neighbours.short_for_bob",
        "passive_urls": ["/", "/poll/"],
        "passive_url_names": ["monitor:poll"],
        "count_fetch": True,
        "to_do": [problem],
    }


def test_what_the_checks_say_is_to_do_unless_it_is_silenced(settings: Settings) -> None:
    settings.MIDDLEWARE = WITHOUT
    text, status = printed()
    assert status == 1
    assert "Middleware:        not in MIDDLEWARE" in text
    assert "- session_security.W011: SessionSecurityMiddleware is not in MIDDLEWARE" in text
    settings.SILENCED_SYSTEM_CHECKS = ["session_security.W011"]
    assert printed()[1] == 0


def test_a_path_that_is_none_is_told_of_and_stops_nothing(settings: Settings) -> None:
    settings.SESSION_SECURITY_PASSIVE_URLS = [reverse_lazy("no_such_view")]
    values = found()
    assert values["passive_urls"] == []
    assert "PASSIVE_URLS names no URL" in values["to_do"][0]


def test_templates_of_the_site_s_own_lack_what_this_release_needs(templates: Path) -> None:
    dialog = templates / "session_security" / "dialog.html"
    dialog.write_text(OLD_DIALOG)
    values = found()
    assert values["templates"] == [str(dialog)]
    text = "\n".join(values["to_do"])
    assert f'{dialog} lacks the element with the id "session_security_spoken".' in text
    assert f'{dialog} lacks the button with the name "stay".' in text
    assert "Start again from session_security/dialog.html of this release" in text
    assert "session_security_counter" not in text  # which it has
    assert f"{dialog} holds session_security_overlay, a name of 2.x." in text


def test_a_copy_of_our_template_lacks_nothing(templates: Path) -> None:
    ours = Path(session_security.__file__).parent / "templates/session_security/all.html"
    own = templates / "session_security" / "all.html"
    own.write_text(ours.read_text())
    assert (found()["templates"], found()["to_do"]) == ([str(own)], [])
    own.write_text(ours.read_text().replace("{% session_security_dialogs %}", ""))
    assert [line for line in found()["to_do"] if "the tag {% session_security_dialogs %}" in line]


def test_a_template_that_extends_another_is_left_alone(templates: Path) -> None:
    own = templates / "session_security" / "page.html"
    own.write_text("{% extends 'base.html' %}")
    (templates / "base.html").write_text("")
    assert (found()["templates"], found()["to_do"]) == ([str(own)], [])


def test_names_of_2x_in_any_template_are_found_with_their_cure(templates: Path) -> None:
    (templates / "base.html").write_text(OLD_BASE)
    lines = found()["to_do"]
    assert [line.partition(", a name of 2.x. ")[0] for line in lines] == [
        f"{templates}/base.html holds session_security/script.js",
        f"{templates}/base.html holds yourlabs.SessionSecurity",
    ]
    assert all(line.partition(", a name of 2.x. ")[2] for line in lines)
