"""What begins and ends sessions, here and elsewhere."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Error

from tests.browser.model.steps.base import Step
from tests.browser.model.truth import Broken, State
from tests.browser.scripts import function

if TYPE_CHECKING:
    from tests.browser.model.stage import Stage
    from tests.browser.model.tab import Tab

FILL_IN_LOGIN = function("model/page/forms.js", "fillInLogin")
SIGN_OUT = function("model/page/forms.js", "signOut")


class SignOut(Step):
    """The person signs out, in the tab in front."""

    name = "sign out"
    weight = 2

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        front, ours = stage.front, stage.ours
        return (
            front.private
            and not front.covered
            and front.user == ours.user
            and stage.network.connected
            and ours.state is State.IN
            and front.loaded >= ours.signed_in  # or its CSRF token is an old one
        )

    def do(self, stage: Stage, tab: Tab) -> str:
        front = stage.front
        with stage.hand(front):
            with suppress(Error):
                front.page.evaluate(SIGN_OUT)
            stage.await_page(front)
        stage.ours.end()
        stage.signed_out_at = stage.now
        if len(stage.tabs) > 1:
            stage.seen.add("sign-out elsewhere")
        return f"sign out in {front.name}"


class Delete(Step):
    """The session is deleted on the server."""

    name = "delete the session"
    weight = 1

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return stage.ours.state is State.IN

    def do(self, stage: Stage, tab: Tab) -> str:
        Session.objects.filter(pk=stage.key).delete()
        stage.ours.end()
        stage.seen.add("sign-out elsewhere")
        return "the session is deleted on the server"


class SignIn(Step):
    """The same user signs in again, in the tab in front."""

    name = "sign in"
    weight = 30
    always = True

    username: ClassVar[str] = "demo"

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return stage.ours.state is State.OUT and stage.network.connected

    def do(self, stage: Stage, tab: Tab) -> str:
        front = stage.front
        stage.visit(front, lambda: front.page.goto(f"{stage.url}/login/"))
        if front.path != "/login/" or not stage.network.connected:
            return "try to sign in"
        with stage.hand(front):
            with suppress(Error):
                front.page.evaluate(FILL_IN_LOGIN, self.username)
            stage.await_page(front)
            stage.sign_in(self.username)
        if front.user != self.username:
            raise Broken(f"{self.username} can't sign in: {front.report}")
        return f"sign in as {self.username} in {front.name}"


class SignInAsAnother(SignIn):
    """Another user does."""

    name = "sign in as another"
    weight = 4
    always = False

    username = "other"


class VisitElsewhere(Step):
    """The same user opens a page in another browser, or signs in there."""

    name = "visit elsewhere"
    weight = 1

    def do(self, stage: Stage, tab: Tab) -> str:
        if stage.elsewhere is None:
            stage.elsewhere = Client(headers={"X-Browser": "theirs"})
        if stage.theirs.state is State.OUT:
            stage.elsewhere.force_login(get_user_model().objects.get(username="demo"))
            stage.theirs.sign_in(stage.now, "demo")
            return "the user signs in in another browser, too"
        served = stage.elsewhere.get("/records/").status_code == 200
        if served:
            stage.theirs.visits(stage.now)
        elif stage.theirs.state is State.IN:
            raise Broken("The other browser was not served.")
        else:
            stage.theirs.end()
        return "the user opens a page in another browser"


class SignOutElsewhere(Step):
    """The user signs out in the other browser."""

    name = "sign out elsewhere"
    weight = 3

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return stage.elsewhere is not None and stage.theirs.state is not State.OUT

    def do(self, stage: Stage, tab: Tab) -> str:
        assert stage.elsewhere
        stage.elsewhere.post("/logout/")
        stage.theirs.end()
        stage.seen.add("sign-out elsewhere")
        return "the user signs out in another browser"
