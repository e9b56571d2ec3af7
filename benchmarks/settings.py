"""A new project's settings, and session_security in them unless the variant is bare.

Which variant, where its database is and its timeouts (seconds) come from the environment.
"""

import os
from pathlib import Path

from example.base_settings import *  # noqa: F403
from example.base_settings import INSTALLED_APPS, MIDDLEWARE, without_ours

BARE, OURS, PEER = "bare", "ours", "2.6.8"
VARIANTS = (BARE, OURS, PEER)

VARIANT = os.environ.get("BENCHMARK_VARIANT", BARE)
SESSION_SECURITY_WARN_AFTER = int(os.environ.get("BENCHMARK_WARN_AFTER", "540"))
SESSION_SECURITY_EXPIRE_AFTER = int(os.environ.get("BENCHMARK_EXPIRE_AFTER", "600"))

SECRET_KEY = "benchmark"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "benchmarks.webapp"
if VARIANT == BARE:
    INSTALLED_APPS, MIDDLEWARE = without_ours(INSTALLED_APPS), without_ours(MIDDLEWARE)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("BENCHMARK_DATABASE"),
        "CONN_MAX_AGE": None,  # to open the file in each request would hide part of what is added
    }
}
LOGGING = {"version": 1, "loggers": {"django": {"level": "ERROR"}}}

_TEMPLATES = Path(__file__).with_name("templates")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_TEMPLATES, _TEMPLATES / VARIANT],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
if VARIANT == PEER:  # which leaves it to the site to have jQuery
    from xstatic.pkg import jquery  # type: ignore[import-not-found]

    STATICFILES_DIRS = [jquery.BASE_DIR]
