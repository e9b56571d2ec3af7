"""What the browser's side of the app talks to, and the pages that bring people back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import BadRequest, SuspiciousOperation
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
from django.utils.timezone import localtime
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from . import activity, keeping
from .conf import SecuredRequest, conf
from .decorators import passive
from .policy import Verdict, judge
from .requests import is_cross_site, is_subresource

HEADER = "HTTP_X_SESSION_SECURITY"  # no other origin can send it without consent (CORS)
PRECISION = 1.0  # seconds; a report is not rounded to the resolution that page views have


class PingView(View):
    """Take a report of how long the browser has been idle; answer with the time over all tabs.

    ``idleFor`` (seconds) only ever moves the last activity forward, in a session that the
    middleware has found alive. What is no sensible number of seconds is a question, not a report.
    """

    http_method_names = ["get", "head", "post", "options"]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Marked once; ``method_decorator`` would decorate anew at each request."""
        return passive(login_not_required(csrf_exempt(super().as_view(**initkwargs))))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, and keep the answer out of every cache."""
        try:
            response = super().dispatch(request, *args, **kwargs)
        except (BadRequest, SuspiciousOperation, UnreadablePostError):
            # The last report is often sent while its page goes away.
            response = JsonResponse({"detail": "The report can't be read."}, status=400)
        response.headers["Cache-Control"] = "no-store"
        return response

    def get(self, request: SecuredRequest) -> HttpResponse:
        """The protocol of 2.x: whole seconds, or ``"logout"``."""
        verdict = _state(request)
        if request.method == "GET" and not is_subresource(request):
            verdict = _report(request, request.GET)
        body = '"logout"' if verdict.reason else str(int(verdict.idle))
        return HttpResponse(body, content_type="application/json")

    def post(self, request: SecuredRequest) -> HttpResponse:
        """The state as JSON, with status 401 when there is no signed-in user."""
        if HEADER not in request.META:
            return JsonResponse({"detail": "The header X-Session-Security is missing."}, status=403)
        # Uploads are not even parsed.
        is_form = request.content_type == "application/x-www-form-urlencoded"
        values = request.POST if is_form else QueryDict()
        verdict = _report(request, values)
        state: dict[str, object] = {"state": "expired", "reason": verdict.reason}
        if verdict.reason is None:
            state = {
                "state": "active",
                "idle": verdict.idle,
                "warnIn": verdict.warn_in,
                "expireIn": verdict.remaining,
                "absoluteIn": verdict.absolute_in,
                "warnAfter": verdict.timeouts.warn_after,
                "expireAfter": verdict.timeouts.expire_after,
                "user": activity.user_tag(request.session),
                "signIn": (sign_in := activity.sign_in_tag(request.session)),
            }
            if values.get("signIn", "") not in ("", sign_in):
                state["csrfToken"] = get_token(request)  # signing in has changed it
        if "token" in values:  # asked for by a page that signs out
            state["csrfToken"] = get_token(request)
        return JsonResponse(state, status=401 if verdict.reason else 200)


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

    Only the browser sends it, to where it went, by a redirect that repeats the POST (307).
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page; with status 404 if there is nothing, or nothing any more."""
        kept = _kept_here(request)
        if is_old := kept is not None and kept.is_old:
            keeping.drop(request.session)
        context = {
            "kept": kept,
            "is_old": is_old,
            "at": kept and localtime(kept.at),
            "home": resolve_url(settings.LOGIN_REDIRECT_URL),
        }
        status = 404 if kept is None or is_old else 200
        return render(request, "session_security/kept.html", context, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send it again, or discard it by ``?discard``; either way it is kept no longer."""
        kept = _kept_here(request)
        if kept is None or kept.is_old or request.GET.get("at") != kept.at.isoformat():
            return self.get(request)  # also if the page was that of an earlier one
        keeping.drop(request.session)
        return HttpResponseRedirect(kept.path, preserve_request="discard" not in request.GET)


class ResumeView(ReturnView):
    """Where people come who sign in again in a tab beside the one with their work.

    ``?signIn`` names the sign-in of that work. While it is still in force, as before the end by
    ``MAX_AGE``, the page offers to end it; afterwards it tells the other tabs, and closes itself.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page; it says who is signed in."""
        context = {
            "is_same": request.GET.get("signIn") == activity.sign_in_tag(request.session),
            "user_name": request.user.get_username(),
            "home": resolve_url(settings.LOGIN_REDIRECT_URL),
        }
        return render(request, "session_security/resume.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign out, to sign in again."""
        logout(request)
        return self.handle_no_permission()


def _kept_here(request: HttpRequest) -> keeping.Kept | None:
    """What is kept for this user, and was sent to this host."""
    kept = keeping.read(request.session)
    return kept if kept and kept.belongs_to(request) else None


def _state(request: SecuredRequest) -> Verdict:
    """What the middleware found; without it nobody is known."""
    return getattr(request, "session_security", conf.anonymous)


def _report(request: SecuredRequest, values: QueryDict) -> Verdict:
    """Merge a report that is newer than what is known; return what is known then."""
    verdict, idle = _state(request), _idle_for(values)
    if verdict.reason or idle is None or idle >= verdict.idle or is_cross_site(request):
        return verdict
    if values.get("user", "") not in ("", activity.user_tag(request.session)):
        return verdict  # from a page of whoever was signed in before
    session, now = request.session, activity.now()
    at = activity.due(session, now - timedelta(seconds=idle), now, PRECISION)
    if at is None:
        return verdict
    activity.merge(session, at)
    return judge(activity.last(session), activity.started(session), now, verdict.timeouts)


def _idle_for(values: QueryDict) -> float | None:
    """The seconds reported, or None for anything that is not one plain number from 0 up."""
    reports = values.getlist("idleFor")
    if len(reports) != 1 or len(reports[0]) > 32:
        return None
    try:
        idle = float(reports[0])
    except ValueError:
        return None
    return idle if idle >= 0 else None
