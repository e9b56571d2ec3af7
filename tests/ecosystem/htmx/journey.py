from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="htmx 2, with `hx-boost` and polling",
    packages=("django-htmx",),
)
