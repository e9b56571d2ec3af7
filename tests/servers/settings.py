"""The tests' own site, served by real servers: everything that varies is in the environment.

``site.Site`` sets it. Connections to PostgreSQL are kept: by gunicorn's threads each its own
(CONN_MAX_AGE with CONN_HEALTH_CHECKS), under ASGI, where no thread lasts, by psycopg's pool,
which checks each connection it hands out. Either way a restart of PostgreSQL mends itself.
"""

import json
import os
from typing import Any

from example.base_settings import *  # noqa: F403
from example.base_settings import INSTALLED_APPS, MIDDLEWARE, insert_after, without_ours

ENGINE = os.environ["SITE_ENGINE"]
CHAIN = os.environ["SITE_CHAIN"]
DATABASE: dict[str, Any] = json.loads(os.environ["SITE_DATABASE"])
ASYNC = os.environ["SITE_SERVER"] in ("uvicorn", "daphne")

# The first signs, what others have signed is taken as well.
SECRET_KEY, *SECRET_KEY_FALLBACKS = json.loads(
    os.environ.get("SITE_KEYS", '["for the tests only, and long enough to be signed with"]')
)
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "tests.servers.urls"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"

if CHAIN != "ours":
    INSTALLED_APPS, MIDDLEWARE = without_ours(INSTALLED_APPS), without_ours(MIDDLEWARE)
if CHAIN == "naive":
    MIDDLEWARE = insert_after(
        MIDDLEWARE,
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "tests.servers.views.NaiveMiddleware",
    )
MIDDLEWARE = insert_after(
    MIDDLEWARE, "django.middleware.security.SecurityMiddleware", "tests.servers.views.signed"
)
MIDDLEWARE = insert_after(
    MIDDLEWARE,
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tests.servers.views.slowly_judged",
)

if "SITE_UNPOOLED" in os.environ:
    pass  # a connection for each request, and for each look of a socket
elif DATABASE["ENGINE"].endswith("postgresql") and ASYNC:
    DATABASE["CONN_HEALTH_CHECKS"] = True
    DATABASE["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 16, "timeout": 5}}
elif not ASYNC:
    DATABASE |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
if "SITE_ISOLATION" in os.environ:  # a level of psycopg.IsolationLevel
    DATABASE.setdefault("OPTIONS", {})["isolation_level"] = int(os.environ["SITE_ISOLATION"])
if DATABASE["ENGINE"].endswith("mysql"):
    import pymysql  # type: ignore[import-untyped]

    pymysql.version_info = (2, 2, 7, "final", 0)  # of mysqlclient, whose place it takes
    pymysql.install_as_MySQLdb()
DATABASES = {"default": DATABASE}
if "SITE_REPLICA" in os.environ:
    DATABASES["replica"] = {**DATABASE, "NAME": os.environ["SITE_REPLICA"]}
    DATABASE_ROUTERS = ["tests.servers.replica.Router"]

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

CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
if "SITE_LAYER" in os.environ:
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [os.environ["SITE_LAYER"]]},
    }

SESSION_ENGINE = f"django.contrib.sessions.backends.{ENGINE}"
SESSION_SAVE_EVERY_REQUEST = "SITE_SAVE_EVERY_REQUEST" in os.environ
SESSION_FILE_PATH = os.environ["SITE_FOLDER"]

SESSION_SECURITY_EXPIRE_AFTER = float(os.environ["SITE_EXPIRE_AFTER"])
SESSION_SECURITY_WARN_AFTER = float(os.environ["SITE_WARN_AFTER"])

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django.request": {"level": "ERROR", "handlers": ["console"], "propagate": False},
        "session_security": {"level": "INFO", "handlers": ["console"], "propagate": False},
    },
}
