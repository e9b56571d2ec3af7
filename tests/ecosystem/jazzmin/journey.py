from tests.ecosystem.admin.journey import theme

JOURNEY = theme("jazzmin", "django-jazzmin", saved="text=was added successfully")
