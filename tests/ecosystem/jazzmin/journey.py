from tests.ecosystem.admin.journey import theme

JOURNEY = theme(
    "jazzmin",
    "django-jazzmin",
    limits="Its login page shows no messages: the one that says why comes after signing in.",
    saved="text=was added successfully",
    says_why=False,
)
