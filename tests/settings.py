"""A plain site, set up as the documentation says. Tests change what they are about."""

from example.base_settings import *  # noqa: F403

SECRET_KEY = "for the tests only, and long enough to be signed with"
ALLOWED_HOSTS = ["testserver", "other.testserver"]

ROOT_URLCONF = "tests.urls"

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
