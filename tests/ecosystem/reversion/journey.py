from tests.ecosystem.admin.journey import theme

JOURNEY = theme(
    "reversion",
    "django-reversion",
    pages=("/admin/auth/group/recover/",),
)
