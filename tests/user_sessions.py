"""A session engine of a site's own, whose sessions know the browser that they belong to.

``SESSION_ENGINE = "tests.user_sessions"``. As with some packages from PyPI, the store is made with
the browser's name and address, each save writes them, and the middleware is none of Django's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, SessionBase
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin


@dataclass
class Row:
    """What is stored of a session."""

    data: str
    expires: datetime
    user_agent: str | None
    ip: str | None


class SessionStore(SessionBase):
    """Saves by one statement, which makes a row where there is none."""

    rows: ClassVar[dict[str, Row]] = {}

    def __init__(
        self, session_key: str | None = None, user_agent: str | None = None, ip: str | None = None
    ) -> None:
        super().__init__(session_key)
        self.user_agent, self.ip = user_agent, ip

    def load(self) -> dict[str, Any]:
        row = self.rows.get(str(self.session_key))
        if row is None or row.expires <= timezone.now():
            self.create()  # there is another at once
            return {}
        return self.decode(row.data)

    def exists(self, session_key: str | None = None) -> bool:
        return session_key in self.rows

    def create(self) -> None:
        self._session_key = cast(Any, self)._get_new_session_key()
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        if must_create and self.exists(self.session_key):
            raise CreateError
        data = cast(Any, self)._get_session(no_load=must_create)
        row = Row(self.encode(data), self.get_expiry_date(), self.user_agent, self.ip)
        self.rows[self.session_key] = row

    def delete(self, session_key: str | None = None) -> None:
        self.rows.pop(session_key or str(self.session_key), None)

    @classmethod
    def clear_expired(cls) -> None:
        pass


class SessionMiddleware(MiddlewareMixin):
    """Does what Django's does, and tells the store of the browser."""

    def process_request(self, request: HttpRequest) -> None:
        request.session = SessionStore(
            request.COOKIES.get(settings.SESSION_COOKIE_NAME),
            request.META.get("HTTP_USER_AGENT", ""),
            request.META.get("REMOTE_ADDR", ""),
        )

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        session = request.session
        if session.accessed:
            patch_vary_headers(response, ("Cookie",))
        if session.modified and response.status_code != 500:
            session.save()
            response.set_cookie(settings.SESSION_COOKIE_NAME, str(session.session_key))
        return response
