"""What is in force on a site, and what is left to do there; for ``manage.py session_security``."""

import re
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from inspect import isclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.template import TemplateDoesNotExist, engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import get_template
from django.urls import NoReverseMatch
from django.utils.module_loading import import_string

from .conf import conf
from .middleware import SessionSecurityMiddleware
from .sessions.activity import engine_of

OURS = Path(__file__).parent / "templates"

# What a template of ours has that other parts rest on. A template of the site's own that takes
# its place needs it, too.
_NEEDED = (
    (re.compile(r'\bid="(session_security_\w+)"'), 'the element with the id "{}"'),
    (re.compile(r'<button [^>]*name="(\w+)"'), 'the button with the name "{}"'),
    (re.compile(r"<(session-security)\b"), "the element <{}>"),
    (re.compile(r"{% (session_security_\w+)"), "the tag {{% {} %}}"),
    (re.compile(r"{% include ['\"](session_security/[\w.]+)"), 'the include of "{}"'),
    (re.compile(r"{% block (\w+)"), 'the block "{}"'),
)

# Names of 2.x that templates may hold, and the cure for each.
_NAMES_OF_2X = {
    "session_security/script.js": "Include session_security/all.html, which loads the new script.",
    "yourlabs.SessionSecurity": "Include session_security/all.html, and use its element's events.",
    "session_security_overlay": "There is no such class any more: see the docs on colours.",
    "session_security_modal": "There is no such class any more: see the docs on colours.",
    "session_security_logout_form": "There is no such form: use session_security_logout_url.",
}


def overview() -> dict[str, Any]:
    """All that the command prints, as values for JSON; times in seconds."""
    timeouts, function = conf.timeouts, conf.TIMEOUTS
    return {
        "middleware": next(iter(_middleware()), None),
        "session_engine": settings.SESSION_ENGINE,
        "adapter": type(engine_of(import_module(settings.SESSION_ENGINE).SessionStore())).__name__,
        "profile": conf.PROFILE,
        "expire_after": timeouts.expire_after,
        "warn_after": None if timeouts.is_without_warning else timeouts.warn_after,
        "max_age": timeouts.max_age,
        "timeouts": function and f"{function.__module__}.{getattr(function, '__qualname__', '')}",
        "passive_urls": list(_passive_urls()),
        "passive_url_names": [str(name) for name in conf.PASSIVE_URL_NAMES],
        "count_fetch": conf.COUNT_FETCH,
        "templates": [str(path) for _, path in _own_templates()],
        "to_do": [*_of_checks(), *_of_own_templates(), *_of_names_of_2x()],
    }


def _middleware() -> Iterator[str]:
    for path in settings.MIDDLEWARE:
        middleware = None
        with suppress(ImportError):  # Django itself says so when it starts
            middleware = import_string(path)
        if isclass(middleware) and issubclass(middleware, SessionSecurityMiddleware):
            yield path


def _passive_urls() -> Iterator[str]:
    for url in conf.PASSIVE_URLS:
        with suppress(NoReverseMatch):  # which the checks tell of
            yield str(url)


def _checks() -> list[CheckMessage]:
    return [
        message
        for message in run_checks(tags=["security"])
        if str(message.id).startswith("session_security.") and not message.is_silenced()
    ]


def _of_checks() -> list[str]:
    return [f"{message.id}: {message.msg} {message.hint}" for message in _checks()]


def _own_templates() -> Iterator[tuple[str, Path]]:
    """The names of our templates whose place another has taken, and where that is."""
    for ours in sorted(OURS.rglob("*.html")):
        name = ours.relative_to(OURS).as_posix()
        try:
            origin = Path(get_template(name).template.origin.name)  # type: ignore[attr-defined]
        except TemplateDoesNotExist:  # the app's templates are not looked for
            continue
        if origin != ours and origin.is_file():
            yield name, origin


def _of_own_templates() -> Iterator[str]:
    for name, path in _own_templates():
        own = _text(path)
        if "{% extends" in own:  # what it lacks may be there
            continue
        shipped = _text(OURS / name)
        for pattern, words in _NEEDED:
            for missing in sorted(set(pattern.findall(shipped)) - set(pattern.findall(own))):
                yield (
                    f"{path} lacks {words.format(missing)}. "
                    f"Start again from {name} of this release, or delete yours."
                )


def _of_names_of_2x() -> Iterator[str]:
    folders = {
        Path(folder)
        for engine in engines.all()
        if isinstance(engine, DjangoTemplates)
        for folder in engine.template_dirs
    }
    for path in sorted({path for folder in folders for path in folder.rglob("*.html")}):
        if not path.is_relative_to(OURS):
            for name, cure in _NAMES_OF_2X.items():
                if re.search(rf"\b{re.escape(name)}\b", _text(path)):
                    yield f"{path} holds {name}, a name of 2.x. {cure}"


def _text(path: Path) -> str:
    return path.read_text(errors="replace")
