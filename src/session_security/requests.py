"""What a request is: a human act or not, and whether a page can answer it.

Passive means "does not extend". It never means "is not checked". What browsers and libraries send
is told by a table in tests/test_requests.py, and in docs/reference/requests.md.
"""

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, Resolver404, ResolverMatch, resolve
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

from .conf import conf

# The marks that the decorators leave on a view.
PASSIVE = "session_security_passive"
CREDENTIALS = "session_security_asks_for_credentials"
UNINTERRUPTED = "session_security_uninterrupted"

# All by request.META: request.headers is made anew for each request, of all headers.
_PREFETCH_HEADERS = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ", "HTTP_X_SEC_PURPOSE")

# What scripts send where a browser says nothing: htmx, Turbo, Unpoly.
_LIBRARY_HEADERS = ("HTTP_HX_REQUEST", "HTTP_X_TURBO_REQUEST_ID", "HTTP_X_UP_VERSION")

# Of the ping. No page of another origin can send it without the site's consent (CORS).
HEADER = "HTTP_X_SESSION_SECURITY"

# Browsers leave these out of an address, wherever they stand (URL, WHATWG), so two slashes can
# come together. Django rests on redirects, which encode them; pages and scripts do not.
_UNSEEN = frozenset("\t\n\r")

# Schemes that a browser uses by itself, as for a proxy that asks for a password.
_SENT_BY_BROWSERS = ("basic", "digest", "negotiate", "ntlm")

# What Sec-Fetch-Dest says of a page; "empty" is a script's request, or a navigation that a service
# worker passes on.
_PAGE_DESTINATIONS = ("document", "iframe", "frame", "fencedframe", "object", "embed", "empty")


def is_passive(request: HttpRequest) -> bool:
    """Whether a resolved request is no human act."""
    return (
        is_declared_passive(request)
        or is_prefetch(request)
        or is_embedded_elsewhere(request)
        or is_redirected_without_person(request)
        or is_subresource(request)
        or (is_made_by_script(request) and not conf.COUNT_FETCH)
    )


def is_declared_passive(request: HttpRequest) -> bool:
    """Whether the site says so: by ``@passive``, PASSIVE_URLS or PASSIVE_URL_NAMES."""
    match = request.resolver_match
    if match is not None and (
        getattr(match.func, PASSIVE, False)
        or match.view_name in conf.PASSIVE_URL_NAMES
        or match.url_name in conf.PASSIVE_URL_NAMES  # as 2.x compared
    ):
        return True
    return any(_is_passive_url(request, url) for url in conf.PASSIVE_URLS)


def _is_passive_url(request: HttpRequest, url: object) -> bool:
    try:
        return is_at(request, str(url))
    except NoReverseMatch:  # a lazy one that names no URL (check E004)
        return False


def is_at(request: HttpRequest, *urls: str) -> bool:
    """Whether it is for one of these paths, be they percent-encoded, as ``reverse()`` has them."""
    return request.path in urls or request.path in map(unquote, urls)


def match_of(request: HttpRequest) -> ResolverMatch | None:
    """What the address stands for, also where Django has not come to look for it yet."""
    if request.resolver_match is not None:
        return request.resolver_match
    try:
        return resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return None


def view_name_of(request: HttpRequest) -> str:
    """The name of its view, with namespaces, or nothing."""
    match = match_of(request)
    return match.view_name if match is not None else ""


def is_prefetch(request: HttpRequest) -> bool:
    """Whether a browser or a library loads it in case that somebody will want it."""
    meta = request.META
    purposes = [meta[name].lower() for name in _PREFETCH_HEADERS if name in meta]
    return "HTTP_HX_PRELOADED" in meta or any(
        "prefetch" in purpose or "prerender" in purpose for purpose in purposes
    )


def is_navigation(request: HttpRequest) -> bool:
    """Whether the browser says that it goes to a page; no script can say so (Fetch, WHATWG)."""
    return request.META.get("HTTP_SEC_FETCH_MODE") == "navigate"


def is_subresource(request: HttpRequest) -> bool:
    """Whether the browser says that it fetches a part of a page, such as an image."""
    return request.META.get("HTTP_SEC_FETCH_DEST", "document") not in _PAGE_DESTINATIONS


def is_cross_site(request: HttpRequest) -> bool:
    """Whether the browser says that another site made the request (Fetch Metadata, W3C)."""
    return request.META.get("HTTP_SEC_FETCH_SITE") == "cross-site"


def is_consented(request: HttpRequest) -> bool:
    """Whether the site lets pages of that origin send it: by CORS, which the browser has asked."""
    meta = request.META
    return request.method == "POST" and HEADER in meta and meta.get("HTTP_SEC_FETCH_MODE") == "cors"


def is_embedded_elsewhere(request: HttpRequest) -> bool:
    """Whether a page of another site loads it; a link that somebody follows there is none."""
    destination = request.META.get("HTTP_SEC_FETCH_DEST")
    is_followed = is_navigation(request) and destination in (None, "document", "empty")
    return is_cross_site(request) and not is_followed


def is_redirected_without_person(request: HttpRequest) -> bool:
    """Whether it comes by way of another origin, and the browser says that nobody has clicked.

    Such is the silent renewal of single sign-on. Only Chromium is believed: it alone is known to
    send ``Sec-Fetch-User`` whenever a person did it, through redirects as well. Safari never does.
    """
    meta = request.META
    return (
        meta.get("HTTP_SEC_FETCH_SITE") in ("cross-site", "same-site")
        and is_navigation(request)
        and meta.get("HTTP_SEC_FETCH_DEST") == "document"  # a download never has the header
        and "HTTP_SEC_FETCH_USER" not in meta
        and "HTTP_SEC_CH_UA" in meta
    )


def is_made_by_script(request: HttpRequest) -> bool:
    """Whether a script in a page made the request."""
    meta = request.META
    if is_navigation(request):
        return False
    return (
        meta.get("HTTP_SEC_FETCH_DEST") == "empty"
        or meta.get("HTTP_X_REQUESTED_WITH") == "XMLHttpRequest"
        or any(name in meta for name in _LIBRARY_HEADERS)
    )


def asks_for_credentials(request: HttpRequest) -> bool:
    """Whether people show who they are there: a form is posted to a login page, or it is marked."""
    if request.method == "POST" and is_open_to_anonymous(request):
        return True
    return getattr(request.resolver_match and request.resolver_match.func, CREDENTIALS, False)


def is_open_to_anonymous(request: HttpRequest) -> bool:
    """Whether it is for who is not signed in: ``LOGIN_URL``, or marked ``@login_not_required``."""
    if is_at_login_url(request):
        return True
    match = match_of(request)
    if match is None:
        return False
    permissions = getattr(getattr(match.func, "cls", None), "permission_classes", None)
    if permissions is not None:  # REST framework marks all of its views, and asks these instead
        return all(getattr(one, "__name__", "") == "AllowAny" for one in permissions)
    return not getattr(match.func, "login_required", True)


def has_own_credentials(request: HttpRequest) -> bool:
    """Whether a script shows who it is without the session, as by a token."""
    scheme, _, credentials = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return credentials != "" and scheme.lower() not in _SENT_BY_BROWSERS


def is_at_login_url(request: HttpRequest) -> bool:
    """Whether it is for ``LOGIN_URL``; never, where people sign in on another host."""
    try:
        url = urlsplit(resolve_url(settings.LOGIN_URL))
    except NoReverseMatch:
        return False
    return is_at(request, url.path) and url.netloc in ("", request.get_host())


def expects_page(request: HttpRequest) -> bool:
    """Whether a person sees the answer as a page, be it the login page.

    So it is with a script's request, too, if its library shows whole pages: htmx when boosted or
    when it goes back in history, and Turbo outside of frames.
    """
    meta = request.META
    if is_navigation(request):
        # A download would be the login page, under the name of the file.
        return meta.get("HTTP_SEC_FETCH_DEST") != "empty" or "html" in meta.get("HTTP_ACCEPT", "")
    if "HTTP_HX_BOOSTED" in meta or "HTTP_HX_HISTORY_RESTORE_REQUEST" in meta:
        return True
    if "HTTP_X_TURBO_REQUEST_ID" in meta:
        return "HTTP_TURBO_FRAME" not in meta
    return not (is_made_by_script(request) or _prefers_json(request))


def local_address(request: HttpRequest) -> str:
    """Path and query, as a browser on the same host can be sent to them; empty if they are none."""
    path = escape_leading_slashes(request.get_full_path())
    return path if is_local(path) else ""


def is_here(url: str, request: HttpRequest) -> bool:
    """Whether a browser that is sent to ``url`` stays on the host of ``request``."""
    return _UNSEEN.isdisjoint(url) and url_has_allowed_host_and_scheme(
        url, {request.get_host()}, request.is_secure()
    )


def is_local(path: str) -> bool:
    """Whether a browser sent to ``path`` stays on the host: not so for ``//other.example/``."""
    before_query = path.partition("?")[0]
    return path.startswith("/") and url_has_allowed_host_and_scheme(before_query, None)


def _prefers_json(request: HttpRequest) -> bool:
    if "json" not in request.META.get("HTTP_ACCEPT", ""):
        return False
    try:
        return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    except (TypeError, ValueError):  # Python's parser of such headers raises either
        return False
