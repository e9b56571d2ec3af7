"""Which requests are no human act, and which were made by a script.

Passive means "does not extend". It never means "is not checked".
"""

from django.http import HttpRequest

from .conf import conf

PASSIVE = "session_security_passive"  # the mark that @passive leaves on a view

# All by request.META: request.headers is made anew for each request, of all headers.
_PREFETCH = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ", "HTTP_X_SEC_PURPOSE")

# What Sec-Fetch-Dest says of a page, and "empty" of a script's request, which is for COUNT_FETCH.
_PAGES = ("document", "iframe", "frame", "fencedframe", "object", "embed", "empty")


def is_passive(request: HttpRequest) -> bool:
    """Whether a resolved request is no human act: declared passive, speculative or a script's."""
    return (
        _is_declared(request)
        or _is_speculative(request)
        or _is_foreign(request)
        or is_subresource(request)
        or (_is_fetch(request) and not conf.COUNT_FETCH)
    )


def is_script(request: HttpRequest) -> bool:
    """Whether the answer goes to a script, which can do nothing with a login page."""
    return _is_fetch(request) or _prefers_json(request)


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx made the request (https://htmx.org/reference/#request_headers)."""
    return "HTTP_HX_REQUEST" in request.META


def is_subresource(request: HttpRequest) -> bool:
    """Whether the browser says that it fetches a part of a page, such as an image."""
    return request.META.get("HTTP_SEC_FETCH_DEST", "document") not in _PAGES


def is_cross_site(request: HttpRequest) -> bool:
    """Whether the browser says that another site made the request (Fetch Metadata, W3C)."""
    return request.META.get("HTTP_SEC_FETCH_SITE") == "cross-site"


def _is_declared(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is not None and (
        getattr(match.func, PASSIVE, False)
        or match.view_name in conf.PASSIVE_URL_NAMES
        or match.url_name in conf.PASSIVE_URL_NAMES  # as 2.x compared
    ):
        return True
    return any(request.path == str(url) for url in conf.PASSIVE_URLS)


def _is_speculative(request: HttpRequest) -> bool:
    meta = request.META
    purposes = [meta[name].lower() for name in _PREFETCH if name in meta]
    return "HTTP_HX_PRELOADED" in meta or any(
        "prefetch" in purpose or "prerender" in purpose for purpose in purposes
    )


def _prefers_json(request: HttpRequest) -> bool:
    if "json" not in request.META.get("HTTP_ACCEPT", ""):
        return False
    try:
        return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    except (TypeError, ValueError):  # Python's parser of such headers raises either
        return False


def _is_foreign(request: HttpRequest) -> bool:
    # A frame in a page of another site navigates, too, by itself.
    mode, target = (request.META.get(f"HTTP_SEC_FETCH_{name}") for name in ("MODE", "DEST"))
    return is_cross_site(request) and not (mode == "navigate" and target in (None, "document"))


def _is_fetch(request: HttpRequest) -> bool:
    return (
        request.META.get("HTTP_SEC_FETCH_DEST") == "empty"
        or request.META.get("HTTP_X_REQUESTED_WITH") == "XMLHttpRequest"
        or is_htmx(request)
    )
