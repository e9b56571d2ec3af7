from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="htmx 2, with `hx-boost` and polling",
    packages=("django-htmx",),
    limits="Where a poll is the first request that comes too late, htmx loads the page again: with "
    "unsaved input the browser asks first.",
    noise=("Response Status Error Code 40", "Autofocus processing was blocked"),
)
