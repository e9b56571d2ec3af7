"""How Sphinx builds this documentation: ``make docs``."""

from session_security import __version__

project = "django-session-security"
author = "the django-session-security contributors"
copyright = author
version = release = __version__

extensions = ["myst_parser"]
# What is left out besides what is built: parts that other pages include.
exclude_patterns = ["_build", "explanation/capacity", "explanation/fire"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
