"""Settings of the demonstration site. EXPIRE_AFTER and WARN_AFTER come from the environment."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from example.base_settings import *  # noqa: F403
from example.base_settings import INSTALLED_APPS, MIDDLEWARE, insert_after


def seconds(name: str, default: int) -> int:
    """Return the environment's NAME as whole seconds above 0; anything else is refused."""
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise ImproperlyConfigured(
            f"{name} is {value!r} in the environment. "
            f"Give whole seconds above 0, for example {name}={default}."
        )
    return int(value)


BASE_DIR = Path(__file__).resolve().parent

SECRET_KEY = "known to everybody, for the demonstration only"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

# "example" before the admin, for templates/admin/base_site.html
INSTALLED_APPS = ["example", *INSTALLED_APPS, "django.contrib.admin"]

MIDDLEWARE = insert_after(
    MIDDLEWARE,
    "django.middleware.security.SecurityMiddleware",
    "example.middleware.content_security_policy",
)
MIDDLEWARE = insert_after(
    MIDDLEWARE,
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
)

ROOT_URLCONF = "example.urls"
WSGI_APPLICATION = "example.wsgi.application"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
    },
}

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "records"
LOGOUT_REDIRECT_URL = "home"

# The languages of session_security.
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", "Arabic"),
    ("ca", "Catalan"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fa", "Persian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hu", "Hungarian"),
    ("id", "Indonesian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("nb", "Norwegian Bokmal"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("pt-br", "Brazilian Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sk", "Slovak"),
    ("sv", "Swedish"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("vi", "Vietnamese"),
    ("zh-hans", "Simplified Chinese"),
    ("zh-hant", "Traditional Chinese"),
]

# Shows in the terminal the one line that is logged when a session is ended.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"session_security": {"handlers": ["console"], "level": "INFO"}},
}

# The admin's templates need no change.
SESSION_SECURITY_INSERT_INTO = ["admin"]
SESSION_SECURITY_EXPIRE_AFTER = seconds("EXPIRE_AFTER", 60)
SESSION_SECURITY_WARN_AFTER = seconds("WARN_AFTER", 30)
if SESSION_SECURITY_WARN_AFTER >= SESSION_SECURITY_EXPIRE_AFTER:
    raise ImproperlyConfigured(
        f"WARN_AFTER ({SESSION_SECURITY_WARN_AFTER}) must be below "
        f"EXPIRE_AFTER ({SESSION_SECURITY_EXPIRE_AFTER}). "
        "Set both in the environment, for example WARN_AFTER=30 EXPIRE_AFTER=60."
    )
