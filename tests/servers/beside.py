"""A site that 2.6.8 and this version serve side by side; see ``releases.py``.

The process of 2.6.8 has an interpreter of its own, and of ours this file alone.
"""

import json
import os
import sys
import time

import django
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "session_security",
]
PAGE = """
<!doctype html>
<title>Records</title>
{% load static %}
{% if jquery %}<script src="{% static 'jquery.min.js' %}"></script>{% endif %}
<h1>{{ user.username|default:"Nobody" }}</h1>
<input aria-label="Symptoms">
{% include "session_security/all.html" %}
"""


def sign_in(request: HttpRequest) -> HttpResponse:
    """Signs somebody in: ``?user``, or else alice."""
    user = get_user_model().objects.get(username=request.GET.get("user", "alice"))
    login(request, user)
    return HttpResponse("")


def name(request: HttpRequest) -> HttpResponse:
    """Who is signed in."""
    return HttpResponse(request.user.get_username())


def page(request: HttpRequest) -> HttpResponse:
    """A page with the warning, as either release has it."""
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({"jquery": settings.STATICFILES_DIRS}, request))


def jquery() -> list[str]:
    """The folder of jQuery, which 2.x needs and leaves to the site."""
    try:
        from xstatic.pkg import jquery  # type: ignore[import-not-found]
    except ImportError:
        return []
    return [jquery.BASE_DIR]


os.environ["TZ"] = os.environ["BESIDE_ZONE"]
time.tzset()  # as Django does for settings that are a module
settings.configure(
    SECRET_KEY="the same for both servers, and long enough to be signed with",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=APPS,
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "session_security.middleware.SessionSecurityMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.contrib.auth.context_processors.auth",
                    "django.template.context_processors.request",
                ]
            },
        }
    ],
    STATIC_URL="static/",
    STATICFILES_DIRS=jquery(),
    DATABASES={"default": json.loads(os.environ["BESIDE_DATABASE"])},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    TIME_ZONE=os.environ["BESIDE_ZONE"],
    USE_TZ=True,
    SESSION_EXPIRE_AT_BROWSER_CLOSE=True,
    SESSION_SECURITY_EXPIRE_AFTER=600,
    SESSION_SECURITY_WARN_AFTER=540,
)
django.setup()

urlpatterns = [
    path("sign-in/", sign_in),
    path("name/", name),
    path("page/", page),
    path("stock/", name),
    path("session_security/", include("session_security.urls")),
]


def serve() -> None:
    """Serve at a port of the system's choice, and print it.

    Each line that is read, an ISO time, is what the clock shows from then on.
    """
    from socketserver import ThreadingMixIn
    from threading import Thread
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

    import time_machine
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    class Threads(ThreadingMixIn, WSGIServer):
        daemon_threads = True
        request_queue_size = 128

    site = StaticFilesHandler(get_wsgi_application())
    server = make_server("127.0.0.1", 0, site, Threads, Quiet)
    traveller = None
    _say(str(server.server_port))
    Thread(target=server.serve_forever, daemon=True).start()
    for moment in sys.stdin:
        if traveller:
            traveller.stop()
        traveller = time_machine.travel(moment.strip(), tick=False)
        traveller.start()
        _say("set")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def prepare() -> None:
    """Make the tables, and alice."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    get_user_model().objects.create_user("alice")


if __name__ == "__main__":
    {"serve": serve, "prepare": prepare}[sys.argv[1]]()
