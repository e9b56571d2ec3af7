from django.urls import include, path

from tests.ecosystem.admin.urls import urlpatterns as admin_urlpatterns

urlpatterns = [path("grappelli/", include("grappelli.urls")), *admin_urlpatterns]
