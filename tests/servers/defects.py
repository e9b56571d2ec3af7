"""Middleware with defects, to see that the tests notice them."""

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from session_security.middleware import SessionSecurityMiddleware


class Generous(SessionSecurityMiddleware):
    """Takes what a script asks in the background for an act."""

    def is_passive_request(self, request: HttpRequest) -> bool:
        """Nothing is."""
        return False


class Hasty(SessionSecurityMiddleware):
    """Takes whoever can't be known for nobody."""

    def __call__(self, request: Any) -> Any:
        """Go on without a session."""
        try:
            request.session.get(SESSION_KEY)
            known = request.session.session_key  # None if the engine took an error for an end
        except Exception:  # noqa: BLE001
            known = None
        if known is None:
            request.session = type(request.session)()
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return super().__call__(request)
