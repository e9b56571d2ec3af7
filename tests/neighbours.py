"""What else a site may have installed: middleware, caches and subclasses of ours."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from asgiref.sync import iscoroutinefunction
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.cache.backends.base import InvalidCacheKey, memcache_key_warnings
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.crypto import get_random_string
from django.utils.decorators import sync_and_async_middleware
from django.utils.deprecation import MiddlewareMixin

from session_security.middleware import SessionSecurityMiddleware
from session_security.policy import Timeouts
from session_security.utils import get_last_activity
from session_security.views import PingView

from . import settings as plain

OURS = "session_security.middleware.SessionSecurityMiddleware"
MESSAGES = "django.contrib.messages.middleware.MessageMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"


def stack(**places: str | None) -> list[str]:
    """The middleware of the plain site with one more ``before`` or ``after`` ours, or moved."""
    middleware = [path for path in plain.MIDDLEWARE if path not in places.values()]
    place = middleware.index(OURS)
    if before := places.get("before"):
        middleware.insert(place, before)
    if after := places.get("after"):
        middleware.insert(middleware.index(OURS) + 1, after)
    return middleware


WITHOUT = [path for path in plain.MIDDLEWARE if path != OURS]


class ReadsSession(MiddlewareMixin):
    """Chooses by something in the session, before our middleware runs."""

    def process_request(self, request: HttpRequest) -> None:
        request.session.get("theme")


class ByHost(MiddlewareMixin):
    """Gives a request other URLs than those of the settings, as packages for subdomains do."""

    def process_request(self, request: HttpRequest) -> None:
        request.urlconf = "tests.urls"


class EndsSession(MiddlewareMixin):
    """Signs out by a reason of its own, before our middleware runs."""

    def process_request(self, request: HttpRequest) -> None:
        request.session.flush()


@sync_and_async_middleware
def reads_user(get_response: Any) -> Any:
    """Looks at the user by every way there is, before our middleware runs."""
    if iscoroutinefunction(get_response):

        async def amiddleware(request: HttpRequest) -> HttpResponseBase:
            await request.auser()
            response: HttpResponseBase = await get_response(request)
            return response

        return amiddleware

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.user.get_username()
        response: HttpResponseBase = get_response(request)
        return response

    return middleware


@sync_and_async_middleware
def redirects_to_login(get_response: Any) -> Any:
    """Sends away whoever is not signed in, before there is a view."""

    def redirected(request: HttpRequest) -> HttpResponseBase | None:
        if SESSION_KEY in request.session or "login" in request.path:
            return None
        return HttpResponseRedirect(f"/login/?next={request.path}")

    if iscoroutinefunction(get_response):

        async def amiddleware(request: HttpRequest) -> HttpResponseBase:
            return redirected(request) or await get_response(request)

        return amiddleware

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return redirected(request) or get_response(request)

    return middleware


LOGIN_BEHIND = "tests.neighbours.redirects_to_login"


@sync_and_async_middleware
def falls_back(get_response: Any) -> Any:
    """Shows a page where there is no view, as FlatpageFallbackMiddleware does."""

    def page(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code != 404 or request.path != "/flat/":
            return response
        return HttpResponse("flat", content_type=request.GET["as"])

    if iscoroutinefunction(get_response):

        async def amiddleware(request: HttpRequest) -> HttpResponseBase:
            return page(request, await get_response(request))

        return amiddleware

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return page(request, get_response(request))

    return middleware


def has_nonce(get_response: Any) -> Any:
    """Gives the page a nonce, as django-csp does."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.csp_nonce = "of-this-page"  # type: ignore[attr-defined]
        response: HttpResponseBase = get_response(request)
        return response

    return middleware


def sync_only(get_response: Any) -> Any:
    """Knows nothing of ASGI; Django runs it in a thread."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        return response

    return middleware


class FailingCache(LocMemCache):
    """A cache that can be made to fail: ``fails`` when something is set, ``gone`` altogether.

    ``gone`` is the number of calls that fail before it is back. Keys are those of memcached.
    """

    fails = False
    gone: float = 0

    def validate_key(self, key: str) -> None:
        for words in memcache_key_warnings(key):
            raise InvalidCacheKey(words)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self.call()
        if self.fails:
            raise ConnectionError("the cache is gone")
        super().set(*args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        self.call()
        return super().get(*args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        self.call()
        return super().has_key(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        self.call()
        return super().add(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        self.call()
        return super().delete(*args, **kwargs)

    @classmethod
    def call(cls) -> None:
        if cls.gone > 0:
            cls.gone -= 1
            raise ConnectionError("the cache is gone")


class SessionStore(SessionBase):
    """A session engine that is none of Django's: ``SESSION_ENGINE = "tests.neighbours"``."""

    stored: ClassVar[dict[str, str]] = {}

    def load(self) -> dict[str, Any]:
        try:
            return self.decode(self.stored[str(self.session_key)])
        except KeyError:
            self._session_key = None
            return {}

    def exists(self, session_key: str | None = None) -> bool:
        return session_key in self.stored

    def create(self) -> None:
        self._session_key = get_random_string(32)
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        if must_create == self.exists(self.session_key):
            raise CreateError if must_create else UpdateError
        data = vars(self).get("_session_cache", {}) if must_create else dict(self.items())
        self.stored[self.session_key] = self.encode(data)

    def delete(self, session_key: str | None = None) -> None:
        self.stored.pop(session_key or str(self.session_key), None)

    @classmethod
    def clear_expired(cls) -> None:
        pass


class SessionRefresh(MiddlewareMixin):
    """Stands for that of mozilla-django-oidc."""

    __module__ = "mozilla_django_oidc.middleware"


class Renewing(SessionRefresh):
    """A site's own."""


class Sessions(SessionMiddleware):
    """A site's own."""


class Authentication(AuthenticationMiddleware):
    """A site's own."""


class Flushing(SessionSecurityMiddleware):
    """Signs out without a look at the user."""

    def do_logout(self, request: HttpRequest) -> None:
        request.session.flush()


class Old(SessionSecurityMiddleware):
    """Overrides what was no documented hook in 2.x, and is none now."""

    def process_request(self, request: HttpRequest) -> None:
        raise NotImplementedError

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> None:
        raise NotImplementedError

    def update_last_activity(self, request: HttpRequest, now: object) -> None:
        raise NotImplementedError


class OwnPing(PingView):
    """Answers as in 2.x by itself; a site may have written it so."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        idle = datetime.now() - get_last_activity(request.session)
        return HttpResponse(f"{idle.seconds}", content_type="application/json")


class OwnPingWithOurs(PingView):
    """Adds something to our answer."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        response.headers["X-Shift"] = "night"
        return response


def own_ping(request: HttpRequest) -> HttpResponse:
    """A function in the place of the view."""
    idle = datetime.now() - get_last_activity(request.session)
    return HttpResponse(f"{idle.seconds}", content_type="application/json")


class Auditing(SessionSecurityMiddleware):
    """Writes down who was signed out, as one could in 2.x."""

    def process_request(self, request: HttpRequest) -> None:
        raise NotImplementedError


class Skipping(SessionSecurityMiddleware):
    """Passes over a path, as a site's own ``__call__`` of 2.x did."""

    def __call__(self, request: Any) -> Any:
        if request.path == "/name/":
            return self.get_response(request)
        return super().__call__(request)


class Looking(SessionSecurityMiddleware):
    """Has a ``process_view``; 2.x had none that it could have called."""

    def process_view(self, request: Any, view: Any, args: Any, values: Any) -> Any:  # type: ignore[override]
        return HttpResponse("away") if request.path == "/element/" else None


class LookingTwice(SessionSecurityMiddleware):
    """Has one that calls ours."""

    def process_view(self, request: Any, view: Any, args: Any, values: Any) -> Any:  # type: ignore[override]
        return super().process_view(request, view, args, values)


class LookingLater(SessionSecurityMiddleware):
    """Has one that is a coroutine."""

    async def process_view(self, request: Any, view: Any, args: Any, values: Any) -> Any:  # type: ignore[override]
        return HttpResponse("away") if request.path == "/element/" else None


@sync_and_async_middleware
def composed(get_response: Any) -> Any:
    """Has ours inside, where Django does not see it."""
    inner = SessionSecurityMiddleware(get_response)
    if iscoroutinefunction(get_response):

        async def amiddleware(request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = await inner(request)  # type: ignore[arg-type]
            return response

        return amiddleware

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = inner(request)  # type: ignore[arg-type]
        return response

    return middleware


class Interleaving(SessionSecurityMiddleware):
    """Lets something happen after the session was read and before the act is stored."""

    meanwhile: Callable[[], object] | None = None

    def is_passive_request(self, request: HttpRequest) -> bool:
        cls = type(self)
        meanwhile, cls.meanwhile = cls.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().is_passive_request(request)


def short_for_bob(request: HttpRequest) -> Timeouts:
    """Timeouts by user; asking for the user is a query."""
    if request.user.get_username() == "bob":
        return Timeouts(30, 60)
    return Timeouts(540, 600)
