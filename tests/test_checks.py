"""Each check: the situation that it is for, the words, and silence when all is well."""

import re
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir

import pytest
from django.core.checks import CheckMessage, run_checks
from django.urls import reverse_lazy
from pytest_django import Settings

from session_security import checks
from session_security.standards import STANDARDS

from . import settings as plain
from .neighbours import AUTHENTICATION, OURS, WITHOUT, stack

ROOT = Path(__file__).parent.parent
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
FETCH_FROM_CACHE = "django.middleware.cache.FetchFromCacheMiddleware"
OLD = "tests.neighbours.Old"
AUDITING = "tests.neighbours.Auditing"
SUBCLASS = "tests.neighbours.Interleaving"
IDS = re.findall(r'"(session_security\.[EW]\d{3})"', Path(checks.__file__).read_text())


def found() -> list[CheckMessage]:
    """What ``manage.py check`` says of this app."""
    return [message for message in run_checks() if str(message.id).startswith("session_security.")]


def templates(*processors: str) -> list[dict[str, object]]:
    return [plain.TEMPLATES[0] | {"OPTIONS": {"context_processors": list(processors)}}]


def test_a_site_that_is_set_up_as_documented_has_nothing_to_answer_for() -> None:
    assert found() == []


REQUEST = "django.template.context_processors.request"
ADMIN: dict[str, object] = {
    "INSTALLED_APPS": [*plain.INSTALLED_APPS, "django.contrib.admin"],
    "ROOT_URLCONF": "tests.urls_with_admin",
}
INCLUDING = "{% extends 'admin/base_site.html' %}{% include 'session_security/all.html' %}"
LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
FILES = "django.core.cache.backends.filebased.FileBasedCache"
ENGINE = "django.contrib.sessions.backends."

# Settings, the id, and words that the message or its hint must have.
WRONG: dict[str, tuple[dict[str, object], str, list[str]]] = {
    "idle for longer than the standard allows": (
        {"SESSION_SECURITY_PROFILE": "pci-dss", "SESSION_SECURITY_EXPIRE_AFTER": 901},
        "E009",
        ["SESSION_SECURITY_EXPIRE_AFTER is longer", "900 s", "PCI DSS 4.0, 8.2.8"],
    ),
    "no absolute limit where the standard has one": (
        {"SESSION_SECURITY_PROFILE": "nist-aal3", "SESSION_SECURITY_MAX_AGE": timedelta(days=1)},
        "E009",
        ["SESSION_SECURITY_MAX_AGE is longer", "43200 s", "NIST SP 800-63B-4, 2.3.3"],
    ),
    "an admin without the element": (
        ADMIN,
        "W013",
        ["SESSION_SECURITY_INSERT_INTO = ['admin']"],
    ),
    "a login page that no view shows": (
        {"LOGIN_URL": "/accounts/login/?next=x"},
        "W014",
        ["'/accounts/login/?next=x'", "locked", "'admin:login'"],
    ),
    "a login page by a name that is not there": (
        {"LOGIN_URL": "admin:login"},
        "W014",
        ["LOGIN_URL"],
    ),
    "a login page without the language that all paths have": (
        {"LOGIN_URL": "/login/", "ROOT_URLCONF": "tests.urls_in_languages"},
        "W014",
        ["'/login/'"],
    ),
    "no middleware": ({"MIDDLEWARE": WITHOUT}, "W011", ["MIDDLEWARE", OURS]),
    "no sessions": (
        {"MIDDLEWARE": [path for path in plain.MIDDLEWARE if path != SESSIONS]},
        "E002",
        ["SessionMiddleware does not come before", SESSIONS],
    ),
    "no users": (
        {"MIDDLEWARE": [path for path in plain.MIDDLEWARE if path != AUTHENTICATION]},
        "E002",
        ["AuthenticationMiddleware does not come before", AUTHENTICATION],
    ),
    "middleware too early": (
        {"MIDDLEWARE": stack(after=AUTHENTICATION)},
        "E002",
        ["AuthenticationMiddleware does not come before", "above"],
    ),
    "middleware twice": ({"MIDDLEWARE": [*plain.MIDDLEWARE, OURS]}, "E003", ["more than once"]),
    "middleware and its subclass": (
        {"MIDDLEWARE": [*plain.MIDDLEWARE, SUBCLASS]},
        "E003",
        ["more than once", "subclass"],
    ),
    "negative": ({"SESSION_SECURITY_EXPIRE_AFTER": -1}, "E004", ["EXPIRE_AFTER is wrong: -1"]),
    "zero": ({"SESSION_SECURITY_WARN_AFTER": 0}, "E004", ["WARN_AFTER is wrong: 0"]),
    "text": ({"SESSION_SECURITY_EXPIRE_AFTER": "600"}, "E004", ["EXPIRE_AFTER is wrong: '600'"]),
    "age": ({"SESSION_SECURITY_MAX_AGE": True}, "E004", ["MAX_AGE is wrong: True"]),
    "no list": ({"SESSION_SECURITY_PASSIVE_URLS": "/a/"}, "E004", ["PASSIVE_URLS must be a list"]),
    "no switch": ({"SESSION_SECURITY_INSECURE": "no"}, "E004", ["INSECURE must be True or False"]),
    "no path": ({"SESSION_SECURITY_TIMEOUTS": "no.such"}, "E004", ["TIMEOUTS can't be imported"]),
    "no size": ({"SESSION_SECURITY_KEPT_POST_SIZE": -1}, "E004", ["KEPT_POST_SIZE must be", "-1"]),
    "no age": ({"SESSION_SECURITY_KEPT_POST_AGE": None}, "E004", ["KEPT_POST_AGE is wrong: None"]),
    "swapped": (
        {"SESSION_SECURITY_WARN_AFTER": 600, "SESSION_SECURITY_EXPIRE_AFTER": 540},
        "W012",
        ["WARN_AFTER (600 s)", "EXPIRE_AFTER (540 s)", "Warn at least 20 s before"],
    ),
    "the same": (
        {"SESSION_SECURITY_WARN_AFTER": 600},
        "W012",
        ["Nobody is warned", "SESSION_SECURITY_WARN_AFTER", "SESSION_SECURITY_EXPIRE_AFTER"],
    ),
    "no URLs": (
        {"ROOT_URLCONF": "tests.urls_without_ours"},
        "E006",
        ["session_security_ping", "include('session_security.urls')"],
    ),
    "nowhere to go": (
        {"SESSION_SECURITY_REDIRECT_TO_LOGOUT": True, "SESSION_SECURITY_LOGOUT_URL": "no_such"},
        "E007",
        ["REDIRECT_TO_LOGOUT", "leads nowhere", "Set SESSION_SECURITY_LOGOUT_URL"],
    ),
    "a hook that is dead": (
        {"MIDDLEWARE": [path.replace(OURS, AUDITING) for path in plain.MIDDLEWARE]},
        "E008",
        [f"{AUDITING}.process_request is never called", "is_passive_request", "session_expired"],
    ),
    "pages from a cache": (
        {"MIDDLEWARE": [FETCH_FROM_CACHE, *plain.MIDDLEWARE]},
        "W009",
        ["FetchFromCacheMiddleware", "after the end of their session", "last"],
    ),
    "silent renewal": (
        {
            "MIDDLEWARE": [*plain.MIDDLEWARE, "tests.neighbours.Renewing"],
            "ROOT_URLCONF": "tests.late_scripts",
        },
        "W010",
        ["without a word", "oidc_authentication_callback", "PASSIVE_URL_NAMES"],
    ),
    "short warning": (
        {"SESSION_SECURITY_WARN_AFTER": 581},
        "W001",
        ["Less than 20 s", "SESSION_SECURITY_WARN_AFTER", "2.2.1"],
    ),
    "short life": (
        {"SESSION_SECURITY_MAX_AGE": 6599},
        "W002",
        ["SESSION_SECURITY_MAX_AGE", "11 times SESSION_SECURITY_EXPIRE_AFTER", "2.2.1"],
    ),
    "slip of the pen": (
        {"SESSION_SECURITY_EXPIRES_AFTER": 600},
        "W003",
        ["no setting SESSION_SECURITY_EXPIRES_AFTER", "Did you mean SESSION_SECURITY_EXPIRE_AFTER"],
    ),
    "the end by half its name": (
        {"SESSION_SECURITY_EXPIRE": 600},
        "W003",
        ["no setting SESSION_SECURITY_EXPIRE.", "Did you mean SESSION_SECURITY_EXPIRE_AFTER?"],
    ),
    "the warning by half its name": (
        {"SESSION_SECURITY_WARN": 540},
        "W003",
        ["no setting SESSION_SECURITY_WARN.", "Did you mean SESSION_SECURITY_WARN_AFTER?"],
    ),
    "a path that is none": (
        {"SESSION_SECURITY_PASSIVE_URLS": [reverse_lazy("no_such_view")]},
        "E004",
        ["PASSIVE_URLS names no URL", "no_such_view"],
    ),
    "short cookies": (
        {"SESSION_COOKIE_AGE": 599},
        "W004",
        ["SESSION_COOKIE_AGE", "SESSION_SECURITY_EXPIRE_AFTER"],
    ),
    "no request in templates": ({"TEMPLATES": templates()}, "W005", [REQUEST, "TEMPLATES"]),
    "no templates of apps": (
        {"TEMPLATES": [{"BACKEND": "django.template.backends.dummy.TemplateStrings"}]},
        "W015",
        ["DjangoTemplates", "APP_DIRS"],
    ),
    "cache of a process": (
        {"SESSION_ENGINE": ENGINE + "cache"},
        "W006",
        ["each process", "SESSION_CACHE_ALIAS"],
    ),
    "cache of a process before a database": (
        {"SESSION_ENGINE": ENGINE + "cached_db"},
        "W006",
        ["SESSION_CACHE_ALIAS"],
    ),
    "lasting cookies": (
        {"SESSION_EXPIRE_AT_BROWSER_CLOSE": False},
        "W007",
        ["SESSION_EXPIRE_AT_BROWSER_CLOSE = True", "SESSION_SECURITY_INSECURE = True"],
    ),
}

RIGHT: dict[str, dict[str, object]] = {
    "silent renewal that is declared": {
        "MIDDLEWARE": [*plain.MIDDLEWARE, "tests.neighbours.Renewing"],
        "ROOT_URLCONF": "tests.late_scripts",
        "SESSION_SECURITY_PASSIVE_URL_NAMES": ["oidc_authentication_callback"],
    },
    "silent renewal without its view": {
        "MIDDLEWARE": [*plain.MIDDLEWARE, "tests.neighbours.Renewing"],
    },
    "a subclass": {
        "MIDDLEWARE": [path.replace(OURS, SUBCLASS) for path in plain.MIDDLEWARE],
    },
    "subclasses of what is needed": {
        "MIDDLEWARE": [
            path.replace(SESSIONS, "tests.neighbours.Sessions").replace(
                AUTHENTICATION, "tests.neighbours.Authentication"
            )
            for path in plain.MIDDLEWARE
        ]
    },
    "settings of the site's own": {
        "SESSION_SECURITY_FOO": 1,
        "SESSION_SECURITY_TIMEOUTS_BY_GROUP": {"nurses": 300},
        "SESSION_SECURITY_LOGIN_URL": "/",
    },
    "a short end by itself": {"SESSION_SECURITY_EXPIRE_AFTER": 300},
    "warning of 20 s": {"SESSION_SECURITY_WARN_AFTER": 580},
    "age of eleven": {"SESSION_SECURITY_MAX_AGE": 6600},
    "cookies as long": {"SESSION_COOKIE_AGE": 600},
    "all settings": {
        "SESSION_SECURITY_EXPIRE_AFTER": 900,
        "SESSION_SECURITY_WARN_AFTER": 800,
        "SESSION_SECURITY_MAX_AGE": None,
        "SESSION_SECURITY_TIMEOUTS": "tests.neighbours.short_for_bob",
        "SESSION_SECURITY_PASSIVE_URLS": ["/poll/"],
        "SESSION_SECURITY_PASSIVE_URL_NAMES": ["monitor:poll"],
        "SESSION_SECURITY_COUNT_FETCH": True,
        "SESSION_SECURITY_REQUIRE_CONFIRM": True,
        "SESSION_SECURITY_ON_EXPIRE": "lock",
        "SESSION_SECURITY_REDIRECT_TO_LOGOUT": True,
        "SESSION_SECURITY_LOGOUT_URL": "logout",
        "SESSION_SECURITY_KEPT_POST_SIZE": 0,
        "SESSION_SECURITY_KEPT_POST_AGE": 60,
        "SESSION_SECURITY_INSECURE": False,
    },
    "a shared cache": {
        "SESSION_ENGINE": ENGINE + "cache",
        "SESSION_CACHE_ALIAS": "shared",
        "CACHES": {
            "default": {"BACKEND": LOCMEM},
            "shared": {"BACKEND": FILES, "LOCATION": f"{gettempdir()}/unused"},
        },
    },
    "a login page elsewhere": {"LOGIN_URL": "https://id.example.org/"},
    "a login page with a query": {"LOGIN_URL": "/login/?by=name"},
    "a login page to whose path Django adds the language": {
        "LOGIN_URL": "/login/",
        "ROOT_URLCONF": "tests.urls_in_languages",
        "MIDDLEWARE": ["django.middleware.locale.LocaleMiddleware", *plain.MIDDLEWARE],
    },
    "a login page in any language": {
        "LOGIN_URL": "login",
        "ROOT_URLCONF": "tests.urls_in_languages",
        "LANGUAGE_CODE": "de",
    },
    "a path to go to": {
        "SESSION_SECURITY_REDIRECT_TO_LOGOUT": True,
        "SESSION_SECURITY_LOGOUT_URL": "/bye/",
    },
    "no view that signs out": {"SESSION_SECURITY_LOGOUT_URL": "no_such"},
    "lasting cookies that are meant": {
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": False,
        "SESSION_SECURITY_INSECURE": True,
    },
    **{
        f"the profile {name}": {"SESSION_SECURITY_PROFILE": name, "SESSION_COOKIE_AGE": 86_400}
        for name in STANDARDS
    },
    "an admin that gets the element": ADMIN | {"SESSION_SECURITY_INSERT_INTO": ["admin"]},
    "an admin whose template includes the element": ADMIN
    | {
        "TEMPLATES": [
            plain.TEMPLATES[0]
            | {
                "APP_DIRS": False,
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request"],
                    "loaders": [
                        (
                            "django.template.loaders.locmem.Loader",
                            {"admin/base_site.html": INCLUDING},
                        ),
                        "django.template.loaders.app_directories.Loader",
                    ],
                },
            }
        ]
    },
    "templates of another kind": {
        "TEMPLATES": [
            *plain.TEMPLATES,
            {"BACKEND": "django.template.backends.dummy.TemplateStrings"},
        ]
    },
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_with_its_cure(settings: Settings, case: str) -> None:
    values, number, words = WRONG[case]
    for name, value in values.items():
        setattr(settings, name, value)
    [message] = found()
    assert message.id == f"session_security.{number}"
    assert message.is_serious() == number.startswith("E")
    assert message.hint
    for word in words:
        assert word in f"{message.msg} {message.hint}"


@pytest.mark.parametrize("case", RIGHT)
def test_what_is_right_is_passed_over(settings: Settings, case: str) -> None:
    for name, value in RIGHT[case].items():
        setattr(settings, name, value)
    assert found() == []


def test_every_dead_hook_is_named(settings: Settings) -> None:
    settings.MIDDLEWARE = [path.replace(OURS, OLD) for path in plain.MIDDLEWARE]
    names = ["process_request", "process_response", "update_last_activity"]
    assert [message.msg for message in found()] == [
        f"{OLD}.{name} is never called." for name in names
    ]


def test_every_wrong_setting_is_named_at_once(settings: Settings) -> None:
    settings.SESSION_SECURITY_EXPIRE_AFTER = 0
    settings.SESSION_SECURITY_WARN_AFTER = "x"
    settings.SESSION_SECURITY_PASSIVE_URLS = None
    assert [message.id for message in found()] == ["session_security.E004"] * 3


def test_a_middleware_that_can_not_be_imported_is_left_to_django(settings: Settings) -> None:
    settings.MIDDLEWARE = ["no.such.Middleware", *plain.MIDDLEWARE]
    assert found() == []


def test_each_id_is_for_one_thing_and_has_a_test() -> None:
    assert {f"session_security.{number}" for _, number, _ in WRONG.values()} == set(IDS)


@pytest.mark.parametrize("check_id", sorted(set(IDS)))
def test_each_id_is_in_the_docs(check_id: str) -> None:
    pages = sorted((ROOT / "docs").rglob("*.md"))
    assert any(check_id in page.read_text() for page in pages)


def test_the_checks_can_be_run_by_their_tag(settings: Settings) -> None:
    settings.MIDDLEWARE = WITHOUT
    assert "session_security.W011" in [message.id for message in run_checks(tags=["security"])]
