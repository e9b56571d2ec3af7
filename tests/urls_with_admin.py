from django.contrib import admin
from django.urls import path

from .urls import urlpatterns as without_admin

urlpatterns = [path("admin/", admin.site.urls), *without_admin]
