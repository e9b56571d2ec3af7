"""The demonstration site as the browser tests drive it."""

import os
from pathlib import Path
from tempfile import gettempdir

from example.settings import *  # noqa: F403
from example.settings import BASE_DIR, DATABASES

# Playwright's synchronous interface runs an event loop in the thread of the tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

DEBUG = False
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [
    Path(__file__).parent / "static",  # without the panel
    ("libraries", BASE_DIR.parent / "node_modules"),
]
# A file, since the server's threads need connections of their own; not shared with another run.
DATABASES["default"]["TEST"] = {
    "NAME": f"{gettempdir()}/session-security-browser-tests-{os.getpid()}.sqlite3"
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
