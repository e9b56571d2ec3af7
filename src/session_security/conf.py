"""The settings, typed, read when first used, and again when ``override_settings`` changes them.

A setting that is not set costs an exception inside Django each time it is looked for.
"""

from collections.abc import Callable, Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from .policy import Reason, SessionStatus, Timeouts, seconds

PREFIX = "SESSION_SECURITY_"
ON_EXPIRE = ("auto", "leave", "lock")


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
    """One property for each setting; ``ImproperlyConfigured`` if its value can't be used."""

    @cached_property
    def EXPIRE_AFTER(self) -> float:
        """The idle timeout, in seconds."""
        return self._seconds("EXPIRE_AFTER", 600)

    @cached_property
    def WARN_AFTER(self) -> float:
        """How long a session is idle when the warning shows, in seconds."""
        return self._seconds("WARN_AFTER", 540)

    @cached_property
    def MAX_AGE(self) -> float | None:
        """The absolute limit since sign-in, in seconds; None for no limit."""
        return None if self._get("MAX_AGE", None) is None else self._seconds("MAX_AGE", 0)

    @cached_property
    def TIMEOUTS(self) -> Callable[[HttpRequest], Timeouts] | None:
        """What decides on the timeouts of a request, if the settings alone do not."""
        value = self._get("TIMEOUTS", None)
        if isinstance(value, str):
            try:
                value = import_string(value)
            except ImportError as error:
                raise self._error("TIMEOUTS", f"can't be imported: {error}") from error
        if value is not None and not callable(value):
            raise self._error("TIMEOUTS", "must be a callable or the dotted path to one")
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
        return self._on_expire(self._get("ON_EXPIRE", "auto"))

    @cached_property
    def REDIRECT_TO_LOGOUT(self) -> bool:
        """Whether the page is left for the logout URL at the end, rather than loaded again."""
        return self._bool("REDIRECT_TO_LOGOUT")

    @cached_property
    def LOGOUT_URL(self) -> object:
        """The name or path of the view that signs out; a string, or a lazy one."""
        value = self._get("LOGOUT_URL", "logout")
        if not isinstance(value, str | Promise):
            raise self._error("LOGOUT_URL", "must be a URL name or a path")
        return value

    @cached_property
    def KEPT_POST_SIZE(self) -> int:
        """How much of a POST that comes too late is kept, in bytes; 0 for nothing."""
        value = self._get("KEPT_POST_SIZE", 65_536)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self._error("KEPT_POST_SIZE", f"must be a whole number from 0 up, not {value!r}")
        return value

    @cached_property
    def KEPT_POST_AGE(self) -> float:
        """How long it is kept, in seconds."""
        return self._seconds("KEPT_POST_AGE", 3600)

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
            return url if "/" in url else reverse(url)
        except NoReverseMatch:
            return ""

    @cached_property
    def timeouts(self) -> Timeouts:
        """The three limits of the settings together."""
        try:
            return Timeouts(self.WARN_AFTER, self.EXPIRE_AFTER, self.MAX_AGE)
        except ValueError as error:
            raise self._error("WARN_AFTER", f"is wrong: {error}") from error

    @cached_property
    def anonymous(self) -> SessionStatus:
        """What is known of a visitor who is not signed in."""
        return SessionStatus(self.timeouts, reason=Reason.ANONYMOUS)

    @cached_property
    def unavailable(self) -> SessionStatus:
        """What is known while the session can't be read."""
        return SessionStatus(self.timeouts, reason=Reason.UNAVAILABLE)

    def timeouts_for(self, request: HttpRequest) -> Timeouts:
        """The limits for this request; what ``TIMEOUTS`` raises is not caught."""
        if (function := self.TIMEOUTS) is None:
            return self.timeouts
        timeouts = function(request)
        if not isinstance(timeouts, Timeouts):
            raise self._error("TIMEOUTS", f"returned {timeouts!r}, not policy.Timeouts")
        return timeouts

    def on_expire_for(self, request: SecuredRequest) -> str:
        """What the view has said for this page, or ``ON_EXPIRE``."""
        value = request.session_security.on_expire
        return self.ON_EXPIRE if value is None else self._on_expire(value)

    def _on_expire(self, value: object) -> str:
        if value not in ON_EXPIRE:
            choices = ", ".join(ON_EXPIRE)
            raise self._error("ON_EXPIRE", f"must be one of {choices}, not {value!r}")
        return str(value)

    def _get(self, name: str, default: object) -> object:
        return getattr(settings, PREFIX + name, default)

    def _seconds(self, name: str, default: float) -> float:
        try:
            return seconds(self._get(name, default))
        except (TypeError, ValueError) as error:
            raise self._error(name, f"is wrong: {error}") from error

    def _bool(self, name: str) -> bool:
        value = self._get(name, False)
        if not isinstance(value, bool):
            raise self._error(name, f"must be True or False, not {value!r}")
        return value

    def _list(self, name: str) -> Collection[object]:
        value = self._get(name, [])
        if isinstance(value, str) or not isinstance(value, Collection):
            raise self._error(name, f"must be a list, not {value!r}")
        return value

    def _error(self, name: str, what: str) -> ImproperlyConfigured:
        return ImproperlyConfigured(f"{PREFIX}{name} {what}.")


def _path(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


conf = Conf()


@receiver(setting_changed)
def forget(**kwargs: Any) -> None:
    """Read the settings anew."""
    vars(conf).clear()


NAMES = frozenset(name for name in vars(Conf) if name.isupper())
