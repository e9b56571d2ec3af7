"""A page belongs to the user it was made for."""

from tests.browser.expecting import expect
from tests.browser.world import World, act_by_key, expect_quiet, expect_signed_out


def test_a_sign_out_elsewhere_reloads_within_two_seconds(world: World) -> None:
    page = world.sign_in()
    other = world.open()
    other.locator("#sign-out").click()
    world.settle()
    expect_quiet(page)
    world.front(page)
    world.advance(2.5)
    expect_signed_out(world, page)


def test_a_navigation_elsewhere_is_no_sign_out(world: World) -> None:
    page = world.sign_in()
    other = world.open()
    world.front(page)
    with world.counted() as pings:
        other.goto(f"{world.url}/form/")
        world.advance(5)
    assert pings == []
    expect_quiet(page)


def test_a_tab_closed_elsewhere_is_asked_about_once(world: World) -> None:
    page = world.sign_in()
    other = world.open()
    with world.counted() as pings:
        other.close()
        world.front(page)
        world.advance(5)
    assert len(pings) <= 1
    expect_quiet(page)


def test_another_user_elsewhere_makes_this_page_theirs(world: World) -> None:
    page = world.sign_in()
    other = world.open()
    other.locator("#sign-out").click()
    other.goto(f"{world.url}/login/?next=/records/")
    world.advance(1)  # no two sign-ins are at the same moment
    world.fill_in_login(other, "other")
    expect(other.locator(".who span")).to_have_text("other")
    world.front(page)
    world.advance(2.5)
    expect(page.locator(".who span")).to_have_text("other")
    expect_quiet(page)


def test_the_old_users_page_extends_nothing_of_the_new_ones(world: World) -> None:
    page = world.sign_in()
    world.advance(1)
    world.hold()  # the old page hears nothing from the server
    world.give_cookie("other")
    for _ in range(4):
        world.advance(5, step=2.5)
        act_by_key(page)
    world.context.route("**/records/", lambda route: route.abort())  # a page view is an act
    world.release()
    world.advance(1)
    assert max_idle() >= 20
    world.context.unroute("**/records/")


def max_idle() -> float:
    from datetime import UTC, datetime

    from django.contrib.auth import SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    from session_security.sessions import times

    pk = str(get_user_model().objects.get(username="other").pk)
    for row in Session.objects.all():
        store = SessionStore(row.session_key)
        if store.get(SESSION_KEY) == pk:
            last = times.last_activity(store)
            assert last
            return (datetime.now(UTC) - last).total_seconds()
    return -1.0
