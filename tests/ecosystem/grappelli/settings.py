from tests.ecosystem.admin.settings import *
from tests.ecosystem.admin.settings import INSTALLED_APPS

INSTALLED_APPS = ["grappelli", *INSTALLED_APPS]
