"""The demonstration site's Content-Security-Policy: as strict as a policy can be."""

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

Sync = Callable[[HttpRequest], HttpResponseBase]
Async = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

SELF = "default-src 'self'"
TRUSTED_TYPES = "require-trusted-types-for 'script'; trusted-types 'none'"


def protect(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Add the policy to a response."""
    if settings.DEBUG and response.status_code in (404, 500):
        return response  # Django's debug pages have inline styles and scripts
    policy = SELF
    # The admin's own scripts (jQuery, SelectBox.js) assign to innerHTML.
    if request.resolver_match is None or "admin" not in request.resolver_match.app_names:
        policy += f"; {TRUSTED_TYPES}"
    response["Content-Security-Policy"] = policy
    return response


@sync_and_async_middleware
def content_security_policy(get_response: Sync | Async) -> Sync | Async:
    """Send a policy with every response; on Django 6.0 and later, ``SECURE_CSP`` can do it."""
    if iscoroutinefunction(get_response):

        async def amiddleware(request: HttpRequest) -> HttpResponseBase:
            return protect(request, await cast(Async, get_response)(request))

        return amiddleware

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return protect(request, cast(Sync, get_response)(request))

    return middleware
