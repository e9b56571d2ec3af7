from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import FOLDER, INSTALLED_APPS, MIDDLEWARE
from tests.ecosystem.recipes import recipe, write_template

write_template(FOLDER, "allauth/layouts/base.html")

INSTALLED_APPS = [*INSTALLED_APPS, "allauth", "allauth.account", "allauth.mfa"]
MIDDLEWARE = [*MIDDLEWARE, "allauth.account.middleware.AccountMiddleware"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_TOTP_TOLERANCE = 1  # a slow machine sends the code of a moment before
exec(recipe("howto/packages.md", "account_login"))


def PREPARE() -> None:
    from base64 import b32encode

    from allauth.mfa.totp.internal.auth import TOTP
    from django.contrib.auth import get_user_model

    from tests.ecosystem.secret import SECRET

    for user in get_user_model().objects.all():
        TOTP.activate(user, b32encode(SECRET).decode())
