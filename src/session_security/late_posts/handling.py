"""What becomes of a late POST: kept at the end, shown after signing in, sent once.

The middleware calls this around the sign-out, before a view and after it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY
from django.contrib.sessions.backends.signed_cookies import SessionStore as CookieStore
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.csrf import CSRF_SESSION_KEY
from django.utils.html import format_html
from django.utils.translation import gettext as _

from .._django import message_storage
from ..conf import conf
from ..requests import expects_page, is_at, is_cross_site, is_here, local_address
from ..sessions import times
from .fields import TOKEN, keepable_fields
from .store import KEPT, LatePost, digest, read, write

# On the request: the user whose session has just ended; the late POST that it sends once more;
# whether somebody has signed in.
_SENDER = "_session_security_sender"
_ARRIVED = "_session_security_arrived"
_SIGNED_IN = "_session_security_has_signed_in"

_URLENCODED = "application/x-www-form-urlencoded"
_FORMS = (_URLENCODED, "multipart/form-data")

logger = logging.getLogger("session_security")


@contextmanager
def carry_over_logout(request: HttpRequest) -> Iterator[None]:
    """Around the sign-out: note who has sent a late POST, and carry over what it needs."""
    session = request.session
    user, secret, post = session.get(SESSION_KEY), session.get(CSRF_SESSION_KEY), read(session)
    entry = session[KEPT] if post and not (post.is_expired or post.sent) else None
    yield
    if entry:  # the session has ended once more, before it was sent again
        request.session[KEPT] = entry
    if request.method == "POST" and expects_page(request):
        setattr(request, _SENDER, user)
        if secret and settings.CSRF_USE_SESSIONS:  # or no token of its page could be right
            request.session[CSRF_SESSION_KEY] = secret


def note_sign_in(request: HttpRequest) -> None:
    """Let the response lead to what is kept for whoever has signed in."""
    setattr(request, _SIGNED_IN, True)


def is_arriving(request: HttpRequest) -> bool:
    """Whether this is what is kept for its sender, sent again."""
    if request.method != "POST" or KEPT not in request.session:
        return False
    post = read(request.session)
    return (
        post is not None
        and request.content_type == _URLENCODED
        and post.path == local_address(request)
        and post.belongs_to(request)
        and post.has_fields(_fields_of(request))
    )


def receive(request: HttpRequest) -> HttpResponse | None:
    """Note, in the store, that what :func:`is_arriving` has come; None if the view shall have it.

    It is sent once, however often the button was pressed.
    """
    session = request.session
    post = cast(LatePost, read(session))
    if post.is_being_sent:
        return HttpResponseRedirect(conf.kept_path)
    if post.sent:
        return None  # the same once more, long after
    write(session, session[SESSION_KEY], replace(post, sending_since=times.now()))
    setattr(request, _ARRIVED, True)
    try:
        session.save()
    except Exception:
        logger.warning("Could not store that a late form was sent", exc_info=True)
    return None


def finish_response(request: HttpRequest, response: HttpResponseBase) -> None:
    """Forget what has arrived, keep what has come too late, show what is kept for its sender."""
    if hasattr(request, _ARRIVED):
        _settle(request, response)
    if hasattr(request, _SIGNED_IN):
        _lead_to_kept(request, response)
    elif hasattr(request, _SENDER):
        _keep(request, response)


def _settle(request: HttpRequest, response: HttpResponseBase) -> None:
    """What the view has taken is forgotten; what it has refused is kept on."""
    session, post = request.session, read(request.session)
    if post is None:
        return
    if response.status_code < 400:
        post = replace(post, fields=[], left_out=[], sent=digest(_fields_of(request)))
    else:
        post = replace(post, sending_since=None)
    write(session, session[SESSION_KEY], post)


def _keep(request: HttpRequest, response: HttpResponseBase) -> None:
    """Keep a late POST that was sent to the login page, which then leads on to ``KeptView``."""
    user, path = getattr(request, _SENDER), local_address(request)
    if (
        not (user and path and conf.KEPT_POST_SIZE and conf.KEPT_POST_AGE and conf.kept_path)
        or request.content_type not in _FORMS
        or response.status_code not in (302, 303)
        or not getattr(request, "csrf_processing_done", False)  # Django's check has not passed
        or is_cross_site(request)
        or isinstance(request.session, CookieStore)  # there is no room in a cookie
        or is_at(request, conf.kept_path, conf.resume_path, conf.logout_path)
    ):
        return
    try:
        location = _redirect_via(conf.kept_path, request, response)
        fields = keepable_fields(request) if location else None
    except (OSError, SuspiciousOperation, ValueError):
        return  # the connection was lost, or the redirect is none that can be read
    if fields:
        post = LatePost(request.get_host(), path, times.now(), *fields)
        write(request.session, user, post)
        response.headers["Location"] = location
        told = _("We kept the form you sent. You can send it once you have signed in again.")
        _tell(request, response, told)


def _lead_to_kept(request: HttpRequest, response: HttpResponseBase) -> None:
    """After signing in, go by way of the page of what is kept; or say where it is."""
    post = read(request.session)
    if post is None or post.is_expired or post.sent or not post.belongs_to(request):
        return
    location = response.headers.get("Location", "")
    path = location.partition("?")[0]
    if not conf.kept_path or path == conf.kept_path:
        return
    if (
        response.status_code in (302, 303)
        and expects_page(request)
        and path != conf.resume_path  # a page in another tab waits for that
        and is_here(location, request)
    ):
        query = QueryDict(mutable=True)
        query[REDIRECT_FIELD_NAME] = location
        response.headers["Location"] = f"{conf.kept_path}?{query.urlencode(safe='/')}"
    else:
        words = '{} <a href="{}">{}</a>'
        told = _("We kept a form that you sent after you had been signed out.")
        link = (told, conf.kept_path, _("Review and send it"))
        _tell(request, response, format_html(words, *link))


def _redirect_via(target: str, request: HttpRequest, response: HttpResponseBase) -> str:
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


def _fields_of(request: HttpRequest) -> list[tuple[str, list[str]]]:
    return [(name, values) for name, values in request.POST.lists() if name != TOKEN]


def _tell(request: HttpRequest, response: HttpResponseBase, text: str) -> None:
    """Add a message to a response that has its messages already."""
    if not apps.is_installed("django.contrib.messages"):
        return
    storage = message_storage(request)
    messages.info(request, text, fail_silently=True)
    storage.update(response)
