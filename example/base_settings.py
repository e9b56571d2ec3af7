"""A site with session_security, set up as the documentation says; no site by itself.

The demonstration site, the tests' sites and the sites of the benchmarks have these settings, and
each says in its own file what is different there.
"""

from collections.abc import Iterable

INSTALLED_APPS = [
    "session_security",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "session_security.middleware.SessionSecurityMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

STATIC_URL = "static/"
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"  # as by default from Django 6.0 on

SESSION_EXPIRE_AT_BROWSER_CLOSE = True


def without_ours(names: Iterable[str]) -> list[str]:
    """Return the apps or the middleware without session_security's."""
    return [name for name in names if not name.startswith("session_security")]


def insert_after(middleware: Iterable[str], place: str, *others: str) -> list[str]:
    """Return the middleware with some others directly after one of it."""
    result = list(middleware)
    at = result.index(place) + 1
    return [*result[:at], *others, *result[at:]]
