"""Lets something happen, once, at a chosen moment of a request.

    read.let_happen(lambda: tab.ping(idleFor=0))
    visitor.navigate("/")  # the ping is answered after this request has read the session

The middleware below passes those moments; ``stack(before=READ)`` or ``[ANSWERED, *stack()]``.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

READ = "tests.meanwhile.passes_read"
ANSWERED = "tests.meanwhile.passes_answered"


class Moment:
    """A moment that requests pass."""

    def __init__(self) -> None:
        self._code: Callable[[], object] | None = None

    def let_happen(self, code: Callable[[], object] | None) -> None:
        """Run ``code`` when the next request comes to this moment, and not again."""
        self._code = code

    def passed(self) -> None:
        """A request has come to it."""
        code, self._code = self._code, None
        if code is not None:
            code()


arrived = Moment()  # a request has come, and nothing has looked at it
read = Moment()  # the session has been read, and our middleware has not looked at it yet
answered = Moment()  # the answer is complete, and on its way to the browser


@sync_and_async_middleware
def passes_read(get_response: Any) -> Any:
    """Reads the session before our middleware runs."""
    if iscoroutinefunction(get_response):

        async def amiddleware(request: HttpRequest) -> HttpResponseBase:
            await request.session.aget(SESSION_KEY)
            await sync_to_async(read.passed)()
            response: HttpResponseBase = await get_response(request)
            return response

        return amiddleware

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.session.get(SESSION_KEY)
        read.passed()
        response: HttpResponseBase = get_response(request)
        return response

    return middleware


@sync_and_async_middleware
def passes_answered(get_response: Any) -> Any:
    """Stands further out than all others."""
    if iscoroutinefunction(get_response):

        async def amiddleware(request: HttpRequest) -> HttpResponseBase:
            await sync_to_async(arrived.passed)()
            response: HttpResponseBase = await get_response(request)
            await sync_to_async(answered.passed)()
            return response

        return amiddleware

    def middleware(request: HttpRequest) -> HttpResponseBase:
        arrived.passed()
        response: HttpResponseBase = get_response(request)
        answered.passed()
        return response

    return middleware
