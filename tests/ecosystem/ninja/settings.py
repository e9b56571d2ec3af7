from tests.ecosystem.base_settings import *
