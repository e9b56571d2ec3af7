from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="Turbo 8",
    packages=("@hotwired/turbo",),
    noise=("Autofocus processing was blocked",),
)
