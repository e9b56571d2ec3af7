from tests.ecosystem.journey import Journey, by_code

JOURNEY = Journey(
    title="two-factor-auth",
    packages=("django-two-factor-auth",),
    to_do="[A template, or one setting](../howto/packages.md#two-factor-auth).",
    login="/account/login/",
    sign_in=by_code("auth-username", "auth-password", "token-otp_token"),
    pages=("/account/two_factor/",),
)
