"""The settings: what each can be, and what is said if it is something else."""

import math
from copy import copy, deepcopy
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import RequestFactory, override_settings
from django.urls import reverse_lazy
from pytest_django import Settings

from session_security.conf import NAMES, PREFIX, SessionSecurity, conf
from session_security.policy import Reason, Timeouts
from session_security.standards import STANDARDS

from .neighbours import short_for_bob

ROOT = Path(__file__).parent.parent

DEFAULTS: dict[str, object] = {
    "PROFILE": None,
    "EXPIRE_AFTER": 600,
    "WARN_AFTER": 540,
    "MAX_AGE": None,
    "TIMEOUTS": None,
    "PASSIVE_URLS": [],
    "PASSIVE_URL_NAMES": [],
    "COUNT_FETCH": False,
    "INSERT_INTO": [],
    "REQUIRE_CONFIRM": False,
    "ON_EXPIRE": "auto",
    "REDIRECT_TO_LOGOUT": False,
    "LOGOUT_URL": "logout",
    "BASE_TEMPLATE": "session_security/page.html",
    "KEPT_POST_SIZE": 65_536,
    "KEPT_POST_AGE": 3600,
    "INSECURE": False,
}
TIMES = ["EXPIRE_AFTER", "WARN_AFTER", "MAX_AGE", "KEPT_POST_AGE"]
LISTS = ["PASSIVE_URLS", "PASSIVE_URL_NAMES"]
SWITCHES = ["COUNT_FETCH", "REQUIRE_CONFIRM", "REDIRECT_TO_LOGOUT", "INSECURE"]


def test_the_defaults() -> None:
    assert {name: getattr(conf, name) for name in NAMES} == DEFAULTS
    assert conf.timeouts == Timeouts(540, 600)


def wrong(name: str) -> str:
    """What is said about a setting that can't be used."""
    getattr(conf, name)
    return conf.problems.get(name, "")


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize(
    ("value", "seconds"),
    [(300, 300), (0.5, 0.5), (timedelta(minutes=5), 300), (timedelta(days=2), 172_800)],
    ids=repr,
)
def test_a_time_is_seconds_or_a_timedelta(
    settings: Settings, name: str, value: object, seconds: float
) -> None:
    setattr(settings, PREFIX + name, value)
    assert getattr(conf, name) == seconds


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize(
    "value",
    [0, -1, -0.5, math.nan, math.inf, timedelta(0), "600", b"600", True, [], (600,), object],
    ids=lambda value: f"{value!r} {type(value).__name__}",
)
def test_a_time_is_nothing_else(settings: Settings, name: str, value: object) -> None:
    setattr(settings, PREFIX + name, value)
    assert wrong(name).startswith(f"SESSION_SECURITY_{name} is wrong: ")


@pytest.mark.parametrize("name", ["EXPIRE_AFTER", "WARN_AFTER"])
def test_the_idle_limits_can_not_be_switched_off(settings: Settings, name: str) -> None:
    setattr(settings, PREFIX + name, None)
    assert wrong(name).startswith(f"SESSION_SECURITY_{name} is wrong: None")


@pytest.mark.parametrize(
    ("expire", "warn"),
    [(600, 540), (1200, 540), (540, 486), (300, 270), (timedelta(minutes=1), 54)],
)
def test_the_default_of_the_warning_follows_a_short_end(
    settings: Settings, expire: float | timedelta, warn: float
) -> None:
    settings.SESSION_SECURITY_EXPIRE_AFTER = expire
    assert warn == conf.WARN_AFTER
    assert warn == conf.timeouts.warn_after
    assert conf.problems == {}


@pytest.mark.parametrize(("warn", "expire"), [(600, 540), (600, 600), (10**9, 600)])
def test_a_warning_that_is_too_late_does_not_come(
    settings: Settings, warn: int, expire: int
) -> None:
    settings.SESSION_SECURITY_WARN_AFTER = warn
    settings.SESSION_SECURITY_EXPIRE_AFTER = expire
    assert conf.timeouts == Timeouts(expire, expire)
    assert conf.problems == {}


# What is used in the place of what can't be, by setting.
IN_ITS_PLACE: list[tuple[str, object, object]] = [
    ("EXPIRE_AFTER", "300", 300),
    ("EXPIRE_AFTER", "5 minutes", 600),
    ("EXPIRE_AFTER", "-5", 600),
    ("EXPIRE_AFTER", "inf", 600),
    ("EXPIRE_AFTER", 0, 600),
    ("EXPIRE_AFTER", -1, 600),
    ("EXPIRE_AFTER", True, 600),
    ("EXPIRE_AFTER", None, 600),
    ("EXPIRE_AFTER", math.inf, 600),
    ("WARN_AFTER", "300", 300),
    ("WARN_AFTER", 0, 540),
    ("WARN_AFTER", None, 540),
    ("MAX_AGE", "43200", 43_200),
    ("MAX_AGE", "12 h", 6600),
    ("MAX_AGE", 0, 6600),
    ("MAX_AGE", True, 6600),
    ("KEPT_POST_AGE", "60", 60),
    ("KEPT_POST_AGE", 0, 0),
    ("KEPT_POST_AGE", None, 0),
    ("KEPT_POST_SIZE", "1024", 1024),
    ("KEPT_POST_SIZE", -1, 0),
    ("KEPT_POST_SIZE", None, 0),
    ("COUNT_FETCH", "False", False),
    ("COUNT_FETCH", None, False),
    ("REQUIRE_CONFIRM", "yes", True),
    ("REDIRECT_TO_LOGOUT", 1, True),
    ("PASSIVE_URLS", "/poll/", ["/poll/"]),
    ("PASSIVE_URLS", None, []),
    ("PASSIVE_URL_NAMES", b"poll", [b"poll"]),
    ("PASSIVE_URL_NAMES", iter(["poll"]), ["poll"]),
    ("ON_EXPIRE", "reload", "auto"),
    ("LOGOUT_URL", None, "logout"),
    ("BASE_TEMPLATE", None, "session_security/page.html"),
    ("BASE_TEMPLATE", "no/such.html", "session_security/page.html"),
    ("BASE_TEMPLATE", "session_security", "session_security/page.html"),  # a folder
    ("BASE_TEMPLATE", "\0", "session_security/page.html"),
    ("TIMEOUTS", "no.such.module", None),
    ("TIMEOUTS", 600, None),
]


@pytest.mark.parametrize(
    ("name", "value", "used"), IN_ITS_PLACE, ids=lambda value: repr(value)[:16]
)
def test_what_can_not_be_used_is_logged_once_and_replaced(
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    name: str,
    value: object,
    used: object,
) -> None:
    setattr(settings, PREFIX + name, value)
    for _ in range(2):
        conf.read_all()
        assert getattr(conf, name) == used
    [record] = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == conf.problems[name]
    assert record.getMessage().startswith(PREFIX + name)
    assert record.getMessage().endswith(f"In its place, {getattr(conf, name)!r} is used.")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "value", [[], ["a"], ("a", "b"), {"a"}, frozenset({"a"}), {"a": 1}, [reverse_lazy("home")]]
)
def test_a_list_is_any_collection(settings: Settings, name: str, value: object) -> None:
    setattr(settings, PREFIX + name, value)
    assert getattr(conf, name) is value


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("value", ["/poll/", 5, None, True, iter([])], ids=lambda v: str(type(v)))
def test_a_list_is_no_string_and_nothing_that_can_be_read_but_once(
    settings: Settings, name: str, value: object
) -> None:
    setattr(settings, PREFIX + name, value)
    assert wrong(name).startswith(f"SESSION_SECURITY_{name} must be a list, not ")


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_true_or_false(settings: Settings, name: str) -> None:
    for switch in (True, False):
        setattr(settings, PREFIX + name, switch)
        assert getattr(conf, name) is switch
    value: object
    for value in (None, 0, 1, "no", "False", []):
        setattr(settings, PREFIX + name, value)
        words = f"SESSION_SECURITY_{name} must be True or False, not {value!r}."
        assert wrong(name).startswith(words)


@pytest.mark.parametrize("value", ["auto", "leave", "lock"])
def test_what_happens_at_the_end_is_one_of_three(settings: Settings, value: str) -> None:
    settings.SESSION_SECURITY_ON_EXPIRE = value
    assert value == conf.ON_EXPIRE


@pytest.mark.parametrize("value", ["", "Auto", "reload", None, True, ["auto"]], ids=repr)
def test_what_happens_at_the_end_is_nothing_else(settings: Settings, value: object) -> None:
    settings.SESSION_SECURITY_ON_EXPIRE = value
    words = f"SESSION_SECURITY_ON_EXPIRE must be one of auto, leave, lock, not {value!r}."
    assert wrong("ON_EXPIRE").startswith(words)


@pytest.mark.parametrize("value", [None, True, 5, ["logout"], b"logout"], ids=repr)
def test_the_logout_url_is_a_string(settings: Settings, value: object) -> None:
    settings.SESSION_SECURITY_LOGOUT_URL = value
    assert wrong("LOGOUT_URL").startswith("SESSION_SECURITY_LOGOUT_URL must be")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("logout", "/logout/"),
        ("monitor:poll", "/monitor/poll/"),
        ("/bye/", "/bye/"),
        (reverse_lazy("leave"), "/leave/"),
        ("no_such_view", ""),
        ("", ""),
    ],
)
def test_the_logout_url_is_a_name_or_a_path(settings: Settings, value: object, path: str) -> None:
    settings.SESSION_SECURITY_LOGOUT_URL = value
    assert conf.logout_path == path


@pytest.mark.parametrize("value", [0, 1, 65_536, 10**9])
def test_a_size_is_a_number_of_bytes(settings: Settings, value: int) -> None:
    settings.SESSION_SECURITY_KEPT_POST_SIZE = value
    assert value == conf.KEPT_POST_SIZE


@pytest.mark.parametrize("value", [-1, 1.0, True, False, None, "64", math.inf], ids=repr)
def test_a_size_is_nothing_else(settings: Settings, value: object) -> None:
    settings.SESSION_SECURITY_KEPT_POST_SIZE = value
    words = f"SESSION_SECURITY_KEPT_POST_SIZE must be a whole number from 0 up, not {value!r}."
    assert wrong("KEPT_POST_SIZE").startswith(words)


@pytest.mark.parametrize("value", ["tests.neighbours.short_for_bob", short_for_bob], ids=type)
def test_timeouts_are_a_callable_or_the_path_to_one(settings: Settings, value: object) -> None:
    settings.SESSION_SECURITY_TIMEOUTS = value
    assert conf.TIMEOUTS is short_for_bob


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "can't be imported"),
        ("short_for_bob", "can't be imported"),
        ("tests.neighbours.no_such_name", "can't be imported"),
        ("no.such.module", "can't be imported"),
        ("tests.settings.MIDDLEWARE", "must be a callable"),
        (Timeouts(540, 600), "must be a callable"),
        (600, "must be a callable"),
        ({}, "must be a callable"),
    ],
    ids=lambda value: repr(value)[:32],
)
def test_timeouts_are_nothing_else(settings: Settings, value: object, says: str) -> None:
    settings.SESSION_SECURITY_TIMEOUTS = value
    assert wrong("TIMEOUTS").startswith(f"SESSION_SECURITY_TIMEOUTS {says}")


def test_settings_are_read_when_they_are_used() -> None:
    """Defect of 2.6.8: override_settings has no effect."""
    request = RequestFactory().get("/")
    for end in (1000, 2000):
        with override_settings(SESSION_SECURITY_EXPIRE_AFTER=end):
            assert end == conf.EXPIRE_AFTER
            assert conf.timeouts.expire_after == end
            assert conf.timeouts_for(request).expire_after == end
    assert conf.EXPIRE_AFTER == 600


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_setting_is_documented(name: str) -> None:
    reference = "".join(
        path.read_text() for path in sorted((ROOT / "docs" / "reference").rglob("*.md"))
    )
    assert PREFIX + name in reference


@pytest.mark.parametrize("name", sorted(STANDARDS))
def test_a_profile_gives_the_defaults_of_the_times(settings: Settings, name: str) -> None:
    settings.SESSION_SECURITY_PROFILE = name
    idle, overall, _ = STANDARDS[name]
    assert (idle, overall) == (conf.EXPIRE_AFTER, conf.MAX_AGE)
    assert 90 <= idle - conf.WARN_AFTER <= 120


def test_shorter_times_than_those_of_the_profile_stay(settings: Settings) -> None:
    settings.SESSION_SECURITY_PROFILE = "nist-aal2"
    settings.SESSION_SECURITY_EXPIRE_AFTER = 300
    settings.SESSION_SECURITY_MAX_AGE = 7200
    assert conf.timeouts == Timeouts(270, 300, 7200)


def test_an_absolute_limit_that_is_no_time_is_that_of_the_profile(settings: Settings) -> None:
    settings.SESSION_SECURITY_PROFILE = "nist-aal3"
    settings.SESSION_SECURITY_MAX_AGE = "a day"
    assert conf.MAX_AGE == 43_200


@pytest.mark.parametrize("value", ["nist", "", 2, ["hipaa"]], ids=repr)
def test_a_profile_that_nobody_knows_gives_no_times(settings: Settings, value: object) -> None:
    settings.SESSION_SECURITY_PROFILE = value
    assert "must be None or one of nist-aal2, " in wrong("PROFILE")
    assert conf.timeouts == Timeouts(540, 600)


def test_the_docs_have_the_figures_of_each_profile() -> None:
    text = (ROOT / "docs" / "reference" / "settings.md").read_text()
    for name, (idle, overall, clause) in STANDARDS.items():
        row = next(line for line in text.splitlines() if line.startswith(f'| `"{name}"` |'))
        minutes = f"{idle / 60:g} minutes" if idle < 3600 else "1 hour"
        hours = "" if overall is None else f" {overall / 3600:g} hours"
        assert row == f'| `"{name}"` | {minutes} |{hours} | {clause} |'


def test_what_is_on_the_request_can_be_copied() -> None:
    security = SessionSecurity(conf.anonymous)
    security.on_expire = "lock"
    for copied in (copy(security), deepcopy(security)):
        assert (copied.status, copied.on_expire) == (conf.anonymous, "lock")
        assert copied.reason is Reason.ANONYMOUS
