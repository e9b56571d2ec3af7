"""The demonstration site with a page at every address, as a CMS has."""

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


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """A form that shows what was sent."""
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


urlpatterns = [*example_urlpatterns, re_path(r"^", page)]
