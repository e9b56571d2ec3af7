from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="django-redis, on Valkey",
    packages=("django-redis",),
    store=True,
)
