"""What is different from one package to the other, and what the docs say about it."""

import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.ecosystem.secret import SECRET
from tests.ecosystem.site import Visit

HERE = Path(__file__).parent


def by_password(world: Visit, page: Page) -> None:
    """Sign in by a form with a name and a password."""
    page.locator("[name=username]").fill("demo")
    page.locator("[name=password]").fill("demo")
    page.locator("[name=password]").press("Enter")
    page.wait_for_load_state()
    world.settle()


def by_code(name: str, password: str, code: str) -> Callable[[Visit, Page], None]:
    """Sign in by a password and a code of the time (TOTP), in fields of these names."""

    def sign_in(world: Visit, page: Page) -> None:
        world.advance(60, step=60)  # no code is accepted twice
        page.locator(f"[name={name}]").fill("demo")
        page.locator(f"[name={password}]").fill("demo")
        page.locator(f"[name={password}]").press("Enter")
        page.locator(f"[name={code}]").fill(totp(world.site.time()))
        page.locator(f"[name={code}]").press("Enter")
        expect(page.locator(f"[name={code}]")).to_have_count(0)
        world.settle()

    return sign_in


def totp(now: float) -> str:
    """The code of RFC 6238 at a time, for the secret of the users of these sites."""
    digest = hmac.digest(SECRET, struct.pack(">Q", int(now) // 30), "sha1")
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


@dataclass(frozen=True)
class Journey:
    """One site, and what people do there."""

    title: str
    packages: tuple[str, ...]  # as the package index calls them; the first gives its version
    to_do: str = "Nothing."
    limits: str = ""
    form: str = "/form/"  # the page with a form
    field: str = "[name=name]"  # a text field there
    save: str = "form:has([name=name]) button"  # sends it
    saved: str = "text=The text"  # what shows it afterwards
    login: str = "/login/"  # where a page goes when it is left
    sign_in: Callable[[Visit, Page], None] = by_password
    poll: str = "/poll/"  # what scripts ask for
    says_why: bool = True  # whether the page after the end shows messages
    pages: tuple[str, ...] = ()  # the package's own, to be looked at
    link: str = "#next"  # leads elsewhere on the site
    store: bool = False  # whether it needs Valkey
    noise: tuple[str, ...] = ()  # what its own scripts write to the console


def journeys() -> dict[str, Journey]:
    """All of them, in the order of the documentation."""
    order = (HERE / "order.txt").read_text().split()
    return {name: import_module(f"tests.ecosystem.{name}.journey").JOURNEY for name in order}
