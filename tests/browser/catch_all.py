"""The demonstration site with a page at every address, as a CMS has."""

from threading import Event

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import re_path

from example.urls import urlpatterns as example_urlpatterns

PAGE = """<!doctype html>
<title>A page</title>
<h1>{{ request.path }}</h1>
<form method="post">{% csrf_token %}<input name="note"><button>Send</button></form>
<output>{{ request.POST.note }}</output>
"""


received: list[str] = []
is_open = Event()  # until then a form that has arrived is not answered
is_open.set()


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """A form that shows what was sent."""
    if request.method == "POST":
        received.append(request.POST["note"])
        is_open.wait(10)
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


urlpatterns = [*example_urlpatterns, re_path(r"^", page)]
