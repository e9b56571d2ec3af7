"""All variants, in the order of the page in the docs."""

from importlib import import_module

from .variant import Variant

GROUPS = ["times", "passive", "subclasses", "pings", "pages", "code", "projects"]


def groups() -> dict[str, list[type[Variant]]]:
    """The variants by group; a class without a line about what the site has is none."""
    found = {}
    for name in GROUPS:
        module = import_module(f"tests.upgrade.variants.{name}")
        classes = [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, Variant)
            and value.__module__ == module.__name__
            and not (value.__doc__ or "").endswith(".")
        ]
        found[str(module.__doc__).rstrip(".")] = classes
    return found


def variants() -> dict[str, type[Variant]]:
    """The variants by name."""
    return {variant.__name__: variant for group in groups().values() for variant in group}
