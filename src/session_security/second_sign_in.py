"""Somebody signs in who has signed in meanwhile, in another tab.

At the end several tabs may be led to the login page. The first sign-in changes the CSRF token, so
Django refuses the form in every other tab, with status 403.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, get_user_model
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from .conf import SecuredRequest


def is_refused_sign_in(request: SecuredRequest, response: HttpResponseBase) -> bool:
    """Whether a form of the login page was refused, and somebody is signed in."""
    return (
        response.status_code == 403
        and request.method == "POST"
        and request.session_security.reason is None
        and request.path == urlsplit(resolve_url(settings.LOGIN_URL)).path
    )


def lead_on(request: SecuredRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Whoever is signed in already goes on to where the form would have led; others do not."""
    model: Any = get_user_model()
    name = request.POST.get("username", request.POST.get(model.USERNAME_FIELD))
    if not name or name != request.user.get_username():
        return response
    goal = request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME, ""))
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(goal, hosts, require_https=request.is_secure()):
        goal = resolve_url(settings.LOGIN_REDIRECT_URL)
    return HttpResponseRedirect(goal)
