from django.contrib.auth.views import LogoutView
from django.urls import include, path

from tests.ecosystem.oidc import provider
from tests.ecosystem.views import pages

urlpatterns = [
    path("oidc/", include("mozilla_django_oidc.urls")),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("provider/authorize", provider.authorize),
    path("provider/token", provider.token),
    path("provider/user", provider.user),
    *pages,
]
