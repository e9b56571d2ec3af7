"""Mark views that a machine calls, and views whose late POSTs are not kept."""

from collections.abc import Callable
from typing import Any, TypeVar

from .late_posts.fields import NOT_KEPT
from .requests import PASSIVE

View = TypeVar("View", bound=Callable[..., Any])


def passive(view: View) -> View:
    """Requests to this view do not extend the session; they are checked like all others.

    For a class: ``@method_decorator(passive, name="dispatch")``.
    """
    setattr(view, PASSIVE, True)
    return view


def not_kept(view: View) -> View:
    """What is posted to this view after the session has ended is not kept.

    For a class: ``@method_decorator(not_kept, name="dispatch")``.
    """
    setattr(view, NOT_KEPT, True)
    return view
