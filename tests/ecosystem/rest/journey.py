from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="REST framework",
    packages=("djangorestframework",),
    to_do="Nothing; [a template](../howto/packages.md#rest-framework) for its browsable API.",
    limits="Requests after the first one that came too late get its own 403.",
    poll="/api/?format=json",
    pages=("/api/",),
)
