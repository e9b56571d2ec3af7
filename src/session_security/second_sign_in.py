"""Tabs at the login page whose user has signed in meanwhile, in another tab.

At the end several tabs may be led there. A script of the app lets the others go on by themselves.
Where it is not in the page, somebody signs in there, too: the first sign-in has changed the CSRF
token, so Django refuses the form, with status 403.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, get_user_model
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url

from .conf import SecuredRequest
from .requests import is_at_login_url, is_here


def is_refused_sign_in(request: SecuredRequest, response: HttpResponseBase) -> bool:
    """Whether a form of the login page was refused, and somebody is signed in."""
    return (
        response.status_code == 403
        and request.method == "POST"
        and request.session_security.reason is None
        and is_login_page(request)
    )


def is_login_page(request: HttpRequest) -> bool:
    """Whether it is ``LOGIN_URL``, or a view of the name that Django and its admin give theirs."""
    match = request.resolver_match
    return (match is not None and match.url_name == "login") or is_at_login_url(request)


def lead_on(request: SecuredRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Whoever is signed in already goes on to where the form would have led; others do not."""
    model: Any = get_user_model()
    name = request.POST.get("username", request.POST.get(model.USERNAME_FIELD))
    if not name or name != request.user.get_username():
        return response
    return HttpResponseRedirect(goal_of(request))


def goal_of(request: HttpRequest) -> str:
    """Where the login page leads to, on this host. Raises ``NoReverseMatch`` as Django would."""
    goal = request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME, ""))
    return goal if is_here(goal, request) else resolve_url(settings.LOGIN_REDIRECT_URL)
