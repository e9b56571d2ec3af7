"""The names that 2.x documented, read through ``conf``."""

from .conf import conf

__all__ = [
    "EXPIRE_AFTER",
    "PASSIVE_URLS",
    "PASSIVE_URL_NAMES",
    "REDIRECT_TO_LOGOUT",
    "WARN_AFTER",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(conf, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
