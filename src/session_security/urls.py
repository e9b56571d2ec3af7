"""The URLs of the app: ``path("session_security/", include("session_security.urls"))``."""

from django.urls import path

from .views import ElementView, KeptView, PingView, ResumeView

urlpatterns = [
    path("ping/", PingView.as_view(), name="session_security_ping"),
    path("element/", ElementView.as_view(), name="session_security_element"),
    path("kept/", KeptView.as_view(), name="session_security_kept"),
    path("resume/", ResumeView.as_view(), name="session_security_resume"),
]
