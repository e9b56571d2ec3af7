from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="user-sessions",
    packages=("django-user-sessions",),
    to_do="Nothing; it needs `setuptools<81` beside it.",
    pages=("/account/sessions/",),
)
