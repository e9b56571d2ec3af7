"""All the kinds of steps, by their names.

Their order is part of what a seed draws: a new one stands at the end.
"""

from tests.browser.model.steps import (
    machine,
    network,
    person,
    scripts,
    session,
    tabs,
    work,
)
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
    work.Press,
    work.Click,
    work.Leave,
    work.Upload,
    work.Save,
    work.Guard,
    work.Confirm,
    work.PostLate,
    work.SendAgain,
    tabs.Reload,
    tabs.Return,
    scripts.OpenStream,
    scripts.OpenSocket,
)
STEPS = {kind.name: kind for kind in KINDS}

__all__ = ["STEPS", "Step"]
