from tests.ecosystem.admin.journey import theme

JOURNEY = theme(
    "unfold",
    "django-unfold",
    to_do="[One setting, and a style](../howto/admin.md#unfold-in-the-dark).",
    saved="text=was added successfully",
)
