from tests.ecosystem.admin.journey import theme

JOURNEY = theme("unfold", "django-unfold", saved="text=was added successfully")
