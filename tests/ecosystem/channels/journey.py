from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="Channels, on daphne",
    packages=("channels", "daphne"),
)
