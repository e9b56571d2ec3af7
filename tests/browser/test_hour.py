"""An hour of work in five tabs costs the server little and the user nothing."""

from itertools import cycle

from pytest_django.fixtures import Settings

from tests.browser.world import TURN, World, act_by_key, events, expect_quiet

PAUSES = (7, 19, 11, 25, 14, 8, 22, 16, 10, 23)


def test_five_tabs_in_use_for_an_hour_ask_31_times_at_most(
    world: World, settings: Settings
) -> None:
    settings.SESSION_SECURITY_EXPIRE_AFTER = 600
    settings.SESSION_SECURITY_WARN_AFTER = 540
    tabs = [
        world.sign_in(),
        *(world.open(path) for path in ("/form/", "/frame/", "/records/", "/admin/")),
    ]
    for tab in tabs:  # side by side: what is turned away from reports at once
        tab.evaluate(TURN, "")
    elapsed = 0
    with world.counted() as pings:
        for tab, pause in zip(cycle(tabs), cycle(PAUSES), strict=False):
            world.advance(pause, step=pause)
            elapsed += pause
            if elapsed > 3600:
                break
            act_by_key(tab)
    expect_quiet(*tabs)
    assert [events(tab) for tab in tabs] == [[]] * 5
    assert 0 < len(pings) <= 31
    assert world.server_idle < 150
