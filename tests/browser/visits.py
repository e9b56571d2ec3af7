"""The demonstration site with pages that libraries visit without loading a document."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from example.urls import urlpatterns as example_urlpatterns
from session_security.decorators import passive

# In the body, for htmx does not swap the head.
PAGE = """<!doctype html>
<html lang="en">
<title>Page {{ number }}</title>
<link rel="icon" href="data:,">
{% for script in scripts %}<script src="/static/libraries/{{ script }}"></script>
{% endfor %}{% if "unpoly" in library %}<script>up.log.config.banner = false</script>
{% endif %}<body{{ attributes|safe }}>
<main id="main">
  <h1>Page {{ number }}</h1>
  <form><label>Note <input name="note"></label></form>
  <a id="next" href="{{ next }}"{{ link|safe }}>Next</a>
  <a id="bare" href="{{ next }}?bare"{{ link|safe }}>Next, without the element</a>
</main>
{% if kept %}<div id="kept" {{ kept }}>{% endif %}
{% if "bare" not in request.GET %}{% include "session_security/all.html" %}{% endif %}
{% if kept %}</div>{% endif %}
</body>
</html>
"""
TURBO = ["@hotwired/turbo/dist/turbo.es2017-umd.js"]
HTMX = ["htmx.org/dist/htmx.js"]
# Scripts, attributes of the body, of the links, and of what stays through visits.
LIBRARIES = {
    "plain": ([], "", "", ""),
    "htmx-boost": (HTMX, ' hx-boost="true"', "", ""),
    "htmx-target": (HTMX, "", ' hx-get="{next}" hx-target="body" hx-push-url="true"', ""),
    "htmx-preserve": (HTMX, ' hx-boost="true"', "", "hx-preserve"),
    "htmx-morph": (
        [*HTMX, "idiomorph/dist/idiomorph-ext.js"],
        ' hx-ext="morph" hx-boost="true" hx-swap="morph:innerHTML"',
        "",
        "",
    ),
    "turbo": (TURBO, "", "", ""),
    "turbo-permanent": (TURBO, "", "", "data-turbo-permanent"),
    "unpoly": (["unpoly/unpoly.js"], "", ' up-target="body"', ""),
    "unpoly-keep": (["unpoly/unpoly.js"], "", ' up-target="body"', "up-keep"),
}


@passive
@login_required
def visit(request: HttpRequest, library: str, number: int) -> HttpResponse:
    """A page, and the link to the next one."""
    scripts, attributes, link, kept = LIBRARIES[library]
    following = f"/visits/{library}/{number + 1}/"
    context = {
        "library": library,
        "number": number,
        "next": following,
        "scripts": scripts,
        "attributes": attributes,
        "link": link.format(next=following),
        "kept": kept,
    }
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


urlpatterns = [*example_urlpatterns, path("visits/<str:library>/<int:number>/", visit)]
