from django.urls import include, path

from tests.ecosystem.views import pages

urlpatterns = [path("accounts/", include("allauth.urls")), *pages]
