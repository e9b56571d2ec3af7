"""Queries counted inside the server, for a request that asks for it."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext

ASK, ANSWER = "X-Count", "X-Counted"


def counted(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answer with the first word of each query, BEGIN and COMMIT among them."""

    def count(request: HttpRequest) -> HttpResponse:
        if ASK not in request.headers:
            return get_response(request)
        with CaptureQueriesContext(connection) as queries:
            response = get_response(request)
        response.headers[ANSWER] = " ".join(str(query["sql"]).split()[0] for query in queries)
        return response

    return count
