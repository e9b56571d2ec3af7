from django.contrib.auth.views import LogoutView
from django.urls import include, path

from session_security.decorators import passive

from . import views

namespaced = (
    [
        path("poll/", views.public, name="poll"),
        path("read/", views.public, name="read"),
        path("page/", views.page, name="page"),
        path("stream/", views.stream, name="stream"),
        path("element/", views.element, name="element"),
        path("leave/", views.sign_out_in_a_page, name="leave"),
    ],
    "monitor",
)

urlpatterns = [
    path("", views.public, name="home"),
    path("async/", views.apublic, name="ahome"),
    path("private/", views.private, name="private"),
    path("name/", views.name, name="name"),
    path("aname/", views.aname, name="aname"),
    path("element/", views.element, name="element"),
    path("messages/", views.told, name="told"),
    path("during/", views.during, name="during"),
    path("passive/during/", passive(views.during_passively), name="passive_during"),
    path("fails/", views.fails, name="fails"),
    path("missing/", views.missing, name="missing"),
    path("passive/function/", views.passive_function, name="passive_function"),
    path("passive/coroutine/", views.passive_coroutine, name="passive_coroutine"),
    path("passive/class/", views.PassiveView.as_view(), name="passive_class"),
    path("passive/instance/", passive(views.AnyView.as_view()), name="passive_instance"),
    path("monitor/", include(namespaced)),
    path("other/", include(namespaced, namespace="other")),
    path("login/", views.sign_in, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("leave/", views.sign_out, name="leave"),
    path("session_security/", include("session_security.urls")),
]
