from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import FOLDER, INSTALLED_APPS, STATICFILES_DIRS, URL
from tests.ecosystem.recipes import recipe, write_static, write_template

write_template(FOLDER, "wagtailadmin/base.html")
write_static(FOLDER, "wagtail-session.js")
exec(recipe("howto/packages.md", "wagtailadmin_login"))

STATICFILES_DIRS = [FOLDER / "assets", *STATICFILES_DIRS]
INSTALLED_APPS = [
    *INSTALLED_APPS,
    "wagtail.sites",
    "wagtail.users",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
]
WAGTAIL_SITE_NAME = "A site"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAILADMIN_BASE_URL = URL
