from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="ninja",
    packages=("django-ninja",),
    limits="Requests after the first one that came too late get its own 401.",
    poll="/api/news",
)
