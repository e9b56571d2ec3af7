from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.template import engines
from django.urls import path

from .urls import urlpatterns as others

PAGE = "<form>{% csrf_token %}</form>"


class Login(LoginView):
    """Django's own, with as little of a page as there can be."""

    def render_to_response(self, context: Any, **kwargs: Any) -> Any:
        """Only the form."""
        page = engines["django"].from_string(PAGE)
        return HttpResponse(page.render(context, self.request))


urlpatterns = [
    path("accounts/login/", Login.as_view()),
    path("admin/login/", Login.as_view(), name="login"),
    *others,
]
