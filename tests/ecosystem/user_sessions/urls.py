from django.urls import include, path

from tests.ecosystem.views import login_pages, pages

urlpatterns = [
    path("", include("user_sessions.urls", "user_sessions")),
    *login_pages,
    *pages,
]
