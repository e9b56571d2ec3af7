"""What happens to the network and to the server."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.browser.model.network import FAULTS
from tests.browser.model.steps.base import Step

if TYPE_CHECKING:
    from tests.browser.model.stage import Stage
    from tests.browser.model.tab import Tab


@dataclass
class Fail(Step):
    """From now on something is wrong with each ping."""

    name = "fault"
    weight = 5

    kind: str = ""  # what is

    def draw(self, dice: random.Random) -> None:
        self.kind = dice.choice(list(FAULTS))

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return not stage.network.fault

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.network.fail(self.kind)
        return f"from now on pings have this fault: {self.kind}"


class Mend(Step):
    """Pings get through again."""

    name = "mend"
    weight = 12

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return bool(stage.network.fault)

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.network.get_through()
        return "pings get through again, and so does what was held up"


class Duplicate(Step):
    """A ping comes once more."""

    name = "duplicate"
    weight = 3

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return stage.network.last_ping is not None and stage.network.reachable

    def do(self, stage: Stage, tab: Tab) -> str:
        ping = stage.network.last_ping
        assert ping
        stage.seen.add("ping duplicated")
        stage.network.send_again(ping)
        return f"the ping of {ping.at:g} s comes once more"


class Offline(Step):
    """The network is gone."""

    name = "offline"
    weight = 6

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return stage.network.connected

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.network.go_offline()
        return "the network is gone"


class Online(Step):
    """The network is back."""

    name = "online"
    weight = 6
    always = True

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return not stage.network.connected and not stage.network.down

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.network.go_online()
        return "the network is back"


class StopServer(Step):
    """The server refuses connections."""

    name = "stop the server"
    weight = 1

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return stage.network.connected

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.network.stop_server()
        return "the server stops"


class StartServer(Step):
    """The server is back."""

    name = "start the server"
    weight = 12
    always = True

    @classmethod
    def can(cls, stage: Stage, tab: Tab) -> bool:
        return stage.network.down

    def do(self, stage: Stage, tab: Tab) -> str:
        stage.network.start_server()
        stage.seen.add("server restarted")
        return "the server is back, with an empty memory"
