from tests.ecosystem.admin.journey import theme

JOURNEY = theme(
    "grappelli",
    "django-grappelli",
    saved="text=was added successfully",
    noise=("JQMIGRATE",),
)
