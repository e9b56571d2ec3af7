from tests.ecosystem.admin.urls import urlpatterns as urlpatterns
