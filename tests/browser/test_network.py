"""A network that fails puts nobody out; it keeps no page readable either."""

from itertools import pairwise

import pytest
from playwright.sync_api import Route

from tests.browser.expecting import expect
from tests.browser.scripts import function
from tests.browser.world import (
    World,
    act_by_key,
    cover,
    events,
    expect_covered,
    expect_quiet,
    expect_signed_out,
    expect_warned,
    warning,
)


def test_one_failed_ping_changes_nothing(world: World) -> None:
    page = world.sign_in()
    failed: list[Route] = []

    def once(route: Route) -> None:
        failed.append(route)
        if len(failed) == 1:
            route.abort()
        else:
            route.continue_()

    world.answer_pings(once)
    world.advance(15, step=5)
    act_by_key(page)
    world.advance(5)
    assert len(failed) == 2
    expect_quiet(page)
    world.advance(20)
    expect_quiet(page)
    assert 20 < world.server_idle < 28


def test_failed_pings_are_tried_again_with_growing_pauses(world: World) -> None:
    page = world.sign_in(path="/form/")
    world.cut()
    times: list[float] = []
    elapsed = 0.0
    act_by_key(page)
    for _ in range(240):
        before = len(world.pings)
        world.advance(0.5)
        elapsed += 0.5
        times += [elapsed] * (len(world.pings) - before)
        if elapsed % 10 == 0:
            act_by_key(page)
    pauses = [b - a for a, b in pairwise(times)]
    assert pauses[:3] == [1, 2, 3]
    # Up to 30 s, but no more than a twentieth of the idle timeout.
    assert all(pause == 3 for pause in pauses[3:])


def test_an_active_user_stays_through_a_broken_network(world: World) -> None:
    page = world.sign_in(path="/form/")
    world.cut()
    for _ in range(5):
        world.advance(10, step=2.5)
        act_by_key(page)
        expect(cover(page)).not_to_be_visible()
    world.mend()
    world.advance(9)
    expect_quiet(page)
    assert world.server_idle < 10
    world.advance(29, step=5)
    expect(page).to_have_url(f"{world.url}/form/")


def test_who_acts_without_a_network_is_not_covered_for_turning_away_and_back(world: World) -> None:
    page = world.sign_in(path="/form/")
    elsewhere = world.open("/")
    world.front(page)
    world.cut()
    world.advance(13)
    act_by_key(page)
    for _ in range(3):
        world.front(elsewhere)
        world.advance(3)
        world.front(page)
        act_by_key(page)
        expect_quiet(page)
        world.advance(3)
        expect_quiet(page)


def test_who_is_idle_without_a_network_is_warned_all_the_same(world: World) -> None:
    page = world.sign_in()
    world.cut()
    world.advance(45)
    expect_warned(page)


def test_at_the_deadline_without_a_network_the_page_is_covered_and_kept(world: World) -> None:
    page = world.sign_in()
    world.cut()
    world.advance(59)
    expect(cover(page)).not_to_be_visible()
    world.advance(2)
    expect_covered(page)
    world.advance(120, step=10)
    expect_covered(page)
    expect(page).to_have_url(f"{world.url}/records/")
    assert "expire" not in " ".join(events(page))


def test_uncovered_when_the_server_says_alive(world: World) -> None:
    page = world.sign_in()
    world.cut()
    world.advance(55, step=2.5)
    # Another page of the same session acts, and its requests get through.
    world.context.request.get(f"{world.url}/records/")
    world.advance(6)
    expect_covered(page)
    world.mend()
    world.advance(15)
    expect_quiet(page)
    expect(page).to_have_url(f"{world.url}/records/")
    assert "expire" not in " ".join(events(page))


def test_left_when_the_server_says_expired(world: World) -> None:
    page = world.sign_in()
    world.cut()
    world.advance(80, step=5)
    expect_covered(page)
    world.mend()
    world.advance(31)
    expect_signed_out(world, page)


def test_the_network_coming_back_is_noticed_at_once(world: World) -> None:
    page = world.sign_in()
    world.cut()
    world.advance(200, step=10)
    expect_covered(page)
    world.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect_signed_out(world, page)


def test_a_late_answer_takes_nothing_back(world: World) -> None:
    page = world.sign_in()
    world.hold()
    world.advance(31)
    act_by_key(page)
    world.advance(10)
    act_by_key(page)
    world.release()
    expect_quiet(page)
    world.advance(25)
    expect_quiet(page)


def test_an_answer_that_never_comes_is_given_up(world: World) -> None:
    page = world.sign_in()
    world.hold()
    world.advance(20, step=5)
    act_by_key(page)
    world.advance(28, step=2)
    held = len(world.held)
    assert held >= 1
    act_by_key(page)
    world.advance(10)
    assert len(world.held) > held
    expect_quiet(page)


def test_a_late_yes_does_not_outlast_the_deadline(world: World) -> None:
    page = world.sign_in()
    world.hold()
    world.advance(32)
    (route,) = world.held
    answer = route.fetch()  # the server says: alive
    world.cut()
    world.sleep(3600)
    expect_covered(page)
    world.held = []
    route.fulfill(response=answer)
    world.settle()
    expect_covered(page)


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "body": '{"detail": "broken"}', "content_type": "application/json"},
        {"status": 500, "body": "<h1>Server Error</h1>", "content_type": "text/html"},
        {"status": 200, "body": "<h1>Sign in to the Wi-Fi</h1>", "content_type": "text/html"},
        {"status": 200, "body": "null", "content_type": "application/json"},
        {"status": 200, "body": '{"state": "active"}', "content_type": "application/json"},
        {"status": 403, "body": "{}", "content_type": "application/json"},
    ],
    ids=["500 json", "500 html", "portal", "null", "no times", "403"],
)
def test_an_answer_that_is_none_is_a_failure(world: World, answer: dict[str, object]) -> None:
    page = world.sign_in(path="/form/")
    world.answer_pings(lambda route: route.fulfill(**answer))  # type: ignore[arg-type]
    act_by_key(page)
    world.advance(20, step=2.5)
    act_by_key(page)
    world.advance(20, step=2.5)
    expect_quiet(page)
    world.mend()
    world.advance(25, step=2.5)
    expect_warned(page)
    act_by_key(page)
    expect(warning(page)).not_to_be_visible()


def test_the_server_is_asked_with_what_an_act_at_the_last_second_says(world: World) -> None:
    page = world.sign_in()
    world.advance(59.5)
    expect_warned(page)
    world.hold()
    act_by_key(page)
    world.advance(0.4)
    world.release()
    expect_quiet(page)
    world.advance(20)
    expect_quiet(page)


def test_a_server_that_does_not_answer_holds_no_warning_back(world: World) -> None:
    """It opens when a third of the time between warning and end is over."""
    page = world.sign_in(path="/form/")
    world.advance(25, step=5)
    world.hold()
    world.advance(15)
    expect_quiet(page)
    world.advance(2)
    expect_warned(page)
    world.release()


def test_an_end_that_is_heard_of_late_may_be_over(world: World) -> None:
    page = world.sign_in()
    world.advance(5)
    loads = len(world.loads)
    page.evaluate(function("page/messages.js", "tellOfOldEnd"))
    world.advance(2)
    expect_quiet(page)
    assert len(world.loads) == loads
