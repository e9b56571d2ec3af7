"""A new project's settings, and session_security in them unless the variant is bare.

Which variant, where its database is and its timeouts (seconds) come from the environment.
"""

import os
from importlib.util import find_spec
from pathlib import Path

BARE, OURS, PEER = "bare", "ours", "2.6.8"
VARIANTS = (BARE, OURS, PEER)

VARIANT = os.environ.get("BENCHMARK_VARIANT", BARE)
SESSION_SECURITY_WARN_AFTER = int(os.environ.get("BENCHMARK_WARN_AFTER", "540"))
SESSION_SECURITY_EXPIRE_AFTER = int(os.environ.get("BENCHMARK_EXPIRE_AFTER", "600"))

SECRET_KEY = "benchmark"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "benchmarks.webapp"
INSTALLED_APPS = [
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
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if VARIANT != BARE:
    INSTALLED_APPS.append("session_security")
    MIDDLEWARE.insert(5, "session_security.middleware.SessionSecurityMiddleware")

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("BENCHMARK_DATABASE"),
        "CONN_MAX_AGE": None,  # to open the file in each request would hide part of what is added
    }
}
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # without it 2.6.8 does not start
LOGGING = {"version": 1, "loggers": {"django": {"level": "ERROR"}}}

# What the client needs on a page; 2.6.8 leaves it to the site to load jQuery.
_INCLUDE = '{% include "session_security/all.html" %}'
_JQUERY = '{% load static %}<script src="{% static "jquery.min.js" %}"></script>'
_CLIENT = {BARE: "", OURS: _INCLUDE, PEER: _JQUERY + _INCLUDE}[VARIANT]
_PAGE = f"<!doctype html><title>Page</title>{_CLIENT}<p>Hello {{{{ request.user }}}}</p>"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        ("django.template.loaders.locmem.Loader", {"page.html": _PAGE}),
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]
STATIC_URL = "/static/"
_jquery = find_spec("xstatic.pkg.jquery") if VARIANT == PEER else None
STATICFILES_DIRS = [
    Path(place, "data") for place in (_jquery and _jquery.submodule_search_locations) or ()
]
