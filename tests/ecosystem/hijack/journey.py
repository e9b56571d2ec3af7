from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="hijack",
    packages=("django-hijack",),
    limits="A page of the hijacked user that was locked is loaded again when you sign in as "
    "yourself; what was typed into it is lost.",
)
