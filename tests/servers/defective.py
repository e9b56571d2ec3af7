"""Settings with a defective middleware (``defects``) in place of ours: ``SITE_DEFECT``."""

import os

from .settings import *  # noqa: F403
from .settings import MIDDLEWARE

OURS = MIDDLEWARE.index("session_security.middleware.SessionSecurityMiddleware")
MIDDLEWARE[OURS] = f"tests.servers.defects.{os.environ['SITE_DEFECT']}"
