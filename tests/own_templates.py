"""Templates of a site, beside those of the app."""

from collections.abc import Mapping

from pytest_django import Settings


def use_templates(settings: Settings, templates: Mapping[str, str]) -> None:
    """Let the site have these, which come before the app's own of the same name."""
    loaders = [
        ("django.template.loaders.locmem.Loader", templates),
        "django.template.loaders.app_directories.Loader",
    ]
    [engine] = settings.TEMPLATES
    options = engine["OPTIONS"] | {"loaders": loaders}
    settings.TEMPLATES = [engine | {"APP_DIRS": False, "OPTIONS": options}]
