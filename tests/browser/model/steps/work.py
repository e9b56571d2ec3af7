"""What the person does with work that must not be lost, and with the dialogs over it."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import Error

from example.models import Order
from tests.browser.model.limits import EXPIRE_AFTER, WARN_AFTER
from tests.browser.model.site import Witness, gate
from tests.browser.model.steps.base import Step
from tests.browser.model.steps.person import expect_typed, make, told
from tests.browser.model.truth import Broken, Kept, State
from tests.browser.scripts import function

if TYPE_CHECKING:
    from tests.browser.model.stage import Stage
    from tests.browser.model.tab import Tab

GUARD = function("model/page/forms.js", "guard")
KEPT_TEXT = function("model/page/forms.js", "keptText")
STANDS_OUT = function("model/page/forms.js", "standsOut")
FORM, KEPT = "/form/", "/session_security/kept/"
# What each key writes where a text has the focus.
KEYS = {"Enter": "\n", "Space": " ", "Escape": ""}


@dataclass
class Press(Step):
    """The person presses a key that may work something, wherever the focus is."""

    name = "press"
    weight = 12

    kind: str = ""

    def draw(self, dice: random.Random) -> None:
        self.kind = dice.choice(list(KEYS))

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        # In the page itself, what sends its form has steps of its own.
        return bool(stage.front.user) and stage.front.report["focus"] != "save"

    def do(self, stage: Stage, tab: Tab) -> str:
        front, seen = stage.front, len(Witness.log)
        where = "the cover" if front.covered else "the warning" if front.warned else "the page"
        stage.seen.add(f"key on {where}")
        written = KEYS[self.kind] if front.report["focus"] == "id_symptoms" else ""
        effect = expect_typed(stage, lambda page, _: page.keyboard.press(self.kind), written)
        stage.adopt_opened(seen)
        return told(f"press {self.kind} on {where}", front, effect)


class Click(Step):
    """The person clicks what stands out in the dialog over the page."""

    name = "click what stands out"
    weight = 16

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return bool(stage.front.user) and (stage.front.covered or stage.front.warned)

    def do(self, stage: Stage, tab: Tab) -> str:
        front, seen = stage.front, len(Witness.log)
        stage.seen.add(f"click on {'the cover' if front.covered else 'the warning'}")
        place = front.page.evaluate(STANDS_OUT)
        words = f"click {place['name']!r}"

        def click() -> None:
            front.page.mouse.click(place["x"], place["y"])

        def leave() -> None:
            click()
            stage.await_page(front)

        if place["leaves"] and not front.work:
            stage.visit(front, leave)
            return f"{words} in {front.name}"
        effect = make(stage, front, lambda page, _: click())
        stage.adopt_opened(seen)
        return told(words, front, effect)


@dataclass
class Leave(Step):
    """The person leaves a covered page by its button, and says so again if there is work in it."""

    name = "leave"
    weight = 8

    stays: bool = False  # when asked

    def draw(self, dice: random.Random) -> None:
        self.stays = dice.random() < 0.6

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return stage.front.covered and bool(stage.front.report["leave"])

    def do(self, stage: Stage, tab: Tab) -> str:
        front = stage.front
        if not front.work:
            stage.visit(front, lambda: press(stage, front, "leave"))
            return f"leave {front.name}"
        press(stage, front, "leave", leads=False)
        stage.settle()
        if not front.page.locator("[name=discard]").is_visible():
            raise Broken(f"{front.name} does not ask whether its work may be lost.")
        if self.stays:
            press(stage, front, "back", leads=False)
            stage.seen.add("stay with the work")
            return f"leave {front.name}, but stay when asked"
        doc = front.doc
        stage.visit(front, lambda: press(stage, front, "discard"), sends=True)
        front.gone.add(doc)
        stage.seen.add("leave and lose the work")
        return f"leave {front.name} and lose the work"


def press(stage: Stage, tab: Tab, name: str, *, leads: bool = True) -> None:
    """Press a button of the cover by a key."""
    tab.page.locator(f"#session_security_cover [name={name}]").focus()
    tab.page.keyboard.press("Enter")
    if leads:
        stage.await_page(tab)


def is_at_form(stage: Stage) -> bool:
    """Whether the form is in front of the person, who has been there a moment ago."""
    front = stage.front
    return (
        bool(front.user)
        and front.served
        and front.path == FORM
        and not front.covered
        and not front.warned
        and stage.now - stage.felt.sure < WARN_AFTER - 2
    )


class Upload(Step):
    """The person chooses a file."""

    name = "upload"
    weight = 6

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return is_at_form(stage)

    def do(self, stage: Stage, tab: Tab) -> str:
        front = stage.front
        name = f"scan-{stage.moves}.txt"

        def choose() -> None:
            with front.page.expect_file_chooser() as chooser:
                front.page.locator("#id_file").click()
            chooser.value.set_files({"name": name, "mimeType": "text/plain", "buffer": b"scan"})

        make(stage, front, lambda page, _: choose())
        if front.report["file"] != name:
            raise Broken(f"{front.name} has the file {front.report['file']!r}, not {name!r}.")
        front.holds(front.typed, name)
        stage.seen.add(self.name)
        return f"choose the file {name} in {front.name}"


@dataclass
class Save(Step):
    """The person sends the form."""

    name = "save"
    weight = 8

    stays: bool = False  # if the site's own prompt asks

    def draw(self, dice: random.Random) -> None:
        self.stays = dice.random() < 0.5

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        front, ours = stage.front, stage.ours
        return (
            is_at_form(stage)
            and "x" in front.typed
            and front.user == ours.user
            and ours.state is State.IN
            and front.loaded >= ours.signed_in
            and stage.network.connected
        )

    def do(self, stage: Stage, tab: Tab) -> str:
        front = stage.front
        doc, text = front.doc, front.typed

        def send() -> None:
            front.page.locator("#save").click(no_wait_after=True)
            stage.await_page(front)

        stage.visit(front, send, stays=self.stays, sends=True)
        if front.doc == doc:
            return f"save in {front.name}, but stay when asked"
        front.gone.add(doc)
        stage.orders.append(bare(text))
        stage.seen.add(self.name)
        return f"save in {front.name}"


def bare(text: str) -> str:
    """A text as the site keeps it, without the white space that it takes off or changes."""
    return "".join(text.split())


class Guard(Step):
    """The site's own script will ask before the page in front is left."""

    name = "guard"
    weight = 4

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return bool(stage.front.user) and stage.front.served and not stage.front.guarded

    def do(self, stage: Stage, tab: Tab) -> str:
        front = stage.front
        front.page.evaluate(GUARD)
        front.stays = stage.moves % 3 > 0
        return f"the site will ask before {front.name} is left" + (
            ", and the person will stay" if front.stays else ""
        )


@dataclass
class Confirm(Step):
    """A script of the site asks the person something."""

    name = "confirm"
    weight = 2

    stays: bool = False  # the answer is no

    def draw(self, dice: random.Random) -> None:
        self.stays = dice.random() < 0.5

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return stage.front.served

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.stays = self.stays
        answer = stage.front.page.evaluate("confirm('Sure?')")
        assert answer is not self.stays
        return f"a script of {stage.front.name} asks, and is told {'yes' if answer else 'no'}"


class PostLate(Step):
    """The machine sleeps across the end, and a page without any script sends its form."""

    name = "send too late"
    weight = 4

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        # Of a session that is ended in the meantime, nobody could tell whose it was.
        is_in = stage.ours.state is State.IN and not stage.writing
        return is_in and stage.network.connected and not stage.network.delayed

    def do(self, stage: Stage, tab: Tab) -> str:
        user, text = stage.ours.user, f"too late, {stage.moves}"
        stage.sleep(stage.ours.latest + EXPIRE_AFTER - stage.now + 0.5)
        context = stage.context
        [token] = [one["value"] for one in context.cookies() if one["name"] == "csrftoken"]
        fields = {**FIELDS, "symptoms": text, "csrfmiddlewaretoken": token}
        headers = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
        answer = context.request.post(
            stage.url + FORM,
            form=fields,
            headers={**headers, "Accept": "text/html"},
            max_redirects=0,
        )
        if KEPT not in answer.headers.get("location", ""):
            raise Broken(f"A form that came too late was not kept: {answer.status}")
        stage.kept = Kept(user, text, stage.now)
        stage.seen.add("form kept")
        return "sleep across the end, and send a form from a page without scripts"


FIELDS: dict[str, str | float | bool] = {
    "patient": "P-204817",
    "ward": "surgery",
    "sample": "blood",
    "collected_on": "2030-01-15",
    "priority": "routine",
}


@dataclass
class SendAgain(Step):
    """The person sends a form again that came too late, by one press or two."""

    name = "send again"
    weight = 30
    always = True

    presses: int = 1

    def draw(self, dice: random.Random) -> None:
        self.presses = dice.choice([1, 2])

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        front = stage.front
        return (
            front.served
            and front.path == KEPT
            and not front.covered
            and not front.warned
            and front.report["sendable"]
            and stage.network.connected
            and stage.ours.state is State.IN
            and front.loaded >= stage.ours.signed_in
        )

    def do(self, stage: Stage, tab: Tab) -> str:
        front, kept = stage.front, stage.kept
        text = front.page.evaluate(KEPT_TEXT)
        before = Order.objects.count()
        send = send_twice if self.presses == 2 else send_once
        stage.visit(front, lambda: send(stage, front))
        arrived = Order.objects.count() - before
        is_due = kept and kept.text == text and stage.awaits(kept)
        if arrived > 1 or (is_due and not arrived):
            raise Broken(f"What was sent again arrived {arrived} times.")
        stage.orders += [bare(text)] * arrived
        stage.kept = None
        stage.seen.add("sent again" if self.presses == 1 else "sent again by two presses")
        stage.visit(front, lambda: front.page.goto(stage.url + FORM))
        return f"send again in {front.name}, by {self.presses} press(es)"


SEND_AGAIN = "document.querySelector('main form button').click()"


def send_once(stage: Stage, tab: Tab) -> None:
    tab.page.evaluate(SEND_AGAIN)
    stage.await_page(tab)


def send_twice(stage: Stage, tab: Tab) -> None:
    """The second press comes before the answer to the first."""
    seen = len(Witness.log)
    gate.clear()
    try:
        for number, path in enumerate((FORM, KEPT)):
            with suppress(Error):
                tab.page.evaluate(SEND_AGAIN)
            for _ in range(300):
                came = [served.path for served in Witness.log[seen:]]
                if came.count(path) > number:
                    break
                tab.page.wait_for_timeout(5)
    finally:
        gate.set()
    stage.await_page(tab)
    for _ in range(300):
        if all(served.status for served in Witness.log[seen:]):
            return
        tab.page.wait_for_timeout(5)
