from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="mozilla-django-oidc",
    packages=("mozilla-django-oidc",),
    to_do="[Have the provider ask](../howto/packages.md#mozilla-django-oidc), or it signs people "
    "in again without a word.",
    limits="The message that says why shows on the next page that has messages.",
    login="/provider/authorize",
    says_why=False,
)
