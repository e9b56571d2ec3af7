from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import FOLDER, INSTALLED_APPS, MIDDLEWARE, insert_after
from tests.ecosystem.recipes import recipe, write_template

write_template(FOLDER, "two_factor/_base.html")

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "two_factor",
]
MIDDLEWARE = insert_after(
    MIDDLEWARE,
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
)
exec(recipe("howto/packages.md", "two_factor:login"))


def PREPARE() -> None:
    from django.contrib.auth import get_user_model
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from tests.ecosystem.secret import SECRET

    for user in get_user_model().objects.all():
        TOTPDevice.objects.create(user=user, name="default", key=SECRET.hex())


LOGOUT_REDIRECT_URL = "two_factor:login"
