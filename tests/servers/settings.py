"""The tests' own site, served by real servers: everything that varies is in the environment.

``site.Site`` sets it. Connections to PostgreSQL are kept: by gunicorn's threads each its own
(CONN_MAX_AGE with CONN_HEALTH_CHECKS), under uvicorn, where no thread lasts, by psycopg's pool,
which checks each connection it hands out. Either way a restart of PostgreSQL mends itself.
"""

import json
import os
from typing import Any

ENGINE = os.environ["SITE_ENGINE"]
CHAIN = os.environ["SITE_CHAIN"]
DATABASE: dict[str, Any] = json.loads(os.environ["SITE_DATABASE"])
POOLED = os.environ["SITE_SERVER"] == "uvicorn"

SECRET_KEY = "for the tests only, and long enough to be signed with"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "tests.servers.urls"
USE_TZ = True
TIME_ZONE = "UTC"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"

INSTALLED_APPS = [
    *(["session_security"] if CHAIN == "ours" else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]

# What stands after AuthenticationMiddleware.
CHAINS = {
    "ours": ["session_security.middleware.SessionSecurityMiddleware"],
    "bare": [],
    "naive": ["tests.servers.views.NaiveMiddleware"],
}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tests.servers.views.signed",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    *CHAINS[CHAIN],
    "django.contrib.messages.middleware.MessageMiddleware",
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

if DATABASE["ENGINE"].endswith("postgresql") and POOLED:
    DATABASE["CONN_HEALTH_CHECKS"] = True
    DATABASE["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 16, "timeout": 5}}
elif not POOLED:
    DATABASE |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
if DATABASE["ENGINE"].endswith("mysql"):
    import pymysql  # type: ignore[import-untyped]

    pymysql.version_info = (2, 2, 7, "final", 0)  # of mysqlclient, whose place it takes
    pymysql.install_as_MySQLdb()
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["SITE_CACHE"],
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
if ENGINE in ("cache", "cached_db"):
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # One more try, at once, for a connection that Valkey's restart has closed.
    CACHES["default"]["OPTIONS"]["retry"] = Retry(NoBackoff(), 1)

SESSION_ENGINE = f"django.contrib.sessions.backends.{ENGINE}"
SESSION_FILE_PATH = os.environ["SITE_FOLDER"]
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

SESSION_SECURITY_EXPIRE_AFTER = float(os.environ["SITE_EXPIRE_AFTER"])
SESSION_SECURITY_WARN_AFTER = float(os.environ["SITE_WARN_AFTER"])

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django.request": {"level": "ERROR", "handlers": ["console"], "propagate": False},
        "session_security": {"level": "WARNING", "handlers": ["console"], "propagate": False},
    },
}
