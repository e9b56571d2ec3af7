"""The settings, typed, read when first used, and again when ``override_settings`` changes them.

No setting stops a site: see :class:`Conf`. A setting that is not set costs an exception inside
Django each time it is looked for.
"""

import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.http import HttpRequest
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from .policy import Reason, SessionStatus, Timeouts, seconds
from .standards import STANDARDS, Standard

PREFIX = "SESSION_SECURITY_"
ON_EXPIRE = ("auto", "leave", "lock")
PAGE_TEMPLATE = "session_security/page.html"
# What is taken for True where only a boolean will do.
YES = ("1", "true", "yes", "on")

logger = logging.getLogger("session_security")

T = TypeVar("T")


class SessionSecurity:
    """``request.session_security``: what was found, and what the view asks for.

    ``on_expire`` is for the view to set: ``SESSION_SECURITY_ON_EXPIRE`` for this page alone.
    """

    __slots__ = ("on_expire", "status")

    def __init__(self, status: SessionStatus) -> None:
        self.status = status
        self.on_expire: str | None = None

    def __getattr__(self, name: str) -> Any:
        """All that the status says."""
        if name in SessionSecurity.__slots__:  # not there as yet, as while it is copied
            raise AttributeError(name)
        return getattr(self.status, name)

    if TYPE_CHECKING:
        timeouts: Timeouts
        idle: float
        reason: Reason | None
        absolute_in: float | None
        remaining: float
        warn_in: float


class SecuredRequest(HttpRequest):
    """A request that the middleware has seen; for type annotations."""

    session_security: SessionSecurity


class Conf:
    """One property for each setting.

    A value that can't be used is an error of the system checks, and logged once. Another is used in
    its place: what was probably meant, or else what keeps nobody signed in, and nothing stored, for
    longer than was asked for.
    """

    @cached_property
    def problems(self) -> dict[str, str]:
        """What is wrong with the settings read so far, by name."""
        return {}

    def read_all(self) -> None:
        """Read every setting, so that what is wrong is logged when the site starts."""
        for name in sorted(NAMES):
            getattr(self, name)

    @cached_property
    def PROFILE(self) -> str | None:
        """The standard whose times are the defaults, and the least that the checks accept."""
        value = self._get("PROFILE", None)
        if value is not None and (not isinstance(value, str) or value not in STANDARDS):
            what = f"must be None or one of {', '.join(STANDARDS)}, not {value!r}"
            return self._replaced("PROFILE", what, None)
        return value

    @property
    def standard(self) -> Standard | None:
        """What the profile asks for."""
        return STANDARDS[self.PROFILE] if self.PROFILE else None

    @cached_property
    def EXPIRE_AFTER(self) -> float:
        """The idle timeout, in seconds."""
        return self._seconds("EXPIRE_AFTER", self.standard.expire_after if self.standard else 600)

    @cached_property
    def WARN_AFTER(self) -> float:
        """How long a session is idle when the warning shows, in seconds."""
        end = self.EXPIRE_AFTER
        # Without a standard, as in 2.x.
        default = max(0.9 * end, end - 120) if self.standard else min(540, 0.9 * end)
        return self._seconds("WARN_AFTER", default)

    @cached_property
    def MAX_AGE(self) -> float | None:
        """The absolute limit since sign-in, in seconds; None for no limit."""
        default = self.standard.max_age if self.standard else None
        if self._get("MAX_AGE", default) is None:
            return None
        if default is not None:
            return self._seconds("MAX_AGE", default)
        # Instead of what is no time: the shortest that leaves ten extensions (check W002).
        return self._seconds("MAX_AGE", 11 * self.EXPIRE_AFTER)

    @cached_property
    def TIMEOUTS(self) -> Callable[[HttpRequest], Timeouts] | None:
        """What decides on the timeouts of a request, if the settings alone do not."""
        value = self._get("TIMEOUTS", None)
        if isinstance(value, str):
            try:
                value = import_string(value)
            except Exception as error:  # noqa: BLE001  (whatever a module of the site raises)
                return self._replaced("TIMEOUTS", f"can't be imported: {error}", None)
        if value is not None and not callable(value):
            what = "must be a callable or the dotted path to one"
            return self._replaced("TIMEOUTS", what, None)
        return cast("Callable[[HttpRequest], Timeouts] | None", value)

    @cached_property
    def PASSIVE_URLS(self) -> Collection[object]:
        """Paths that are no human act; strings, or lazy ones."""
        return self._list("PASSIVE_URLS")

    @cached_property
    def PASSIVE_URL_NAMES(self) -> Collection[object]:
        """View names that are no human act, with their namespaces."""
        return self._list("PASSIVE_URL_NAMES")

    @cached_property
    def INSERT_INTO(self) -> Collection[object]:
        """Namespaces of URLs whose pages get the element without including it."""
        return self._list("INSERT_INTO")

    @cached_property
    def COUNT_FETCH(self) -> bool:
        """Whether a request made by a script is a human act."""
        return self._bool("COUNT_FETCH")

    @cached_property
    def REQUIRE_CONFIRM(self) -> bool:
        """Whether only the button in the warning extends the session."""
        return self._bool("REQUIRE_CONFIRM")

    @cached_property
    def ON_EXPIRE(self) -> str:
        """What becomes of the page at the end: "auto", "leave" or "lock"."""
        value = self._get("ON_EXPIRE", "auto")
        if problem := _problem_of_on_expire(value):
            return self._replaced("ON_EXPIRE", problem, "auto")
        return str(value)

    @cached_property
    def REDIRECT_TO_LOGOUT(self) -> bool:
        """Whether the page is left for the logout URL at the end, rather than loaded again."""
        return self._bool("REDIRECT_TO_LOGOUT")

    @cached_property
    def LOGOUT_URL(self) -> object:
        """The name or path of the view that signs out; a string, or a lazy one."""
        value = self._get("LOGOUT_URL", "logout")
        if not isinstance(value, str | Promise):
            return self._replaced("LOGOUT_URL", "must be a URL name or a path", "logout")
        return value

    @cached_property
    def BASE_TEMPLATE(self) -> str:
        """What the pages extend that lead people back: the site's own base, or the app's."""
        value = self._get("BASE_TEMPLATE", PAGE_TEMPLATE)
        if value == PAGE_TEMPLATE:
            return PAGE_TEMPLATE
        if not isinstance(value, str):
            what = f"must be the name of a template, not {value!r}"
            return self._replaced("BASE_TEMPLATE", what, PAGE_TEMPLATE)
        try:
            page: Any = get_template(PAGE_TEMPLATE)
            page.backend.get_template(value)  # in the same engine, or ours could not extend it
        except (TemplateDoesNotExist, TemplateSyntaxError, OSError, ValueError) as error:
            what = f"can't be used: {type(error).__name__}: {error}"
            return self._replaced("BASE_TEMPLATE", what, PAGE_TEMPLATE)
        return value

    @cached_property
    def KEPT_POST_SIZE(self) -> int:
        """How much of a POST that comes too late is kept, in bytes; 0 for nothing."""
        value = self._get("KEPT_POST_SIZE", 65_536)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            what = f"must be a whole number from 0 up, not {value!r}"
            meant = int(value) if isinstance(value, str) and value.isdecimal() else 0
            return self._replaced("KEPT_POST_SIZE", what, meant)
        return value

    @cached_property
    def KEPT_POST_AGE(self) -> float:
        """How long it is kept, in seconds; 0, if that can't be known, for not at all."""
        return self._seconds("KEPT_POST_AGE", 3600, instead=0)

    @cached_property
    def INSECURE(self) -> bool:
        """Silences the check on ``SESSION_EXPIRE_AT_BROWSER_CLOSE``."""
        return self._bool("INSECURE")

    @property
    def ping_path(self) -> str:
        """The path of the ping; empty where the app's URLs are not included (check E006)."""
        return _path("session_security_ping")

    @property
    def kept_path(self) -> str:
        """The path of the page that gives a late POST back; empty as that of the ping."""
        return _path("session_security_kept")

    @property
    def resume_path(self) -> str:
        """The path of the page after signing in again; empty as that of the ping."""
        return _path("session_security_resume")

    @property
    def logout_path(self) -> str:
        """``LOGOUT_URL`` as a path; empty if there is no such view."""
        try:
            url = str(self.LOGOUT_URL)
        except NoReverseMatch:  # of a lazy one
            return ""
        return url if "/" in url else _path(url)

    @cached_property
    def timeouts(self) -> Timeouts:
        """The three limits of the settings together; a warning that is too late never shows."""
        return Timeouts(min(self.WARN_AFTER, self.EXPIRE_AFTER), self.EXPIRE_AFTER, self.MAX_AGE)

    @cached_property
    def anonymous(self) -> SessionStatus:
        """What is known of a visitor who is not signed in."""
        return SessionStatus(self.timeouts, reason=Reason.ANONYMOUS)

    @cached_property
    def unavailable(self) -> SessionStatus:
        """What is known while the session can't be read."""
        return SessionStatus(self.timeouts, reason=Reason.UNAVAILABLE)

    def timeouts_for(self, request: HttpRequest) -> Timeouts:
        """The limits for this request; those of the settings if ``TIMEOUTS`` fails."""
        if (function := self.TIMEOUTS) is None:
            return self.timeouts
        try:
            timeouts = function(request)
        except Exception:
            logger.exception("%sTIMEOUTS failed; the timeouts of the settings are used", PREFIX)
            return self.timeouts
        if not isinstance(timeouts, Timeouts):
            words = "%sTIMEOUTS returned %r, not policy.Timeouts; those of the settings are used"
            logger.error(words, PREFIX, timeouts)
            return self.timeouts
        return timeouts

    def on_expire_for(self, request: SecuredRequest) -> str:
        """What the view has said for this page, or ``ON_EXPIRE``."""
        value = request.session_security.on_expire
        if value is None:
            return self.ON_EXPIRE
        if problem := _problem_of_on_expire(value):
            raise ImproperlyConfigured(f"{PREFIX}ON_EXPIRE {problem}.")
        return value

    def _get(self, name: str, default: object) -> object:
        return getattr(settings, PREFIX + name, default)

    def _seconds(self, name: str, default: float, instead: float | None = None) -> float:
        value = self._get(name, default)
        try:
            return seconds(value)
        except (TypeError, ValueError) as error:
            used = default if instead is None else instead
            if isinstance(value, str):
                with suppress(ValueError):
                    used = seconds(float(value))
            return self._replaced(name, f"is wrong: {error}", used)

    def _bool(self, name: str) -> bool:
        value = self._get(name, False)
        if not isinstance(value, bool):
            what = f"must be True or False, not {value!r}"
            return self._replaced(name, what, str(value).lower() in YES)
        return value

    def _list(self, name: str) -> Collection[object]:
        value = self._get(name, [])
        is_text = isinstance(value, str | bytes | bytearray)
        if is_text or not isinstance(value, Collection):
            meant: list[object] = [value] if is_text else []
            with suppress(TypeError):
                meant = meant or list(value)  # type: ignore[call-overload]
            return self._replaced(name, f"must be a list, not {value!r}", meant)
        return value

    def _replaced(self, name: str, what: str, instead: T) -> T:
        """Say once what is wrong with a setting; ``instead`` is used in its place."""
        self.problems[name] = f"{PREFIX}{name} {what}. In its place, {instead!r} is used."
        logger.warning("%s", self.problems[name])
        return instead


def _problem_of_on_expire(value: object) -> str:
    if value in ON_EXPIRE:
        return ""
    return f"must be one of {', '.join(ON_EXPIRE)}, not {value!r}"


def _path(name: str) -> str:
    return _reversed(name, get_urlconf(), get_script_prefix(), get_language())


@lru_cache
def _reversed(name: str, *depends_on: object) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


conf = Conf()


@receiver(setting_changed)
def forget(**kwargs: Any) -> None:
    """Read the settings anew."""
    vars(conf).clear()
    _reversed.cache_clear()


NAMES = frozenset(name for name in vars(Conf) if name.isupper())
