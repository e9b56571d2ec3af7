from tests.ecosystem.admin.settings import *
from tests.ecosystem.admin.settings import FOLDER, INSTALLED_APPS, STATICFILES_DIRS
from tests.ecosystem.recipes import recipe, write_static

INSTALLED_APPS = ["unfold", *INSTALLED_APPS]
write_static(FOLDER, "unfold-dark.css", "howto/admin.md")
STATICFILES_DIRS = [FOLDER / "assets", *STATICFILES_DIRS]
exec(recipe("howto/admin.md", "UNFOLD"))
