"""Runs variants, each in a process of its own: ``python -m tests.upgrade RELEASE [NAME ...]``.

Prints a line of JSON for each. Which release it is, is a matter of the interpreter and its path;
``RELEASE`` says which it is to be. What all sites need is imported once, before they fork.
"""

import gc
import json
import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

from example import base_settings as base

from .catalogue import variants
from .variant import NEW, OLD, OURS, TEMPLATES, Person, Variant

# What needs no settings. The last two are there only in some environments.
IMPORTED_ONCE = [
    "django.contrib.auth.signals",
    "django.contrib.messages.storage.fallback",
    "django.contrib.sessions.backends.cached_db",
    "django.contrib.staticfiles.storage",
    "django.core.management.commands.check",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.writer",
    "django.template.loader",
    "django.test",
    "django.views.decorators.cache",
    "django.views.generic",
    "time_machine",
    "cryptography.fernet",
    "jinja2",
]
NOON = "2026-01-15T12:00:00+00:00"


# What all of them need besides. The settings of 2.6.8 are read once, so each reads them itself.
IMPORTED_WITH_SETTINGS = [
    "django.core.management.commands.collectstatic",
    "session_security.checks",
    "session_security.middleware",
    "session_security.views",
    "tests.upgrade.sites.middleware",
    "tests.upgrade.sites.views",
]


class Urls:
    """The URL configuration of the site."""

    urlpatterns: list[Any] = []


URLS = Urls()


def configure(variant: Variant) -> None:
    """Set up the site, its tables, alice and bob."""
    import django
    from django.apps import apps
    from django.conf import settings
    from django.db import connection

    settings.configure(**values_of(variant))
    django.setup()
    logging.disable()
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            editor.create_model(model)
    from django.contrib.auth import get_user_model

    for name in ("alice", "bob"):
        get_user_model().objects.create_user(name, password="secret")


def values_of(variant: Variant) -> dict[str, Any]:
    """The settings of the site."""
    templates = dict(base.TEMPLATES[0], **dict(variant.settings).get("TEMPLATES", [{}])[0])
    loaders = [
        ("django.template.loaders.locmem.Loader", {**TEMPLATES, **variant.templates}),
        "django.template.loaders.app_directories.Loader",
    ]
    templates["OPTIONS"] = {**templates["OPTIONS"], "loaders": loaders}
    del templates["APP_DIRS"]
    return {
        "SECRET_KEY": "for the matrix only, and long enough to be signed with",
        "ALLOWED_HOSTS": ["*"],
        "ROOT_URLCONF": URLS,
        "INSTALLED_APPS": [*base.INSTALLED_APPS, *variant.apps],
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        "STATIC_URL": "/static/",
        "DEFAULT_AUTO_FIELD": base.DEFAULT_AUTO_FIELD,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "LOGIN_REDIRECT_URL": "/page/",
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        **variant.settings,
        "MIDDLEWARE": _middleware(variant),
        "TEMPLATES": [templates],
    }


def _middleware(variant: Variant) -> list[str]:
    others = [*variant.before, *variant.behind]
    stack = [path for path in base.MIDDLEWARE if path not in others]
    ours = [] if variant.middleware is None else [variant.middleware]
    place = stack.index(OURS)
    return [*stack[:place], *variant.before, *ours, *variant.behind, *stack[place + 1 :]]


def run(variant: Variant, release: str) -> dict[str, Any]:
    """What a journey through the site finds, and which checks speak."""
    import time_machine
    from django.conf import settings

    if settings.configured:
        for name, value in values_of(variant).items():
            setattr(settings, name, value)
    else:
        configure(variant)
    os.environ["TZ"] = settings.TIME_ZONE
    time.tzset()  # as Django does for settings that are a module
    URLS.urlpatterns = variant.all_urls()
    from session_security import middleware

    is_new = hasattr(middleware.SessionSecurityMiddleware, "process_view")
    assert release == (NEW if is_new else OLD), middleware.__file__
    with time_machine.travel(NOON, tick=False) as clock:
        person = Person(release, clock, variant.limit, variant.asgi)
        variant.journey(person)
    return {"failures": person.failures, "checks": _checks() if is_new else []}


def _checks() -> list[str]:
    from session_security.checks import check

    return sorted({str(message.id).split(".")[1] for message in check()})


def in_a_process(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do something in a child of this process; what it raises is a finding."""
    gc.freeze()  # or each child copies what it looks through
    with tempfile.TemporaryFile("w+") as file:
        child = os.fork()
        if not child:
            try:
                found = work()
            except Exception as error:  # noqa: BLE001  (whatever a site raises)
                traceback.print_exc()
                found = {"failures": [f"{type(error).__name__}: {error}"], "checks": []}
            json.dump(found, file)
            file.flush()
            os._exit(0)
        os.waitpid(child, 0)
        file.seek(0)
        result: dict[str, Any] = json.load(file)
    return result


def find(name: str, release: str) -> dict[str, Any]:
    """Run a variant, and run it again as changed, if there is something to do."""

    def as_it_is() -> dict[str, Any]:
        return run(variants()[name](), release)

    def changed() -> dict[str, Any]:
        variant = variants()[name]()
        variant.after()
        return run(variant, release)

    found = in_a_process(as_it_is)
    if release == NEW and variants()[name].do:
        found["after"] = in_a_process(changed)["failures"]
    return found


def main(release: str, *names: str) -> None:
    for module in IMPORTED_ONCE:
        with suppress(ModuleNotFoundError):
            import_module(module)
    known = variants()
    chosen = names or tuple(known)
    plain = [name for name in chosen if known[name]().is_plain]

    def all_plain() -> dict[str, Any]:
        """One process is set up, and the journeys are its children."""
        configure(Variant())
        for module in IMPORTED_WITH_SETTINGS:
            with suppress(ModuleNotFoundError):
                import_module(module)
        for name in plain:
            say(name, find(name, release))
        return {}

    if plain:
        in_a_process(all_plain)
    for name in chosen:
        if name not in plain:
            say(name, find(name, release))


def say(name: str, found: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"variant": name, **found}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
