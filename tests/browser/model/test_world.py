"""Both promises hold whatever happens, in whatever order: a model of the whole.

How the model is built is said in ``__init__.py``, and why in docs/explanation/model.md.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.auth import get_user_model
from django.test import override_settings
from playwright.sync_api import Browser, BrowserType
from pytest_django.live_server_helper import LiveServer

from tests.browser.model.limits import EXPIRE_AFTER, FIRST, SCHEDULES, WARN_AFTER
from tests.browser.model.play import play, shrink
from tests.browser.model.schedule import Schedule, draw, draw_steps

# In how many of the first schedules something must have happened, or they prove too little.
REACHED = {
    "warning": 25,
    "extension": 10,
    "expiry by time": 20,
    "expiry while offline": 3,
    "sleep across the end": 3,
    "back/forward cache": 2,
    "daylight saving": 8,
    "ping lost": 2,
    "ping late": 1,
    "ping duplicated": 3,
    "answer lost": 2,
    "answer late": 2,
    "frozen and thawed": 3,
    "lock with unsaved input": 2,
    "sign-out elsewhere": 4,
    "server restarted": 1,
    "clock set": 5,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each seed."""
    if "schedule" not in metafunc.fixturenames:
        return
    option = metafunc.config.getoption
    first, number = option("--seed", FIRST), option("--schedules", SCHEDULES)
    drawn = [draw(seed) for seed in range(first, first + number)]
    if replay := option("--replay", None):
        drawn = [Schedule.load(replay)]
    metafunc.parametrize("schedule", drawn, ids=[str(schedule.seed) for schedule in drawn])


@pytest.fixture(scope="module")
def browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """A browser with its back/forward cache, and that loads no page of its own accord."""
    arguments = browser_type_launch_args["args"]
    browser_type_launch_args["args"] = [*arguments, "--disable-auto-reload"]
    browser = browser_type.launch(
        **browser_type_launch_args, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def live_server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """The site with a witness, and without the monitor, which asks the server all the time."""
    static = tmp_path_factory.mktemp("static")
    (static / "example").mkdir()
    (static / "example" / "monitor.js").touch()
    with override_settings(
        MIDDLEWARE=[*site.MIDDLEWARE, "tests.browser.model.site.Witness"],
        ROOT_URLCONF="tests.browser.model.site",
        STATICFILES_DIRS=[static, *site.STATICFILES_DIRS],
        SESSION_SECURITY_EXPIRE_AFTER=EXPIRE_AFTER,
        SESSION_SECURITY_WARN_AFTER=WARN_AFTER,
    ):
        server = LiveServer("localhost")
        yield server
        server.stop()


def test_both_promises_hold(
    schedule: Schedule, browser: Browser, live_server: LiveServer, reached: Counter[str]
) -> None:
    for username in ("demo", "other"):
        get_user_model().objects.create_superuser(username, password=username)
    played = play(schedule, browser, live_server.url)
    reached.update(["schedules", *played.seen])
    reached["steps"] += len(played.schedule.steps or [])
    reached["moments"] += played.moments
    if not played.broken:
        return
    shortest = shrink(played, lambda shorter: play(shorter, browser, live_server.url))
    pytest.fail(
        f"{shortest.broken}\n\n{shortest}\n\n"
        f"The first to break was seed {schedule.seed}: {played.broken}\n"
        f"Again, as drawn:  make world SCHEDULES=1 SEED={schedule.seed}\n"
        f"Again, as short:  make world REPLAY='{shortest.schedule.dump()}'",
        pytrace=False,
    )


def test_the_schedules_have_been_everywhere(
    reached: Counter[str], pytestconfig: pytest.Config
) -> None:
    if reached["schedules"] < SCHEDULES or pytestconfig.getoption("--seed", FIRST) != FIRST:
        pytest.skip(f"It is the first {SCHEDULES} schedules that must.")
    missed = {what: reached[what] for what, least in REACHED.items() if reached[what] < least}
    assert not missed


@pytest.mark.parametrize("seed", range(5))
def test_a_schedule_is_replayed_as_it_was_drawn(seed: int) -> None:
    schedule = draw(seed)
    schedule.steps = list(draw_steps(seed, lambda kind: True))
    assert Schedule.load(schedule.dump()) == schedule
