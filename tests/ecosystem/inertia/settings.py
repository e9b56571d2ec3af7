from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import HERE, INSTALLED_APPS, MIDDLEWARE, NAME, STATICFILES_DIRS

INSTALLED_APPS = [*INSTALLED_APPS, "inertia"]
MIDDLEWARE = [*MIDDLEWARE, "inertia.middleware.InertiaMiddleware"]
INERTIA_LAYOUT = "layout.html"
CSRF_HEADER_NAME = "HTTP_X_XSRF_TOKEN"
CSRF_COOKIE_NAME = "XSRF-TOKEN"
STATICFILES_DIRS = [HERE.parent.parent / ".ecosystem" / NAME / "assets", *STATICFILES_DIRS]
