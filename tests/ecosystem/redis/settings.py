import os

from tests.ecosystem.base_settings import *

SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": f"unix://{os.environ['ECOSYSTEM_STORE']}",
    },
}
