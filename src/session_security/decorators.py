"""Mark views that a machine calls."""

from collections.abc import Callable
from typing import Any, TypeVar

from .passivity import PASSIVE

View = TypeVar("View", bound=Callable[..., Any])


def passive(view: View) -> View:
    """Requests to this view do not extend the session; they are checked like all others.

    For a class: ``@method_decorator(passive, name="dispatch")``.
    """
    setattr(view, PASSIVE, True)
    return view
