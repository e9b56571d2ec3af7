from tests.ecosystem.admin.settings import *
from tests.ecosystem.admin.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "reversion"]
