from django.contrib import admin
from django.urls import path

from tests.ecosystem.views import pages

urlpatterns = [path("admin/", admin.site.urls), *pages]
