"""Projects."""

from typing import Any

from ..variant import TEMPLATES, Person, Variant

ENGINE = "django.contrib.sessions.backends."


class Cache(Variant):
    """sessions in the cache"""

    settings = {"SESSION_ENGINE": f"{ENGINE}cache"}
    says = ["W006"]  # of the cache in memory that the variant has


class CachedRow(Variant):
    """sessions in the database and the cache"""

    settings = {"SESSION_ENGINE": f"{ENGINE}cached_db"}
    says = ["W006"]


class File(Variant):
    """sessions in files"""

    def __init__(self) -> None:
        from tempfile import mkdtemp

        folder = mkdtemp(prefix="upgrade-")
        self.settings = {"SESSION_ENGINE": f"{ENGINE}file", "SESSION_FILE_PATH": folder}

    def journey(self, person: Person) -> None:
        import shutil

        from django.conf import settings

        try:
            super().journey(person)
        finally:
            shutil.rmtree(str(settings.SESSION_FILE_PATH))


class Cookie(Variant):
    """sessions in signed cookies"""

    settings = {"SESSION_ENGINE": f"{ENGINE}signed_cookies"}


class SavedEachTime(Variant):
    """`SESSION_SAVE_EVERY_REQUEST`"""

    settings = {"SESSION_SAVE_EVERY_REQUEST": True}


class OwnCookie(Variant):
    """a session cookie with a name and a path of its own"""

    settings = {"SESSION_COOKIE_NAME": "portal", "SESSION_COOKIE_SAMESITE": "Strict"}


class TokenInSession(Variant):
    """`CSRF_USE_SESSIONS`"""

    settings = {"CSRF_USE_SESSIONS": True}


class Atomic(Variant):
    """`ATOMIC_REQUESTS`"""

    settings = {
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": ":memory:",
                "ATOMIC_REQUESTS": True,
            }
        }
    }


class Members(Variant):
    """a custom user model, whose keys are UUIDs"""

    apps = ["tests.upgrade.sites.people"]
    settings = {"AUTH_USER_MODEL": "people.Member"}


class Languages(Variant):
    """`i18n_patterns`"""

    settings = {"LANGUAGE_CODE": "de", "USE_I18N": True}
    before = ["django.middleware.locale.LocaleMiddleware"]

    def all_urls(self) -> list[Any]:
        from django.conf.urls.i18n import i18n_patterns

        return i18n_patterns(*super().all_urls())

    def journey(self, person: Person) -> None:
        from django.utils import translation

        translation.activate("de")
        person.sign_in()
        person.expect("pages name the ping", b"/de/session_security/ping/" in person.open().content)
        translation.activate("de")
        self.work_and_leave(person)


class Prefix(Variant):
    """`FORCE_SCRIPT_NAME`"""

    settings = {"FORCE_SCRIPT_NAME": "/intranet"}

    def journey(self, person: Person) -> None:
        person.open("home")
        person.sign_in()
        page = person.open().content
        person.expect("pages name the ping", b"/intranet/session_security/ping/" in page)
        self.work_and_leave(person)


class PrefixAndNames(Variant):
    """`FORCE_SCRIPT_NAME` with `PASSIVE_URL_NAMES`"""

    settings = {
        "FORCE_SCRIPT_NAME": "/intranet",
        "SESSION_SECURITY_PASSIVE_URL_NAMES": ["stock"],
    }
    wrong = ["whoever has left is signed out"]

    def journey(self, person: Person) -> None:
        person.open("home")
        person.sign_in()
        for _ in range(6):
            person.wait(100)
            person.fetch("stock")
        person.expect("whoever has left is signed out", not person.sees())


class Remembers(Variant):
    """a box “remember me” that calls `set_expiry`"""

    settings = {"SESSION_SECURITY_INSECURE": True}

    def all_urls(self) -> list[Any]:
        from django.urls import path

        from ..sites import views

        login = path("accounts/login/", views.Remembering.as_view(), name="login")
        return [login, *super().all_urls()]


class Async(Variant):
    """ASGI"""

    asgi = True


class AsyncWithHooks(Variant):
    """ASGI, with a subclass whose hook asks for the user"""

    asgi = True
    middleware = "tests.upgrade.sites.middleware.TimesByUser"


class Admin(Variant):
    """the Django admin, with the include in a `base_site.html` of its own"""

    apps = ["django.contrib.admin"]
    templates = {
        "admin/base_site.html": '{% extends "admin/base.html" %}'
        '{% block footer %}{% include "session_security/all.html" %}{% endblock %}'
    }

    def urls(self) -> list[Any]:
        from django.contrib import admin
        from django.urls import path

        return [path("admin/", admin.site.urls)]

    def journey(self, person: Person) -> None:
        from django.contrib.auth.models import User

        User.objects.update(is_staff=True, is_superuser=True)
        person.sign_in()
        page = person.open("admin:index")
        person.expect("pages of the admin have it", b"session_security_warning" in page.content)
        self.work_and_leave(person)


class PlainAdmin(Admin):
    """the Django admin, without it"""

    templates = {}
    says = ["W013"]

    def journey(self, person: Person) -> None:
        from django.contrib.auth.models import User

        User.objects.update(is_staff=True, is_superuser=True)
        self.work_and_leave(person)


class AdminLogin(Variant):
    """the login page of the admin for all"""

    apps = ["django.contrib.admin"]
    settings = {"LOGIN_URL": "admin:login"}
    says = ["W013"]

    def urls(self) -> list[Any]:
        from django.contrib import admin
        from django.urls import path

        return [path("admin/", admin.site.urls)]


class NoMessages(Variant):
    """no `django.contrib.messages`"""

    def __init__(self) -> None:
        from example.base_settings import INSTALLED_APPS

        apps = [name for name in INSTALLED_APPS if name != "django.contrib.messages"]
        options = {"context_processors": ["django.template.context_processors.request"]}
        backend = "django.template.backends.django.DjangoTemplates"
        self.settings = {
            "INSTALLED_APPS": apps,
            "TEMPLATES": [{"BACKEND": backend, "OPTIONS": options}],
        }


class WithoutApp(Variant):
    """the middleware and the URLs, without the app in `INSTALLED_APPS`"""

    differs = ["the site starts"]
    do = 'add `"session_security"`, as the error says'
    templates = {"page.html": 'Signed in <div id="session_security_warning"></div>'}

    def __init__(self) -> None:
        from example.base_settings import INSTALLED_APPS

        self.settings = {
            "INSTALLED_APPS": [name for name in INSTALLED_APPS if name != "session_security"]
        }

    def journey(self, person: Person) -> None:
        from django.core.exceptions import ImproperlyConfigured

        try:
            person.open("home")
        except ImproperlyConfigured:
            person.expect("the site starts", False)
        else:
            self.work_and_leave(person)

    def after(self) -> None:
        self.settings = {}


class OpenSession(Variant):
    """sessions that were open when the release was changed"""

    def journey(self, person: Person) -> None:
        from datetime import datetime

        person.sign_in()
        session = person.client.session
        for name in set(session.keys()) - {
            "_auth_user_id",
            "_auth_user_backend",
            "_auth_user_hash",
        }:
            del session[name]
        session["_session_security"] = datetime.now().strftime("%Y-%m-%dT%H:%M:%S.%f")
        session.save()
        person.wait(0.9 * self.limit)
        person.expect("they go on", person.sees())
        self.work(person)
        self.leave(person)


class LoginWithTemplate(Variant):
    """the include in the base of all templates, so that the login page has it, too"""

    templates = {
        "registration/login.html": TEMPLATES["registration/login.html"].replace(
            "</form>", '</form>{% include "session_security/all.html" %}'
        )
    }
