"""A site whose scripts come too late: views that need nobody, and pages without a view."""

from collections.abc import Callable

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from .views import sign_in


@login_not_required
def api_sign_in(request: HttpRequest) -> HttpResponse:
    """For a script."""
    login(request, User.objects.get(username=request.POST["username"]))
    return JsonResponse({"who": request.user.get_username()})


@login_not_required
def price(request: HttpRequest) -> HttpResponse:
    """The same for everybody."""
    return JsonResponse({"price": 5})


class AllowAny:
    """As REST framework calls it."""


class IsAuthenticated:
    """As REST framework calls it."""


def in_rest_framework(*permissions: type) -> Callable[[HttpRequest], HttpResponse]:
    """A view with the marks that REST framework gives to all of its views."""

    def view(request: HttpRequest) -> HttpResponse:
        return JsonResponse({"price": 5})

    view.cls = type("View", (), {"permission_classes": list(permissions)})  # type: ignore[attr-defined]
    view.login_required = False  # type: ignore[attr-defined]
    return view


urlpatterns = [
    path("rest/open/", in_rest_framework(AllowAny)),
    path("rest/closed/", in_rest_framework(IsAuthenticated)),
    path("api/login/", api_sign_in),
    path("api/price/", price),
    path("in/", sign_in, name="in"),
    path("oidc/callback/", sign_in, name="oidc_authentication_callback"),
    path("", include("tests.urls")),
]
