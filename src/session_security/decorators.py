"""Mark views: those that a machine calls, whose late POSTs are not kept, and others."""

from collections.abc import Callable
from typing import Any, TypeVar

from .late_posts.fields import NOT_KEPT
from .requests import CREDENTIALS, PASSIVE, UNINTERRUPTED

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


def asks_for_credentials(view: View) -> View:
    """Somebody who signs in there has shown who they are: ``MAX_AGE`` starts anew.

    Needed only where they are signed in already, as for a second factor, and for views that are
    neither at ``LOGIN_URL`` nor marked by Django's ``login_not_required``.
    """
    setattr(view, CREDENTIALS, True)
    return view


def uninterrupted(view: View) -> View:
    """What this view streams is sent to its end, also when the session ends meanwhile.

    For a class: ``@method_decorator(uninterrupted, name="dispatch")``.
    """
    setattr(view, UNINTERRUPTED, True)
    return view
