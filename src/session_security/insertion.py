"""The element in pages whose templates do not include it, such as those of an admin theme."""

import re

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from .conf import conf

ELEMENT = b"<session-security"
END_OF_BODY = re.compile(rb"</body\s*>(?!.*</body\s*>)", re.IGNORECASE | re.DOTALL)


def needs_element(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether this is a page of ``SESSION_SECURITY_INSERT_INTO`` that came without the element."""
    match = request.resolver_match
    return (
        bool(conf.INSERT_INTO)
        and match is not None
        and any(name in conf.INSERT_INTO for name in (*match.app_names, *match.namespaces))
        and isinstance(response, HttpResponse)
        and response.headers.get("Content-Type", "").startswith("text/html")
        and "Content-Encoding" not in response.headers
        and ELEMENT not in response.content
    )


def insert_element(request: HttpRequest, response: HttpResponse) -> None:
    """Put ``session_security/all.html`` at the end of the body, if the page has one."""
    end = END_OF_BODY.search(response.content)
    if end is None:
        return
    html = render_to_string("session_security/all.html", request=request).strip()
    inserted = html.encode(response.charset, "xmlcharrefreplace")
    before, after = response.content[: end.start()], response.content[end.start() :]
    response.content = before + inserted + after
    if "Content-Length" in response.headers:
        response.headers["Content-Length"] = str(len(response.content))
