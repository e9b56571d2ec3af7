"""All the kinds of steps, by their names.

Their order is part of what a seed draws: a new one stands at the end.
"""

from tests.browser.model.steps import machine, network, person, scripts, session, tabs
from tests.browser.model.steps.base import Step

KINDS: tuple[type[Step], ...] = (
    person.Act,
    person.Type,
    tabs.Open,
    tabs.Close,
    tabs.Turn,
    tabs.Go,
    tabs.Back,
    tabs.Freeze,
    tabs.Thaw,
    scripts.Poll,
    scripts.Write,
    scripts.WriteSlowly,
    scripts.FinishWriting,
    scripts.Forge,
    network.Fail,
    network.Mend,
    network.Duplicate,
    network.Offline,
    network.Online,
    network.StopServer,
    network.StartServer,
    machine.Sleep,
    machine.SetClock,
    session.SignOut,
    session.Delete,
    session.SignIn,
    session.SignInAsAnother,
    session.VisitElsewhere,
    session.SignOutElsewhere,
    person.Nothing,
)
STEPS = {kind.name: kind for kind in KINDS}

__all__ = ["STEPS", "Step"]
