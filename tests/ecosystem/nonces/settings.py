from typing import Any

from tests.ecosystem.base_settings import *
from tests.ecosystem.base_settings import MIDDLEWARE, TEMPLATES
from tests.ecosystem.recipes import recipe

written: dict[str, Any] = {}
exec(recipe("howto/csp.md", "SECURE_CSP"), written)
SECURE_CSP = {**written["SECURE_CSP"], "img-src": ["data:"]}  # the icon of these sites
MIDDLEWARE = [*written["MIDDLEWARE"], *MIDDLEWARE]
processors = written["TEMPLATES"][0]["OPTIONS"]["context_processors"]
TEMPLATES[0]["OPTIONS"]["context_processors"] += [
    name for name in processors if not name.endswith(".request")
]
