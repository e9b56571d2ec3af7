from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import INSTALLED_APPS, MIDDLEWARE, insert_after

INSTALLED_APPS = [*INSTALLED_APPS, "compressor"]
MIDDLEWARE = insert_after(
    MIDDLEWARE,
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATICFILES_DIRS = []
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "compressor.finders.CompressorFinder",
]
COMPRESS_ENABLED = True
COMPRESS_OFFLINE = True  # whitenoise serves what is there when it starts


def PREPARE() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("compress", verbosity=0)
