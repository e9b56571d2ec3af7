"""Tell the page what became of a script's request, where its browser does not.

``PerformanceResourceTiming.responseStatus`` is not in WebKit; ``serverTiming`` is in all engines
(Server Timing, W3C). The client counts a form as sent only if the request that sends it succeeds.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from . import requests

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


def add_status(request: HttpRequest, response: HttpResponseBase) -> None:
    """Add the status to ``Server-Timing``, beside what the site says there.

    Answers to a script's ``GET`` have it, too: a form that was saved is often redirected to one.
    """
    may_be_script = request.method not in SAFE_METHODS and not requests.is_navigation(request)
    if may_be_script or requests.is_made_by_script(request):
        metric = f'session-security;desc="{response.status_code}"'
        others = response.headers.get("Server-Timing")
        response.headers["Server-Timing"] = f"{others}, {metric}" if others else metric
