"""What the readers of a page have already, and its snippets leave out."""

# Python before the first snippet of a page.
CODE = {
    "docs/howto/background.md": """
        from django.views import View

        class CameraView(View): ...
    """,
    "docs/howto/late-post.md": """
        from django.contrib.auth.decorators import login_required
    """,
    "docs/howto/signals.md": """
        from types import SimpleNamespace
        from unittest.mock import Mock

        AuditEntry = SimpleNamespace(objects=Mock())
    """,
    "docs/howto/streams.md": """
        from collections.abc import AsyncIterator, Iterator

        async def feed(user: object) -> AsyncIterator[str]:
            yield "news"

        def rows() -> Iterator[str]:
            yield "1;2"
    """,
    "docs/howto/testing.md": """
        from django.test import TestCase, modify_settings, override_settings
    """,
}

# Modules that snippets import.
MODULES = {"mysite": "", "mysite.sockets": "routes: list[object] = []"}

# Templates that views of the snippets show.
TEMPLATES = {
    "salaries.html": "",
    "home_for_all.html": "",
    "base.html": "{% block title %}{% endblock %}{% block content %}{% endblock %}",
}

# Settings besides those of tests/settings.py.
SETTINGS: dict[str, dict[str, object]] = {
    "docs/howto/admin.md": {
        "INSTALLED_APPS": ["django.contrib.admin"],
        "ROOT_URLCONF": "tests.urls_with_admin",
    },
}

# What not every environment of the tests has.
PACKAGES = {
    "docs/howto/csp.md": ["django.utils.csp"],  # Django 6.0
    "docs/howto/streams.md": ["channels"],
}

# System checks that warn where the page says that they do.
WARNINGS: dict[str, set[str]] = {}

# Pages whose Python needs more than Django, and how it is tried elsewhere.
ELSEWHERE = {
    "docs/howto/packages.md": "tests/ecosystem has the sites with these packages",
}
