from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="htmx 2, with `hx-boost` and polling",
    packages=("django-htmx",),
    noise=("Response Status Error Code 40", "Autofocus processing was blocked"),
)
