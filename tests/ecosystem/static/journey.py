from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="whitenoise with manifest storage, and compressor",
    packages=("whitenoise", "django-compressor"),
    to_do="Include `session_security/all.html` outside of `{% compress %}`, which drops "
    "whatever is no script or style.",
)
