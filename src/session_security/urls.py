"""The URL of the ping: ``path("session_security/", include("session_security.urls"))``."""

from django.urls import path

from .views import PingView

urlpatterns = [path("ping/", PingView.as_view(), name="session_security_ping")]
