from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from example import views
from example.seed import USERS

login = LoginView.as_view(
    template_name="example/login.html",
    redirect_authenticated_user=True,
    extra_context={"users": USERS},
)

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", login, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("records/", views.records, name="records"),
    path("form/", views.form, name="form"),
    path("form/<int:pk>/", views.saved, name="saved"),
    path("monitor/", views.monitor, name="monitor"),
    path("monitor/poll/", views.poll, name="poll"),
    path("frame/", views.frame, name="frame"),
    path("frame/note/", views.frame_note, name="frame_note"),
    path("panel/", views.panel_state, name="panel_state"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("session_security/", include("session_security.urls")),
]
