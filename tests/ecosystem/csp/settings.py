from csp.constants import NONCE, SELF

from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import MIDDLEWARE

MIDDLEWARE = ["csp.middleware.CSPMiddleware", *MIDDLEWARE]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [NONCE],
        "style-src": [NONCE],
        "img-src": ["data:"],  # the icon of these sites
    }
}
