from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="Django’s own Content Security Policy, with nonces",
    packages=("Django",),
    to_do="[The context processor](../howto/csp.md#nonces).",
)
