from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI
from ninja.security import django_auth

from tests.ecosystem.views import login_pages, pages

api = NinjaAPI(auth=django_auth)


@api.get("/news")
def news(request: HttpRequest) -> dict[str, int]:
    return {"news": 0}


urlpatterns = [path("api/", api.urls), *login_pages, *pages]
