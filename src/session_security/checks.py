"""System checks: each says what is wrong and the cure. The ids are explained in the docs."""

from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches
from inspect import isclass
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.middleware.cache import FetchFromCacheMiddleware
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import resolve_url
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.exceptions import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.urls import (
    NoReverseMatch,
    Resolver404,
    get_script_prefix,
    is_valid_path,
    resolve,
    reverse,
)
from django.utils.module_loading import import_string
from django.utils.translation import get_language, override

from .conf import NAMES, PAGE_TEMPLATE, PREFIX, conf
from .middleware import SessionSecurityMiddleware
from .requests import is_declared_passive

PER_PROCESS = (
    "django.core.cache.backends.locmem.LocMemCache",
    "django.core.cache.backends.dummy.DummyCache",
)
# Methods that 2.x had or called, and that no subclass is asked for now.
UNCALLED = ("process_request", "process_response", "update_last_activity")
# What renews a sign-in at the provider without a word, and where the browser then comes back.
SILENT_RENEWAL = "mozilla_django_oidc.middleware.SessionRefresh"
RENEWAL_CALLBACK = "oidc_authentication_callback"
REQUEST_PROCESSOR = "django.template.context_processors.request"


def check(**kwargs: Any) -> list[CheckMessage]:
    """All checks of the app; those that rest on a wrong setting are left out until it is right."""
    messages = [
        *check_middleware(),
        *check_settings(),
        *check_urls(),
        *check_site(),
        *check_templates(),
        *check_admin(),
        *check_login(),
    ]
    if not conf.problems:
        messages += [*check_times(), *check_profile(), *check_renewal()]
    return messages


def check_middleware() -> Iterator[CheckMessage]:
    """E002, E003, E008, W009, W011: the middleware is there once, in its place, with live hooks."""
    stack = [_import(path) for path in settings.MIDDLEWARE]
    places = [
        place
        for place, middleware in enumerate(stack)
        if _is_one_of(SessionSecurityMiddleware, middleware)
    ]
    if not places:
        yield Warning(
            "SessionSecurityMiddleware is not in MIDDLEWARE: no session is ever ended.",
            hint="Add 'session_security.middleware.SessionSecurityMiddleware' to MIDDLEWARE, "
            "after AuthenticationMiddleware; or silence this where it is meant, as in tests.",
            id="session_security.W011",
        )
        return
    for needed in (SessionMiddleware, AuthenticationMiddleware):
        # An engine of somebody else may bring one that is no subclass of Django's.
        if not any(
            isclass(middleware)
            and (issubclass(middleware, needed) or middleware.__name__ == needed.__name__)
            for middleware in stack[: places[0]]
        ):
            yield Error(
                f"{needed.__name__} does not come before SessionSecurityMiddleware in MIDDLEWARE.",
                hint=f"Put '{needed.__module__}.{needed.__name__}' above it.",
                id="session_security.E002",
            )
    before = stack[: places[0]]
    if any(_is_one_of(FetchFromCacheMiddleware, middleware) for middleware in before):
        yield Warning(
            "FetchFromCacheMiddleware comes before SessionSecurityMiddleware in MIDDLEWARE: "
            "pages from the cache are shown after the end of their session.",
            hint="Put FetchFromCacheMiddleware last, as Django's documentation says.",
            id="session_security.W009",
        )
    for name in UNCALLED:
        if hasattr(stack[places[0]], name):
            yield Error(
                f"{settings.MIDDLEWARE[places[0]]}.{name} is never called.",
                hint="Override is_passive_request, get_expire_seconds, is_authenticated "
                "or do_logout, receive the signal session_expired, or write a middleware of its "
                "own for it.",
                id="session_security.E008",
            )
    if len(places) > 1:
        yield Error(
            "SessionSecurityMiddleware is in MIDDLEWARE more than once.",
            hint="Keep the first, or the subclass that is yours.",
            id="session_security.E003",
        )


def check_settings() -> Iterator[CheckMessage]:
    """E004, W003: each setting has a value that can be used, and a name that exists."""
    conf.read_all()
    problems = [conf.problems[name] for name in sorted(conf.problems)]
    for url in conf.PASSIVE_URLS:
        try:
            str(url)
        except NoReverseMatch as error:
            problems.append(f"{PREFIX}PASSIVE_URLS names no URL: {error}")
    for problem in problems:
        yield Error(
            problem,
            hint="The documentation of the settings says what each can be.",
            id="session_security.E004",
        )
    for name in dir(settings):
        if name.startswith(PREFIX) and (meant := setting_meant_by(name.removeprefix(PREFIX))):
            yield Warning(
                f"There is no setting {name}.",
                hint=f"Did you mean {PREFIX}{meant}?",
                id="session_security.W003",
            )


def setting_meant_by(name: str) -> str:
    """The setting that ``name`` is short for, or a slip of the pen; "" if it is the site's own."""
    if name in NAMES:
        return ""
    longer = sorted(known for known in NAMES if known.startswith(f"{name}_"))
    near = longer or get_close_matches(name, NAMES, n=1, cutoff=0.75)
    return near[0] if near else ""


def check_urls() -> Iterator[CheckMessage]:
    """E006, E007: the browser can reach the ping, and the logout view if it is sent there."""
    try:
        reverse("session_security_ping")
    except (NoReverseMatch, ImproperlyConfigured):
        yield Error(
            "The URL 'session_security_ping' does not exist.",
            hint="Add path('session_security/', include('session_security.urls')) "
            "to the URLs of the project, outside of any namespace.",
            id="session_security.E006",
        )
    if conf.REDIRECT_TO_LOGOUT and not conf.logout_path:
        yield Error(
            f"{PREFIX}REDIRECT_TO_LOGOUT is set, but {PREFIX}LOGOUT_URL leads nowhere.",
            hint=f"Set {PREFIX}LOGOUT_URL to the name or path of the view that signs out.",
            id="session_security.E007",
        )


def check_times() -> Iterator[CheckMessage]:
    """W001, W002, W004, W012: the times suit people and each other."""
    timeouts = conf.timeouts
    if timeouts.is_without_warning:
        yield Warning(
            f"Nobody is warned: {PREFIX}WARN_AFTER ({conf.WARN_AFTER:g} s) is not less than "
            f"{PREFIX}EXPIRE_AFTER ({conf.EXPIRE_AFTER:g} s).",
            hint="Warn at least 20 s before the end, better 60 s (WCAG 2.2, 2.2.1).",
            id="session_security.W012",
        )
    elif timeouts.expire_after - timeouts.warn_after < 20:
        yield Warning(
            "Less than 20 s lie between the warning and the end of the session.",
            hint=f"Lower {PREFIX}WARN_AFTER or raise {PREFIX}EXPIRE_AFTER (WCAG 2.2, 2.2.1).",
            id="session_security.W001",
        )
    if timeouts.max_age is not None and timeouts.max_age < 11 * timeouts.expire_after:
        yield Warning(
            f"{PREFIX}MAX_AGE leaves room for fewer than ten extensions.",
            hint=f"Make it at least 11 times {PREFIX}EXPIRE_AFTER (WCAG 2.2, 2.2.1).",
            id="session_security.W002",
        )
    if timeouts.expire_after > settings.SESSION_COOKIE_AGE:
        yield Warning(
            f"SESSION_COOKIE_AGE is less than {PREFIX}EXPIRE_AFTER: "
            "sessions end before anybody is warned.",
            hint=f"Raise SESSION_COOKIE_AGE or lower {PREFIX}EXPIRE_AFTER.",
            id="session_security.W004",
        )


def check_profile() -> Iterator[CheckMessage]:
    """E009: no time is longer than the standard allows that the site has named."""
    if (standard := conf.standard) is None:
        return
    limits = {"EXPIRE_AFTER": standard.expire_after, "MAX_AGE": standard.max_age}
    for name, limit in limits.items():
        value = getattr(conf, name)
        if limit is not None and (value is None or value > limit):
            yield Error(
                f"{PREFIX}{name} is longer than the profile '{conf.PROFILE}' allows.",
                hint=f"Make it {limit:g} s or less, or leave it out ({standard.clause}).",
                id="session_security.E009",
            )


def check_renewal() -> Iterator[CheckMessage]:
    """W010: single sign-on that renews itself keeps nobody signed in."""
    names = {
        f"{base.__module__}.{base.__qualname__}"
        for path in settings.MIDDLEWARE
        if isclass(middleware := _import(path))
        for base in middleware.__mro__
    }
    if SILENT_RENEWAL not in names:
        return
    callback = HttpRequest()
    with suppress(NoReverseMatch, Resolver404):
        callback.path = reverse(RENEWAL_CALLBACK)
        callback.resolver_match = resolve(callback.path)
        if not is_declared_passive(callback):
            yield Warning(
                "SessionRefresh renews sign-ins without a word, and each return counts as an act.",
                hint=f"Add '{RENEWAL_CALLBACK}' to {PREFIX}PASSIVE_URL_NAMES.",
                id="session_security.W010",
            )


def check_site() -> Iterator[CheckMessage]:
    """W005 to W007: what the app rests on elsewhere in the project."""
    for engine in settings.TEMPLATES:
        options: Any = engine.get("OPTIONS", {})
        processors = options.get("context_processors", [])
        if (
            engine["BACKEND"] == "django.template.backends.django.DjangoTemplates"
            and REQUEST_PROCESSOR not in processors
        ):
            yield Warning(
                "Templates do not know the request: session_security/all.html renders nothing.",
                hint=f"Add '{REQUEST_PROCESSOR}' to context_processors in TEMPLATES.",
                id="session_security.W005",
            )
    if settings.SESSION_ENGINE in (
        "django.contrib.sessions.backends.cache",
        "django.contrib.sessions.backends.cached_db",
    ):
        cache = settings.CACHES.get(settings.SESSION_CACHE_ALIAS, {}).get("BACKEND")
        if cache in PER_PROCESS:
            yield Warning(
                "Sessions are kept in a cache that each process has for itself.",
                hint="Point SESSION_CACHE_ALIAS at a cache that all processes share.",
                id="session_security.W006",
            )
    if not (
        settings.SESSION_EXPIRE_AT_BROWSER_CLOSE or getattr(settings, f"{PREFIX}INSECURE", False)
    ):
        yield Warning(
            "Session cookies outlive the browser.",
            hint="Set SESSION_EXPIRE_AT_BROWSER_CLOSE = True, or, if that is meant, "
            f"{PREFIX}INSECURE = True.",
            id="session_security.W007",
        )


def check_templates() -> Iterator[CheckMessage]:
    """W015: the templates of the app are found."""
    if not apps.is_installed("session_security"):
        return  # which the middleware says by an error
    try:
        get_template(PAGE_TEMPLATE)
    except TemplateSyntaxError:
        return  # in one of the site's own, which is there
    except TemplateDoesNotExist:
        yield Warning(
            "The templates of the app are not found: its pages, which give people their work "
            "back, are errors.",
            hint="Add the backend 'django.template.backends.django.DjangoTemplates' to TEMPLATES, "
            "beside any other, with APP_DIRS = True.",
            id="session_security.W015",
        )


def check_admin() -> Iterator[CheckMessage]:
    """W013: the pages of the admin are watched, too."""
    try:
        reverse("admin:index")
    except (NoReverseMatch, ImproperlyConfigured):
        return
    if "admin" not in conf.INSERT_INTO and not any(
        "session_security/all.html" in source
        for name in ("admin/base.html", "admin/base_site.html")
        for source in _sources(name)
    ):
        yield Warning(
            "The pages of the admin do not have the element: nobody is warned there.",
            hint=f"Set {PREFIX}INSERT_INTO = ['admin'], whatever the theme; or silence this.",
            id="session_security.W013",
        )


def check_login() -> Iterator[CheckMessage]:
    """W014: the link "Sign in again" leads to a page."""
    if not conf.resume_path:
        return
    with override(settings.LANGUAGE_CODE):
        leads_somewhere = _leads_somewhere(settings.LOGIN_URL)
    if not leads_somewhere:
        yield Warning(
            f"LOGIN_URL is {str(settings.LOGIN_URL)!r}, which leads nowhere: nobody can sign in "
            "again from a page that is locked.",
            hint="Set LOGIN_URL to your login page; where that is the admin's, to 'admin:login'.",
            id="session_security.W014",
        )


def _leads_somewhere(url: Any) -> bool:
    try:
        address = resolve_url(url)
    except NoReverseMatch:
        return False
    if not address.startswith("/") or address.startswith("//"):
        return True
    path = "/" + urlsplit(address).path.removeprefix(get_script_prefix()).lstrip("/")
    # Django's LocaleMiddleware leads from a path without a language to the one that has it.
    adds_language = any(_is_one_of(LocaleMiddleware, _import(name)) for name in settings.MIDDLEWARE)
    paths = [path, f"/{get_language()}{path}"] if adds_language else [path]
    return any(is_valid_path(path) for path in paths)


def _is_one_of(kind: type, middleware: object) -> bool:
    return isclass(middleware) and issubclass(middleware, kind)


def _sources(name: str) -> Iterator[str]:
    """The text of each template of that name, the one that is used and those behind it."""
    for engine in engines.all():
        if not isinstance(engine, DjangoTemplates):
            continue
        loaders: list[Any] = engine.engine.template_loaders
        for loader in loaders:
            for origin in loader.get_template_sources(name):
                with suppress(TemplateDoesNotExist):
                    yield loader.get_contents(origin)


def _import(path: str) -> object:
    try:
        return import_string(path)
    except ImportError:  # Django itself says so when it starts
        return None
