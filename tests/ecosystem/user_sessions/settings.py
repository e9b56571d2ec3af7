from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "user_sessions"]
INSTALLED_APPS.remove("django.contrib.sessions")
MIDDLEWARE[MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")] = (
    "user_sessions.middleware.SessionMiddleware"
)
SESSION_ENGINE = "user_sessions.backends.db"
SILENCED_SYSTEM_CHECKS = ["admin.E410"]
