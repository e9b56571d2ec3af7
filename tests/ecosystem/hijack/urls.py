from django.urls import include, path

from tests.ecosystem.views import login_pages, pages

urlpatterns = [path("hijack/", include("hijack.urls")), *login_pages, *pages]
