"""The tests' URLs at addresses that a browser encodes, as it does those in other scripts."""

from django.urls import include, path

from . import views
from .urls import urlpatterns as others

urlpatterns = [
    path("sign in/", views.AnyView.as_view(), name="in"),
    path("sign out/", views.private, name="out"),
    path("live feed/", views.public, name="feed"),
    path("signed out/", include("session_security.urls")),
    *others[:-1],
]
