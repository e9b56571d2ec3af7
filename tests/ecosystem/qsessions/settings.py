from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "qsessions"]
INSTALLED_APPS.remove("django.contrib.sessions")
MIDDLEWARE[MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")] = (
    "qsessions.middleware.SessionMiddleware"
)
SESSION_ENGINE = "qsessions.backends.cached_db"
SILENCED_SYSTEM_CHECKS = ["admin.E410"]
