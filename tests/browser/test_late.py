"""A form that comes too late, from a browser without JavaScript, arrives after signing in again."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, expect
from pytest_django import Settings

from example.models import Order
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
    expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
    expect(page.locator("main")).to_contain_text("P-204817")
    expect(page.get_by_role("listitem")).to_have_text(["file: rash.jpg"])
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
    world.give_cookie("demo")
    page = world.context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/%2Fevil.example/x/")
    page.locator("[name=note]").fill("of mine")
    world.traveller.shift(62)
    page.get_by_role("button", name="Send").click()
    page.get_by_label("Username").fill("demo")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main")).to_contain_text("of mine")
    page.get_by_role("button", name=pressed).click()
    expect(page.get_by_role("heading", name="//evil.example/x/")).to_be_visible()
    expect(page.locator("output")).to_have_text("of mine" if pressed == "Send again" else "")
    assert [url for url in asked if not url.startswith(f"{world.url}/")] == []
