from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="django-csp, with nonces",
    packages=("django-csp",),
)
