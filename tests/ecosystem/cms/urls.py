from django.urls import include, path

from tests.ecosystem.admin.urls import urlpatterns as admin_urlpatterns

urlpatterns = [*admin_urlpatterns, path("", include("cms.urls"))]
