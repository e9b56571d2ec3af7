from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import INSTALLED_APPS, URL
from tests.ecosystem.recipes import recipe

INSTALLED_APPS = [*INSTALLED_APPS, "mozilla_django_oidc"]
AUTHENTICATION_BACKENDS = ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"]
exec(recipe("howto/packages.md", "oidc_authentication_init"))

OIDC_RP_CLIENT_ID = "site"
OIDC_RP_CLIENT_SECRET = "known to everybody, for tests only, too"
OIDC_RP_SIGN_ALGO = "HS256"
OIDC_OP_AUTHORIZATION_ENDPOINT = f"{URL}/provider/authorize"
OIDC_OP_TOKEN_ENDPOINT = f"{URL}/provider/token"
OIDC_OP_USER_ENDPOINT = f"{URL}/provider/user"
