"""What the templates of the app need to know; a thin layer over ``request.session_security``."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from django import template
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.template.context import RequestContext
from django.templatetags.static import static
from django.urls import NoReverseMatch
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language, npgettext_lazy, override
from django.utils.translation import gettext as _

from ..conf import SessionSecurity, conf
from ..policy import Reason, Timeouts
from ..second_sign_in import goal_of, is_login_page
from ..sessions.tags import sign_in_tag, user_tag
from ..sessions.times import last_activity

register = template.Library()

# The names of the dialogs, and where the app's own are.
_FOLDER = Path(__file__).parent.parent / "templates"
DIALOGS = {
    name: str(_FOLDER / name)
    for name in ("session_security/dialog.html", "session_security/cover.html")
}
# In a context, and in what was rendered: stands for the tag of any sign-in.
_ANY_SIGN_IN = "session_security_any_sign_in"
MOST_RENDERED = 200
_rendered: dict[tuple[object, ...], str] = {}

_UNITS = (  # from how many seconds on, of how many seconds
    # Translators: as in "after 15 minutes".
    (172_800, 86_400, npgettext_lazy("after", "%(count)d day", "%(count)d days", "count")),
    (3600, 3600, npgettext_lazy("after", "%(count)d hour", "%(count)d hours", "count")),
    (60, 60, npgettext_lazy("after", "%(count)d minute", "%(count)d minutes", "count")),
    (1, 1, npgettext_lazy("after", "%(count)d second", "%(count)d seconds", "count")),
)


@register.filter
def warn_after(request: HttpRequest) -> float:
    """Seconds without activity until the warning."""
    return _timeouts(request).warn_after


@register.filter
def expire_after(request: HttpRequest) -> float:
    """Seconds without activity until the end."""
    return _timeouts(request).expire_after


@register.filter
def requires_confirm(request: HttpRequest) -> bool:
    """Whether only the button in the warning extends the session."""
    return conf.REQUIRE_CONFIRM


@register.filter
def redirect_to_logout(request: HttpRequest) -> bool:
    """Whether the page is left for the logout URL."""
    return conf.REDIRECT_TO_LOGOUT


@register.filter
def is_secured(request: HttpRequest | None) -> bool:
    """Whether there is a session to warn about; asks neither the database nor an empty session."""
    security: SessionSecurity | None = getattr(request, "session_security", None)
    return (
        request is not None
        and security is not None
        and security.reason is None
        and last_activity(request.session) is not None  # the view may have signed out
        and bool(conf.ping_path)
    )


@register.filter
def waits_for_sign_in(request: HttpRequest | None) -> bool:
    """Whether this is a login page, and nobody is signed in."""
    security: SessionSecurity | None = getattr(request, "session_security", None)
    return (
        request is not None
        and security is not None
        and security.reason not in (None, Reason.UNAVAILABLE)
        and is_login_page(request)
        and bool(conf.ping_path)
    )


@register.simple_tag(takes_context=True)
def session_security_sign_in_options(context: RequestContext) -> str:
    """The attributes by which the script of a login page knows where to ask, and where to go on."""
    try:
        goal = goal_of(context["request"])
    except NoReverseMatch:  # of LOGIN_REDIRECT_URL
        goal = "/"
    attributes = 'data-channel="{}" data-ping-url="{}" data-next="{}"'
    return format_html(attributes, _channel_of_site(), conf.ping_path, goal)


@register.simple_tag
def session_security_logout_url() -> str:
    """Where to sign out, or nothing if there is no such view."""
    return conf.logout_path


@register.simple_tag(takes_context=True)
def session_security_resume_url(context: RequestContext) -> str:
    """Where to sign in again beside this page, or nothing if the app's URLs are not included."""
    query = QueryDict(mutable=True)
    query["signIn"] = context.get(_ANY_SIGN_IN) or sign_in_tag(context["request"].session)
    return f"{path}?{query.urlencode()}" if (path := conf.resume_path) else ""


@register.simple_tag(takes_context=True)
def session_security_dialogs(context: RequestContext) -> SafeString:
    """``dialog.html`` and ``cover.html``; those of the app are not rendered for each page anew."""
    return SafeString("".join(_dialog(context, name) for name in DIALOGS))


def _dialog(context: RequestContext, name: str) -> str:
    template = context.template.engine.get_template(name)  # type: ignore[union-attr]
    if settings.DEBUG or template.origin.name != DIALOGS[name]:
        return template.render(context)
    request = context["request"]
    # All that they depend on, but for the sign-in.
    key = (
        name,
        get_language(),
        settings.LANGUAGE_CODE,
        conf.logout_path,
        conf.resume_path,
        conf.REQUIRE_CONFIRM,
        is_in_admin(request),
    )
    html = _rendered.get(key)
    if html is None:
        if len(_rendered) >= MOST_RENDERED:
            _rendered.clear()
        with context.push(**{_ANY_SIGN_IN: _ANY_SIGN_IN}):
            html = _rendered[key] = template.render(context)
    return html.replace(_ANY_SIGN_IN, quote_plus(sign_in_tag(request.session)))


@register.simple_tag(takes_context=True)
def session_security_nonce(context: RequestContext) -> str:
    """The nonce of the page's Content Security Policy, by Django 6 or django-csp, if it has one."""
    nonce = context.get("csp_nonce", getattr(context.get("request"), "csp_nonce", None))
    return "" if nonce is None else format_html(' nonce="{}"', nonce)


@register.simple_tag
def session_security_script() -> str:
    """Where the browser's side is: small, or to be read where ``DEBUG`` is on."""
    name = "session_security.debug.js" if settings.DEBUG else "session_security.js"
    return static(f"session_security/{name}")


@register.simple_tag
def session_security_language() -> str:
    """The attributes ``lang`` and ``dir`` for the words of the app, as they are really shown."""
    language = _language_shown()
    direction = "rtl" if language.split("-")[0] in settings.LANGUAGES_BIDI else "ltr"
    return format_html('lang="{}" dir="{}"', language.replace("@", "-"), direction)


@register.filter
def is_in_admin(request: HttpRequest) -> bool:
    """Whether the page is one of Django's admin, which has its own words for signing in and out."""
    match = request.resolver_match
    return match is not None and "admin" in match.app_names


@register.simple_tag(takes_context=True)
def session_security_notice(context: RequestContext) -> str:
    """How long one may be away, in words (WCAG 2.2, 2.2.6)."""
    timeouts = _timeouts(context.get("request"))
    notice = _("You will be signed out after %(time)s without activity.")
    words = notice % {"time": _duration(timeouts.expire_after)}
    if timeouts.max_age is not None:
        limit = _("You will always be signed out %(time)s after signing in.")
        words += " " + limit % {"time": _duration(timeouts.max_age)}
    return words


@register.simple_tag(takes_context=True)
def session_security_options(context: RequestContext) -> SafeString:
    """The options of the browser's side, as an inert JSON element."""
    return json_script(options(context["request"]))


def options(request: Any) -> dict[str, object]:
    """The options of the browser's side for a secured request; times in seconds."""
    security: SessionSecurity = request.session_security
    values: dict[str, object] = {
        "pingUrl": conf.ping_path,
        "channel": _channel_of_site(),
        "sharesCookie": bool(settings.SESSION_COOKIE_DOMAIN),
        "warnAfter": security.timeouts.warn_after,
        "expireAfter": security.timeouts.expire_after,
        "idle": security.idle,
        "absoluteIn": security.absolute_in,
        "user": user_tag(request.session),
        "signIn": sign_in_tag(request.session),
        "language": get_language() or settings.LANGUAGE_CODE,
        "requireConfirm": conf.REQUIRE_CONFIRM,
        "onExpire": conf.on_expire_for(request),
        "answered": request.method not in ("GET", "HEAD"),
        "confirmFormDiscard": True,
    }
    if conf.REDIRECT_TO_LOGOUT and (url := conf.logout_path):
        values["returnToUrl"] = url
    return values


def _language_shown() -> str:
    """The active language, or that of the site, or English, whichever has the app's words."""
    source = "Your session is about to expire"
    shown = _(source)
    if shown == source:
        return "en"
    active = get_language() or settings.LANGUAGE_CODE
    # Where a language has no catalogue, Django takes the words of LANGUAGE_CODE.
    with override(settings.LANGUAGE_CODE):
        return settings.LANGUAGE_CODE if _(source) == shown else active


def _channel_of_site() -> str:
    return _channel(
        settings.SESSION_COOKIE_NAME,
        settings.SESSION_COOKIE_DOMAIN or "",
        settings.SESSION_COOKIE_PATH,
    )


@lru_cache
def _channel(*cookie: str) -> str:
    """A name for what the session belongs to: where the browser sends its cookie."""
    return sha256("\n".join(cookie).encode()).hexdigest()[:16]


def _duration(seconds: float) -> str:
    """In words, by the largest unit that leaves no rest; days from two on."""
    whole = max(1, int(seconds))
    unit, words = next(
        (unit, words) for least, unit, words in _UNITS if whole >= least and whole % unit == 0
    )
    return words % {"count": whole // unit}


def _timeouts(request: HttpRequest | None) -> Timeouts:
    security: SessionSecurity | None = getattr(request, "session_security", None)
    return security.timeouts if security else conf.timeouts
