from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="user-sessions",
    packages=("django-user-sessions",),
    pages=("/account/sessions/",),
)
