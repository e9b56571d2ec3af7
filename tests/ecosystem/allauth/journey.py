from tests.ecosystem.journey import Journey, by_code

JOURNEY = Journey(
    title="allauth, with a second factor",
    packages=("django-allauth",),
    to_do="[Two settings and a template](../howto/packages.md#allauth).",
    login="/accounts/login/",
    sign_in=by_code("login", "password", "code"),
    pages=("/accounts/email/", "/accounts/2fa/", "/accounts/password/change/"),
)
