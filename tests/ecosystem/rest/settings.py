from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import FOLDER, INSTALLED_APPS
from tests.ecosystem.recipes import write_template

write_template(FOLDER, "rest_framework/api.html")

INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework"]
