"""Subclasses of the middleware, and its neighbours, as sites of 2.6.8 have them.

Names that end in 3 are what becomes of them where version 3 asks for another way.
"""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from session_security.middleware import SessionSecurityMiddleware

seen = []  # what an audit log would hold


class PassiveByPath(SessionSecurityMiddleware):
    def is_passive_request(self, request):
        if request.path.startswith("/stock/"):
            return True
        return super().is_passive_request(request)


class TimesByUser(SessionSecurityMiddleware):
    def get_expire_seconds(self, request):
        if request.user.get_username() == "bob":
            return 120
        return super().get_expire_seconds(request)


class HoursForKiosk(SessionSecurityMiddleware):
    def get_expire_seconds(self, request):
        return 10**9 if request.user.get_username() == "bob" else 600


class WithoutStaff(SessionSecurityMiddleware):
    def is_authenticated(self, request):
        return request.user.is_authenticated and request.user.get_username() != "bob"


class Auditing(SessionSecurityMiddleware):
    def do_logout(self, request):
        seen.append(request.user.get_username())
        super().do_logout(request)


class KeepingLanguage(SessionSecurityMiddleware):
    def do_logout(self, request):
        language = request.session.get("language")
        super().do_logout(request)
        if language:
            request.session["language"] = language


class SkippingByRequest(SessionSecurityMiddleware):
    def process_request(self, request):
        if request.path.startswith("/stock/"):
            return None
        return super().process_request(request)


class AuditingByRequest(SessionSecurityMiddleware):
    def process_request(self, request):
        before = request.user.get_username()
        response = super().process_request(request)
        if before and not request.user.is_authenticated:
            seen.append(before)
        return response


class AuditingByRequest3(SessionSecurityMiddleware):
    def do_logout(self, request):
        seen.append(request.user.get_username())
        super().do_logout(request)


class RedirectingByRequest(SessionSecurityMiddleware):
    """Whoever was signed out is led to a page that says so."""

    def process_request(self, request):
        before = request.user.is_authenticated
        super().process_request(request)
        if before and not request.user.is_authenticated:
            return HttpResponseRedirect("/?timeout")
        return None


class RedirectingByRequest3(SessionSecurityMiddleware):
    def __call__(self, request):
        before = request.user.is_authenticated
        response = super().__call__(request)
        if before and not request.user.is_authenticated:
            return HttpResponseRedirect("/?timeout")
        return response


class Stamping(SessionSecurityMiddleware):
    def process_response(self, request, response):
        response["X-Limit"] = str(self.get_expire_seconds(request))
        return response


class Stamping3(SessionSecurityMiddleware):
    def __call__(self, request):
        response = super().__call__(request)
        response["X-Limit"] = str(self.get_expire_seconds(request))
        return response


class Writing(SessionSecurityMiddleware):
    """Writes down what pages report."""

    def update_last_activity(self, request, now):
        super().update_last_activity(request, now)
        seen.append(request.GET["idleFor"])


class Reported3(MiddlewareMixin):
    """In a middleware of its own."""

    def process_request(self, request):
        if "idleFor" in request.GET:
            seen.append(request.GET["idleFor"])


class Calling(SessionSecurityMiddleware):
    def __call__(self, request):
        if request.path.startswith("/stock/"):
            return self.get_response(request)
        return super().__call__(request)


class Looking(SessionSecurityMiddleware):
    def process_view(self, request, view, args, kwargs):
        seen.append(view.__name__)
        return


class Composed:
    """Has the other inside, and calls it."""

    def __init__(self, get_response):
        self.inner = SessionSecurityMiddleware(get_response)

    def __call__(self, request):
        return self.inner(request)


class ComposedByRequest:
    """Has the other inside, and calls what it had in 2.x."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.inner = SessionSecurityMiddleware(get_response)

    def __call__(self, request):
        self.inner.process_request(request)
        return self.get_response(request)


class ComposedByRequest3:
    def __init__(self, get_response):
        self.inner = SessionSecurityMiddleware(get_response)

    def __call__(self, request):
        return self.inner(request)


class TwoTimes(SessionSecurityMiddleware):
    """Not by user, but by a part of the site; in timedelta's own words."""

    def get_expire_seconds(self, request):
        return timedelta(minutes=10).total_seconds()


# Neighbours


class LoginEverywhere(MiddlewareMixin):
    """Nothing without signing in, but for some addresses: written by hand in many sites."""

    def process_request(self, request):
        open_paths = (reverse("login"), settings.STATIC_URL)
        if not request.user.is_authenticated and not request.path.startswith(open_paths):
            return HttpResponseRedirect(f"{reverse('login')}?next={request.path}")
        return None


class Nonce(MiddlewareMixin):
    """As django-csp puts it."""

    def process_request(self, request):
        request.csp_nonce = "of-this-page"


class LastSeen(MiddlewareMixin):
    """Writes something into the session at each request."""

    def process_request(self, request):
        if request.user.is_authenticated:
            request.session["pages"] = request.session.get("pages", 0) + 1


def write_down(user, **kwargs):
    """For an audit log that rests on Django's own signal."""
    seen.append(user and user.get_username())
