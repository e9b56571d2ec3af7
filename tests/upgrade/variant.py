"""What a row of the upgrade matrix is: a site as 2.6.8 has it, and a journey through it.

A variant is run in a process of its own, by an interpreter that has either release. So nothing in
this folder may rest on what only this version has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from tests.visitor import FETCH, FORM, NAVIGATION

if TYPE_CHECKING:
    import time_machine

OLD, NEW = "2.6.8", "3"
OURS = "session_security.middleware.SessionSecurityMiddleware"
BY_JQUERY = FETCH | {"X-Requested-With": "XMLHttpRequest"}
OF_PROCESS = {"AUTH_USER_MODEL", "DATABASES", "INSTALLED_APPS"}

# What a journey can find, in the words of the page in the docs.
ANSWERS = "the site answers"
STAYS_BY_PAGES = "opening pages keeps one signed in"
STAYS_BY_REPORTS = "working in a page keeps one signed in"
LEFT_IS_OUT = "whoever has left is signed out"
TELLS_THE_PAGE = "a page that asks too late is told"
COMES_BACK = "signing in again works"
WARNS = "pages have the warning"


class Person:
    """Somebody at a browser with one tab, and what they find."""

    def __init__(
        self, release: str, clock: time_machine.Traveller, limit: float, asgi: bool
    ) -> None:
        from django.test import AsyncClient, Client

        self.release, self.clock, self.limit, self.asgi = release, clock, limit, asgi
        client = AsyncClient if asgi else Client
        self.client: Any = client(raise_request_exception=False)
        self.failures: list[str] = []

    def expect(self, what: str, condition: object) -> None:
        """Write it down, if it is not as it should be."""
        if not condition and what not in self.failures:
            self.failures.append(what)

    def wait(self, seconds: float) -> None:
        self.clock.shift(seconds)

    def open(self, name: str = "page", *args: object) -> Any:
        """A page, by the name of its URL; opening it is an act."""
        return self._send("GET", self._path(name, *args), NAVIGATION)

    def fetch(self, name: str, *args: object) -> Any:
        """What a script of the page requests by itself."""
        return self._send("GET", self._path(name, *args), BY_JQUERY)

    def submit(self, name: str, **fields: object) -> Any:
        """Send a form."""
        return self._send("POST", self._path(name), NAVIGATION, urlencode(fields))

    def sign_in(self, name: str = "alice") -> None:
        """By the login page; it leads to a page."""
        self.submit("login", username=name, password="secret")
        self.open()  # in 2.6.8 the time starts here

    def sees(self, name: str = "page") -> bool:
        """Whether a page shows that one is signed in; opening it is an act."""
        response = self.open(name)
        return response.status_code == 200 and b"Signed in" in response.content

    def report(self, idle: float) -> str:
        """As a page of this release reports: "active" or "expired", or what else was answered."""
        path = self._path("session_security_ping")
        query = f"{path}?idleFor={int(idle)}"
        if self.release == NEW:
            headers = FETCH | {"X-Session-Security": "1"}
            response = self._send("POST", query, headers, f"idleFor={idle}")
            if response.status_code in (200, 401):
                return _state_of(response)
        return _state_of(self._send("GET", query, BY_JQUERY))

    def _path(self, name: str, *args: object) -> str:
        from django.urls import reverse

        return reverse(name, args=args)

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: str = "") -> Any:
        from asgiref.sync import async_to_sync
        from django.conf import settings
        from django.urls import set_script_prefix

        prefix = settings.FORCE_SCRIPT_NAME or ""
        set_script_prefix(f"{prefix}/")  # as a server does; the test client leaves that out
        path = path.removeprefix(prefix)
        send = async_to_sync(self._asend) if self.asgi else self.client.generic
        response = send(method, path, body, FORM, headers=dict(headers))
        self.expect(ANSWERS, response.status_code != 500)
        return response

    async def _asend(self, *args: Any, **kwargs: Any) -> Any:
        return await self.client.generic(*args, **kwargs)


def _state_of(response: Any) -> str:
    try:
        answer = json.loads(response.content)
    except ValueError:
        return f"status {response.status_code}"
    if isinstance(answer, dict):
        return str(answer.get("state", answer))
    return "expired" if answer == "logout" else "active"


class Variant:
    """One site. The docstring says what it has; attributes are what differs from a plain one."""

    settings: Mapping[str, Any] = {}
    templates: Mapping[str, str] = {}
    apps: Sequence[str] = ()
    middleware: str | None = OURS  # None: without
    before: Sequence[str] = ()  # other middleware, before it
    behind: Sequence[str] = ()  # and behind it
    asgi = False

    wrong: ClassVar[Sequence[str]] = ()  # what 2.6.8 does wrong
    differs: ClassVar[Sequence[str]] = ()  # what this version does otherwise, until the site has ..
    do: ClassVar[str] = ""  # .. done this
    cannot: ClassVar[str] = ""  # why there is no way
    says: ClassVar[Sequence[str]] = ()  # the checks that speak, of the unchanged site
    in_browser: ClassVar[str] = ""  # the test that shows what only a browser can

    @property
    def limit(self) -> float:
        """The idle timeout."""
        return float(self.settings.get("SESSION_SECURITY_EXPIRE_AFTER", 600))

    @property
    def is_plain(self) -> bool:
        """Whether it has the apps and the database that all have."""
        return not self.apps and not OF_PROCESS & set(self.settings)

    def urls(self) -> list[Any]:
        """What the site has besides its page, signing in and out, and the app's URLs."""
        return []

    def all_urls(self) -> list[Any]:
        from django.urls import include, path

        from .sites import views

        return [
            *self.urls(),
            path("", views.home, name="home"),
            path("page/", views.page, name="page"),
            path("stock/", views.stock, name="stock"),
            path("accounts/login/", views.SignIn.as_view(), name="login"),
            path("accounts/logout/", views.SignOut.as_view(), name="logout"),
            path("session_security/", include("session_security.urls")),
        ]

    def after(self) -> None:
        """Change what ``do`` says."""
        raise NotImplementedError

    def journey(self, person: Person) -> None:
        """What shows that it works."""
        self.work_and_leave(person)

    def work_and_leave(self, person: Person) -> None:
        """Sign in, open pages, work in one, leave, and come back."""
        person.sign_in()
        self.work(person)
        self.leave(person)

    def work(self, person: Person) -> None:
        """For half an hour and more, with the defaults; the last act is 5 s ago at the end."""
        for _ in range(3):
            person.wait(0.9 * self.limit)
            person.expect(STAYS_BY_PAGES, person.sees())
        person.expect(WARNS, b"session_security_warning" in person.open().content)
        for _ in range(3):
            person.wait(0.9 * self.limit)
            person.expect(STAYS_BY_REPORTS, person.report(self.limit / 60) == "active")
        person.wait(0.95 * self.limit)
        person.expect(STAYS_BY_REPORTS, person.sees())

    def stay_by_script(self, person: Person, name: str, what: str) -> None:
        """A script that asks for ``name`` keeps one signed in; then nobody is there."""
        person.sign_in()
        for _ in range(3):
            person.wait(0.9 * self.limit)
            person.fetch(name)
        person.wait(0.9 * self.limit)
        person.expect(what, person.sees())
        self.leave(person)

    def leave(self, person: Person) -> None:
        """Nobody acts; the page asks at the end, as it always does, and somebody comes later."""
        person.wait(self.limit)
        person.expect(TELLS_THE_PAGE, person.report(self.limit) == "expired")
        person.expect(LEFT_IS_OUT, not person.sees())
        person.sign_in()
        person.expect(COMES_BACK, person.sees())


TEMPLATES = {
    "page.html": """<!doctype html><html lang="en"><title>A page</title>
<body>{% if request.user.is_authenticated %}Signed in{% endif %}
{% include "session_security/all.html" %}</body></html>
""",
    "registration/login.html": """<!doctype html><html lang="en"><title>Sign in</title>
<form method="post">{% csrf_token %}{{ form.as_p }}<button>Sign in</button></form></html>
""",
    "registration/logged_out.html": "<!doctype html><html lang=en><title>Signed out</title></html>",
}
ROOT = Path(__file__).resolve().parents[2]
