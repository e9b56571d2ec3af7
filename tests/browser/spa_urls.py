"""The demonstration site, with the views of docs/howto/spa.md and a front end of its origin."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tests.browser.front_end import PAGE

DOCS = Path(__file__).parents[2] / "docs" / "howto" / "spa"

scripts: dict[str, str] = {}


def documented_views() -> ModuleType:
    spec = spec_from_file_location("documented_views", DOCS / "views.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def front_end(request: HttpRequest, name: str = "") -> HttpResponse:
    """Files that no template has rendered."""
    if request.path in scripts:
        return HttpResponse(scripts[request.path], content_type="text/javascript")
    return HttpResponse(PAGE)


views = documented_views()

urlpatterns = [
    path("app/", front_end),
    path("app/<path:name>", front_end),
    path("api/sign-in/", views.sign_in),
    path("api/sign-out/", views.sign_out),
    path("api/user/", views.user),
    path("", include("example.urls")),
]
