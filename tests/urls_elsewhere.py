"""The tests' URLs with those of the app under another prefix, as for another language."""

from django.urls import include, path

from .urls import urlpatterns as others

urlpatterns = [*others[:-1], path("de/session_security/", include("session_security.urls"))]
