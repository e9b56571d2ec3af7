from tests.ecosystem.base_settings import *
from tests.ecosystem.recipes import recipe

exec(recipe("howto/admin.md", "INSERT_INTO"))
exec(recipe("howto/admin.md", "LOGOUT_URL"))
exec(recipe("howto/admin.md", "LOGIN_URL"))
