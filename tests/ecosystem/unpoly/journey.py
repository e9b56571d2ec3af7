from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="Unpoly 3",
    packages=("unpoly",),
    limits="What it asks for too late opens a layer that says so, with a link to sign in again.",
    noise=("up.log.enable",),
)
