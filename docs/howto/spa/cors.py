from corsheaders.defaults import default_headers

FRONT_END = "https://app.example.org"

INSTALLED_APPS += ["corsheaders"]
MIDDLEWARE.insert(0, "corsheaders.middleware.CorsMiddleware")

CORS_ALLOWED_ORIGINS = [FRONT_END]
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_HEADERS = [*default_headers, "x-session-security"]
CORS_EXPOSE_HEADERS = ["X-Session-Expired", "Retry-After"]
CSRF_TRUSTED_ORIGINS = [FRONT_END]
LOGOUT_REDIRECT_URL = FRONT_END
