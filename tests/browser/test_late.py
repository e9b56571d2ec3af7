"""A form that comes too late, from a browser without JavaScript, arrives after signing in again."""

from threading import Event
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from example.models import Order
from tests.browser import catch_all
from tests.browser.expecting import expect
from tests.browser.test_lock import arrived, fill
from tests.browser.world import NOON, World


@pytest.fixture
def world(browser: Browser, live_server: Any, transactional_db: None) -> Any:
    get_user_model().objects.create_superuser("demo", password="demo")
    with (
        browser.new_context(java_script_enabled=False, base_url=live_server.url) as context,
        time_machine.travel(NOON, tick=False) as traveller,
    ):
        yield World(context, traveller, live_server.url)


def test_without_javascript_a_late_form_is_shown_and_sent_again(world: World) -> None:
    world.give_cookie("demo")
    page = world.context.new_page()
    page.goto("/form/")
    fill(page)
    world.traveller.shift(62)
    page.locator("#save").click()
    page.get_by_label("Username").fill("demo")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
    expect(page.locator("main")).to_contain_text("P-204817")
    expect(page.get_by_role("listitem")).to_have_text(["File: rash.jpg"])
    assert not Order.objects.exists()
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#messages")).to_contain_text("Saved.")
    order = Order.objects.get()
    assert order.attachment == ""
    order.attachment = "rash.jpg"  # files are not kept, and the page says so
    arrived(order)


@pytest.mark.parametrize("pressed", ["Send again", "Discard"])
def test_a_late_form_stays_on_the_site_whatever_its_address(
    world: World, settings: Settings, pressed: str
) -> None:
    """An address that begins with two slashes is another host to a browser."""
    settings.ROOT_URLCONF = "tests.browser.catch_all"
    page = world.context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    late(world, page, "/%2Fevil.example/x/")
    page.get_by_role("button", name=pressed).click()
    expect(page.get_by_role("heading", name="//evil.example/x/")).to_be_visible()
    expect(page.locator("output")).to_have_text("of mine" if pressed == "Send again" else "")
    assert [url for url in asked if not url.startswith(f"{world.url}/")] == []


def late(world: World, page: Page, path: str) -> None:
    """A form sent too late, and its sender signed in again."""
    world.give_cookie("demo")
    page.goto(path)
    page.locator("[name=note]").fill("of mine")
    world.traveller.shift(62)
    page.get_by_role("button", name="Send").click()
    page.get_by_label("Username").fill("demo")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()


def test_two_clicks_send_a_late_form_once(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOT_URLCONF = "tests.browser.catch_all"
    monkeypatch.setattr(catch_all, "received", [])
    monkeypatch.setattr(catch_all, "is_open", Event())
    page = world.context.new_page()
    late(world, page, "/slow/")
    place = page.get_by_role("button", name="Send again").bounding_box()
    assert place
    page.mouse.click(place["x"] + 5, place["y"] + 5)
    for _ in range(100):
        if catch_all.received:
            break
        page.wait_for_timeout(50)
    page.mouse.click(place["x"] + 5, place["y"] + 5)
    expect(page.get_by_role("heading", name="Already sent")).to_be_visible()
    catch_all.is_open.set()
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", name="/slow/")).to_be_visible()
    assert catch_all.received == ["of mine"]


def test_a_press_that_loses_the_connection_can_be_repeated(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOT_URLCONF = "tests.browser.catch_all"
    monkeypatch.setattr(catch_all, "received", [])
    page = world.context.new_page()
    late(world, page, "/far/")
    world.context.set_offline(True)
    page.get_by_role("button", name="Send again").click()
    world.context.set_offline(False)
    page.goto("/session_security/kept/")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("output")).to_have_text("of mine")
    assert catch_all.received == ["of mine"]


def test_the_time_of_a_late_form_is_that_of_its_reader(
    browser: Browser, live_server: Any, transactional_db: None, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "tests.browser.catch_all"
    get_user_model().objects.create_superuser("demo", password="demo")
    with (
        browser.new_context(base_url=live_server.url, timezone_id="America/Bogota") as context,
        time_machine.travel(NOON, tick=False) as traveller,
    ):
        page = context.new_page()
        late(World(context, traveller, live_server.url), page, "/here/")
        expect(page.locator("time[datetime]")).to_have_text("Jan 15, 2030, 7:01 AM")
