"""What the browser's side of the app talks to, and the pages that bring people back."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import connections, transaction
from django.forms.utils import pretty_name
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
    UnreadablePostError,
)
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render, resolve_url
from django.utils import translation
from django.utils.timezone import localtime
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from .conf import SecuredRequest, conf
from .decorators import passive
from .late_answers import expired
from .late_posts.store import Fields, LatePost, drop, read
from .reports import TAKES_REPORTS, state_of, store_report
from .requests import HEADER, is_here, is_subresource
from .sessions.tags import is_of_user, sign_in_tag, user_tag


class PingView(View):
    """Take a report of how long the browser has been idle; answer with the time over all tabs.

    ``idleFor`` (seconds) only ever moves the last activity forward, in a session that the
    middleware has found alive. What is no sensible number of seconds is a question, not a report.
    """

    http_method_names = ["get", "head", "post", "options"]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Marked once; ``method_decorator`` would decorate anew at each request.

        A report is stored at once, not when a transaction around the view ends.
        """
        view = passive(login_not_required(csrf_exempt(super().as_view(**initkwargs))))
        setattr(view, TAKES_REPORTS, not cls._has_own_get())
        for alias in connections:
            view = transaction.non_atomic_requests(alias)(view)
        return view

    @classmethod
    def _has_own_get(cls) -> bool:
        """Whether this is a site's own view, written for the protocol of 2.x."""
        return cls.get is not PingView.get and cls.post is PingView.post

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, and keep the answer out of every cache."""
        try:
            response = super().dispatch(request, *args, **kwargs)
        except (BadRequest, SuspiciousOperation, UnreadablePostError):
            # The last report is often sent while its page goes away.
            response = JsonResponse({"detail": "The report can't be read."}, status=400)
        response.headers["Cache-Control"] = "no-store"
        return response

    def get(self, request: SecuredRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The protocol of 2.x: whole seconds, or ``"logout"``."""
        status = state_of(request)
        if request.method == "GET" and not is_subresource(request):
            status = store_report(request, request.GET)
        body = '"logout"' if status.reason else str(int(status.idle))
        return HttpResponse(body, content_type="application/json")

    def post(self, request: SecuredRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The state as JSON, with status 401 when there is no signed-in user.

        A subclass that has a ``get`` alone gives the answer of that.
        """
        if HEADER not in request.META:
            return JsonResponse({"detail": "The header X-Session-Security is missing."}, status=403)
        if self._has_own_get():
            return self.get(request, *args, **kwargs)
        # Uploads are not even parsed.
        is_form = request.content_type == "application/x-www-form-urlencoded"
        values = request.POST if is_form else QueryDict()
        session, user, sign_in = request.session, values.get("user", ""), values.get("signIn", "")
        status = store_report(request, values)
        # A token is asked for by a page that signs out.
        token = {"csrfToken": get_token(request)} if "token" in values else {}
        if status.reason is not None:
            return expired(status.reason, **token)
        state: dict[str, object] = {
            "state": "active",
            "idle": status.idle,
            "warnIn": status.warn_in,
            "expireIn": status.remaining,
            "absoluteIn": status.absolute_in,
            "warnAfter": status.timeouts.warn_after,
            "expireAfter": status.timeouts.expire_after,
            # A page goes on with the name of its user that it knows; keys are rotated.
            "user": user if user and is_of_user(session, user, sign_in) else user_tag(session),
            "signIn": sign_in_tag(session),
            **token,
        }
        if sign_in not in ("", state["signIn"]):
            state["csrfToken"] = get_token(request)  # signing in has changed it
        return JsonResponse(state)


class ElementView(View):
    """The element, for a page that Django does not render: mount.js fetches it.

    In the language of ``?language``, if the site has it, or else of the request. Nothing, with
    status 204, if there is no signed-in user.
    """

    http_method_names = ["get", "head", "options"]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """A script asks for it, which is no human act; and never for a cache or a frame."""
        view = never_cache(xframe_options_deny(super().as_view(**initkwargs)))
        return passive(login_not_required(view))

    def get(self, request: SecuredRequest) -> HttpResponse:
        """``session_security/all.html``, in a document that says its language and direction."""
        if state_of(request).reason:
            return HttpResponse(status=204)
        with translation.override(_language(request)):
            response = render(request, "session_security/element.html")
            response.headers["Content-Language"] = translation.get_language()
        return response


class ReturnView(LoginRequiredMixin, View):
    """A page for whoever has signed in; others are sent to the site's own login page, and back."""

    http_method_names = ["get", "head", "post", "options"]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Never in a cache or a frame, and checked also where ``CsrfViewMiddleware`` is not."""
        view = csrf_protect(super().as_view(**initkwargs))
        return login_not_required(never_cache(xframe_options_deny(view)))


class KeptView(ReturnView):
    """Show the person a POST of theirs that came too late, and send it again if they say so.

    Only the browser sends it, to where it went, by a redirect that repeats the POST (307). It is
    kept until it has arrived there. ``?next`` is where they were going.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page; with status 404 if there is nothing, or nothing any more."""
        post, goal = _kept_here(request), _goal(request)
        is_old = post is not None and (post.is_expired or (post.sent and not post.is_being_sent))
        if is_old:
            drop(request.session)
        is_sent = post is not None and post.is_being_sent
        query = QueryDict(mutable=True)
        if post:
            query["at"] = post.at.isoformat()
        if goal:
            query[REDIRECT_FIELD_NAME] = goal
        context = {
            "kept": post,
            "is_old": is_old,
            "is_sent": is_sent,
            "at": post and localtime(post.at),
            "fields": post and _readable(post.fields),
            "left_out": post and [_readable_name(name) for name in post.left_out],
            "query": query.urlencode(safe="/"),
            "home": goal or resolve_url(settings.LOGIN_REDIRECT_URL),
        }
        status = 404 if post is None or is_old else 200
        context["base_template"] = conf.BASE_TEMPLATE
        return render(request, "session_security/kept.html", context, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send it again, or forget it by ``?discard``."""
        post, is_discarded = _kept_here(request), "discard" in request.GET
        if post is None and is_discarded:  # pressed twice
            return HttpResponseRedirect(_goal(request) or resolve_url(settings.LOGIN_REDIRECT_URL))
        if (
            post is None
            or post.is_expired
            or post.is_being_sent
            or request.GET.get("at") != post.at.isoformat()
        ):
            return self.get(request)  # also if the page was that of an earlier one
        if is_discarded:
            drop(request.session)
            return HttpResponseRedirect(_goal(request) or post.path)
        return HttpResponseRedirect(post.path, preserve_request=True)


class ResumeView(ReturnView):
    """Where people come who sign in again in a tab beside the one with their work.

    ``?signIn`` names the sign-in of that work. While it is still in force, as before the end by
    ``MAX_AGE``, the page offers to end it; afterwards it tells the other tabs, and closes itself.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page; it says who is signed in."""
        context = {
            "is_same": request.GET.get("signIn") == sign_in_tag(request.session),
            "user_name": request.user.get_username(),
            "home": resolve_url(settings.LOGIN_REDIRECT_URL),
        }
        context["base_template"] = conf.BASE_TEMPLATE
        return render(request, "session_security/resume.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign out, to sign in again."""
        logout(request)
        return self.handle_no_permission()


def _language(request: HttpRequest) -> str:
    """What ``?language`` asks for, as the site has it, or the language of the request."""
    with suppress(LookupError):  # the site has no such language
        return translation.get_supported_language_variant(request.GET.get("language", ""))
    return translation.get_language() or settings.LANGUAGE_CODE


def _kept_here(request: HttpRequest) -> LatePost | None:
    """What is kept for this user, and was sent to this host."""
    post = read(request.session)
    return post if post and post.belongs_to(request) else None


def _goal(request: HttpRequest) -> str:
    """Where the person was going when this page came in between; nothing if not on this host."""
    goal = request.GET.get(REDIRECT_FIELD_NAME, "")
    return goal if is_here(goal, request) else ""


def _readable(fields: Fields) -> Fields:
    """The fields as people know them, without those that are empty."""
    shown = [(_label(name), [value for value in values if value]) for name, values in fields]
    return [(label, values) for label, values in shown if values]


def _readable_name(left_out: str) -> str:
    name, colon, file_name = left_out.partition(": ")
    return f"{_label(name)}{colon}{file_name}"


def _label(name: str) -> str:
    """What Django would write beside a field of this name."""
    return pretty_name(re.sub(r"(?<=[a-z])(?=[A-Z])|[-_.\s]+", "_", name)).strip() or name
