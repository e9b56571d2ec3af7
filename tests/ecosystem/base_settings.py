"""What the sites have in common: a site as the documentation sets it up, in a folder of its own."""

import os
from pathlib import Path

from example.base_settings import *
from example.base_settings import INSTALLED_APPS, TEMPLATES

HERE = Path(__file__).parent
FOLDER = Path(os.environ["ECOSYSTEM_FOLDER"])
NAME = os.environ["ECOSYSTEM_NAME"]
URL = f"http://127.0.0.1:{os.environ['ECOSYSTEM_PORT']}"

SECRET_KEY = "known to everybody, for tests only"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = f"tests.ecosystem.{NAME}.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin"]
TEMPLATES[0]["DIRS"] = [FOLDER / "templates", HERE / NAME / "templates", HERE / "templates"]

# Threads write at the same time.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "site.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    },
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = FOLDER / "static"
# The libraries for the browser, which npm installs.
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [
    ("libraries", HERE.parent.parent / "node_modules"),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR"}},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "form"
LOGOUT_REDIRECT_URL = "login"

# The clocks run, so slow machines need some time between the two; see site.py.
SESSION_SECURITY_WARN_AFTER = 3000
SESSION_SECURITY_EXPIRE_AFTER = 6000
