import os

from django.urls import include, path

from . import views

if os.environ["SITE_SERVER"] in ("uvicorn", "daphne"):
    pages = [
        path("sign-in/", views.asign_in, name="login"),
        path("logout/", views.asign_out, name="logout"),
        path("rotate/", views.arotate),
        path("page/", views.apage),
        path("ticks/", views.aticks),
        path("write/", views.awrite),
        path("passive-write/", views.apassive_write),
    ]
else:
    pages = [
        path("sign-in/", views.sign_in, name="login"),
        path("logout/", views.sign_out, name="logout"),
        path("rotate/", views.rotate),
        path("page/", views.page),
        path("ticks/", views.ticks),
        path("write/", views.write),
        path("passive-write/", views.passive_write),
    ]

urlpatterns = [
    path("", views.whoami, name="home"),
    path("alive/", views.alive),
    path("form/", views.form),
    *pages,
    path("store/", views.store),
    path("fill/", views.fill),
    path("session_security/", include("session_security.urls")),
]
