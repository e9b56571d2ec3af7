"""Settings of the demonstration site. EXPIRE_AFTER and WARN_AFTER come from the environment."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


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

INSTALLED_APPS = [
    "example",  # before the admin, for templates/admin/base_site.html
    "session_security",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "example.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "session_security.middleware.SessionSecurityMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "example.urls"
WSGI_APPLICATION = "example.wsgi.application"

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

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
    },
}

STATIC_URL = "static/"

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "records"
LOGOUT_REDIRECT_URL = "home"

TIME_ZONE = "UTC"

# The ten languages of session_security, English, and two that run from right to left.
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", "Arabic"),
    ("ca", "Catalan"),
    ("cs", "Czech"),
    ("de", "German"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fr", "French"),
    ("he", "Hebrew"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("pt-br", "Brazilian Portuguese"),
]

# Shows in the terminal the one line that is logged when a session is ended.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"session_security": {"handlers": ["console"], "level": "INFO"}},
}

SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_SECURITY_EXPIRE_AFTER = seconds("EXPIRE_AFTER", 60)
SESSION_SECURITY_WARN_AFTER = seconds("WARN_AFTER", 30)
if SESSION_SECURITY_WARN_AFTER >= SESSION_SECURITY_EXPIRE_AFTER:
    raise ImproperlyConfigured(
        f"WARN_AFTER ({SESSION_SECURITY_WARN_AFTER}) must be below "
        f"EXPIRE_AFTER ({SESSION_SECURITY_EXPIRE_AFTER}). "
        "Set both in the environment, for example WARN_AFTER=30 EXPIRE_AFTER=60."
    )
