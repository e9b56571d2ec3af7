"""A POST that came after its session had ended: kept until its sender has signed in again.

It is kept in the anonymous session that takes the place of the ended one: only who was signed in
can have anything kept, and one POST at most. It is sealed for one user, host, path and time.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.signed_cookies import SessionStore as CookieStore
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.csrf import CSRF_SESSION_KEY

from . import activity
from .conf import conf
from .requests import expects_page, is_cross_site, is_local, local_address
from .sealing import seal, unseal
from .sensitive import hidden_fields, is_secret

KEPT = "_session_security_kept"  # in the session

_SENDER = "_session_security_sender"  # on the request: the user whose session has just ended
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105  (the name of the field)


@dataclass(frozen=True, slots=True)
class Kept:
    """A POST as its sender gets it back: names with their values, and what was left out."""

    host: str
    path: str
    at: datetime
    fields: list[tuple[str, list[str]]]
    left_out: list[str]

    @property
    def is_old(self) -> bool:
        """Whether it is older than ``SESSION_SECURITY_KEPT_POST_AGE``."""
        return (activity.now() - self.at).total_seconds() > conf.KEPT_POST_AGE

    def belongs_to(self, request: HttpRequest) -> bool:
        """Whether it was sent to the host of ``request``: several may share the session."""
        return self.host == request.get_host()


@contextmanager
def across_the_end(request: HttpRequest) -> Iterator[None]:
    """Around the sign-out: note who has sent a late POST, and carry over what it needs."""
    session = request.session
    user, secret, kept = session.get(SESSION_KEY), session.get(CSRF_SESSION_KEY), read(session)
    entry = session[KEPT] if kept and not kept.is_old else None
    yield
    if entry:  # the session has ended once more, before it was sent again
        request.session[KEPT] = entry
    if request.method == "POST" and expects_page(request):
        setattr(request, _SENDER, user)
        if secret and settings.CSRF_USE_SESSIONS:  # or no token of its page could be right
            request.session[CSRF_SESSION_KEY] = secret


def keep(request: HttpRequest, response: HttpResponseBase) -> None:
    """Keep a late POST that was sent to the login page, which then leads on to ``KeptView``."""
    user, path = getattr(request, _SENDER, None), local_address(request)
    if (
        not (user and path and conf.KEPT_POST_SIZE and conf.kept_path)
        or request.content_type not in _FORMS
        or response.status_code not in (302, 303)
        or not getattr(request, "csrf_processing_done", False)  # Django's check has not passed
        or is_cross_site(request)
        or isinstance(request.session, CookieStore)  # there is no room in a cookie
        or request.path in (conf.kept_path, conf.resume_path, conf.logout_path)
    ):
        return
    try:
        location = _by_way_of(conf.kept_path, request, response)
        text = _select(request) if location else b""
    except (OSError, SuspiciousOperation, ValueError):
        return  # the connection was lost, or the redirect is none that can be read
    if text:
        host, at = request.get_host(), activity.now().isoformat()
        data = b64encode(seal(text, _context(user, host, path, at))).decode()
        request.session[KEPT] = {"host": host, "path": path, "at": at, "data": data}
        response.headers["Location"] = location


def read(session: SessionBase) -> Kept | None:
    """What is kept for the user of this session; None if there is nothing, or nothing of theirs."""
    entry: Any = session.get(KEPT)
    user = session.get(SESSION_KEY)
    try:
        host, path, at = entry["host"], entry["path"], entry["at"]
        text = unseal(b64decode(entry["data"]), _context(user, host, path, at))
        fields, left_out = json.loads(text)
        if not is_local(path):
            return None
        return Kept(host, path, datetime.fromisoformat(at), fields, left_out)
    except (KeyError, TypeError, ValueError):
        return None


def drop(session: SessionBase) -> None:
    """Forget what is kept."""
    session.pop(KEPT, None)


def drop_foreign(session: SessionBase) -> None:
    """Forget what is kept unless it is for the user of this session."""
    if KEPT in session and read(session) is None:
        drop(session)


def _by_way_of(target: str, request: HttpRequest, response: HttpResponseBase) -> str:
    """Where a redirect to the login page leads, with ``target`` next; nothing for any other."""
    location = urlsplit(response.headers.get("Location", ""))
    query = QueryDict(location.query, mutable=True)
    goal = query.get(REDIRECT_FIELD_NAME)
    if goal == request.build_absolute_uri():  # the login page is on another host
        target = request.build_absolute_uri(target)
    elif goal not in (request.path, request.get_full_path()):
        return ""
    query[REDIRECT_FIELD_NAME] = target
    return location._replace(query=query.urlencode(safe="/")).geturl()


def _select(request: HttpRequest) -> bytes:
    """The fields that may be kept, and the names of the others; nothing if it must not be."""
    hidden = hidden_fields(request)
    if hidden is None:
        return b""
    fields, left_out = [], []
    for name, values in request.POST.lists():
        if name == _TOKEN:
            continue  # the page has a fresh one
        if name in hidden or is_secret(name):
            left_out.append(name)
        else:
            fields.append((name, values))
    left_out += [f"{name}: {file.name}" for name, files in request.FILES.lists() for file in files]
    texts = chain(left_out, *((name, *values) for name, values in fields))
    size = sum(len(text.encode()) for text in texts)
    if (left_out and not fields) or size > conf.KEPT_POST_SIZE:
        return b""
    return json.dumps([fields, left_out], ensure_ascii=False).encode()


def _context(user: object, host: str, path: str, at: str) -> bytes:
    return json.dumps([user, host, path, at]).encode()
