"""Code that uses the app."""

from typing import Any

from ..variant import LEFT_IS_OUT, Person, Variant


class UsesHelpers(Variant):
    """Views that use what the app has."""

    def urls(self) -> list[Any]:
        from django.urls import path

        from ..sites import views

        return [
            path("idle/", views.idle, name="idle"),
            path("keep-alive/", views.keep_alive, name="keep_alive"),
            path("give-up/", views.give_up, name="give_up"),
            path("by-hand/", views.by_hand, name="by_hand"),
            path("start-anew/", views.start_anew, name="start_anew"),
            path("who-is-here/", views.who_is_here, name="who_is_here"),
        ]


class GetsActivity(UsesHelpers):
    """`get_last_activity`, for a script that asks for how long nobody has acted"""

    settings = {"SESSION_SECURITY_PASSIVE_URL_NAMES": ["idle"]}

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.wait(42)
        person.expect("the helper is right", person.fetch("idle").json()["idle"] == 42)
        self.work_and_leave(person)


class GetsActivityAbroad(GetsActivity):
    """the same in another time zone"""

    settings = {"SESSION_SECURITY_PASSIVE_URLS": ["/idle/"], "TIME_ZONE": "Asia/Kolkata"}


class SetsActivity(UsesHelpers):
    """`set_last_activity`, to keep somebody signed in"""

    settings = {"SESSION_SECURITY_PASSIVE_URL_NAMES": ["keep_alive"]}

    def journey(self, person: Person) -> None:
        self.stay_by_script(person, "keep_alive", "the helper keeps one signed in")


class SetsActivityBack(UsesHelpers):
    """`set_last_activity`, to end sooner"""

    settings = {"SESSION_SECURITY_PASSIVE_URL_NAMES": ["give_up"]}

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.fetch("give_up")
        person.wait(59)
        person.expect("the helper ends it sooner", person.report(100_000) == "active")
        person.wait(1)
        person.expect("the helper ends it sooner", not person.sees())


class ReadsByHand(UsesHelpers):
    """code that reads `request.session["_session_security"]`"""

    settings = {"SESSION_SECURITY_PASSIVE_URL_NAMES": ["by_hand"]}

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.wait(100)
        person.sees()
        person.wait(42)
        person.expect("the value is right", person.fetch("by_hand").json()["idle"] == 42)
        self.work_and_leave(person)


class TakesOut(UsesHelpers):
    """code that deletes that value, so that the time starts anew"""

    settings = {"SESSION_SECURITY_PASSIVE_URL_NAMES": ["start_anew"]}

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.wait(500)
        person.fetch("start_anew")
        person.wait(500)
        person.expect("the time starts anew", person.sees())
        self.leave(person)


class WhoIsHere(UsesHelpers):
    """a page that reads all sessions, to say who is here"""

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.wait(299)
        person.expect("it counts who is here", person.fetch("who_is_here").json()["here"] == 1)
        person.wait(299)
        person.expect("it counts who is here", person.sees())
        person.wait(301)
        person.expect("it counts who is here", person.fetch("who_is_here").json()["here"] == 0)


class ImportsSettings(Variant):
    """a context processor that imports from `session_security.settings`"""

    templates = {
        "page.html": "Signed in, for {{ minutes }} minutes, warned after {{ warning_after }} s"
        '{% include "session_security/all.html" %}'
    }

    def __init__(self) -> None:
        from example.base_settings import TEMPLATES

        options: dict[str, Any] = dict(TEMPLATES[0]["OPTIONS"])  # type: ignore[call-overload]
        processors = options["context_processors"]
        options["context_processors"] = [*processors, "tests.upgrade.sites.views.with_times"]
        self.settings = {"TEMPLATES": [{**TEMPLATES[0], "OPTIONS": options}]}

    def journey(self, person: Person) -> None:
        person.sign_in()
        words = b"for 10 minutes, warned after 540 s"
        person.expect("the page says the times", words in person.open().content)
        self.work_and_leave(person)


class InTests(Variant):
    """Tests of the site's own."""

    def limit_of_tests(self, person: Person, seconds: float) -> None:
        person.sign_in()
        person.wait(seconds)
        person.expect(LEFT_IS_OUT, not person.sees())


class TestsWithoutMiddleware(Variant):
    """settings for tests without the middleware, with the app"""

    middleware = None
    says = ["W011"]

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.wait(10_000)
        person.expect("nobody is signed out", person.sees())


class TestsWithOtherTimes(InTests):
    """tests with `override_settings(SESSION_SECURITY_EXPIRE_AFTER=5)`"""

    wrong = [LEFT_IS_OUT]

    def journey(self, person: Person) -> None:
        from django.test import override_settings

        person.sign_in()
        with override_settings(SESSION_SECURITY_EXPIRE_AFTER=5):
            self.limit_of_tests(person, 5)


class TestsThatSetTheValue(InTests):
    """tests that set `_session_security` in the session, and open a page"""

    def journey(self, person: Person) -> None:
        from datetime import datetime, timedelta

        person.sign_in()
        session = person.client.session
        long_ago = datetime.now() - timedelta(seconds=601)
        session["_session_security"] = long_ago.strftime("%Y-%m-%dT%H:%M:%S.%f")
        session.save()
        person.expect("the session has ended", not person.sees())


class TestsThatCall(Variant):
    """tests that call `process_request` of the middleware with a request"""

    name = "process_request"
    differs = ["it signs out"]
    do = "call the middleware itself"

    def journey(self, person: Person) -> None:
        from datetime import datetime

        from django.contrib.auth import get_user
        from django.http import HttpResponse
        from django.test import RequestFactory

        from session_security.middleware import SessionSecurityMiddleware
        from session_security.utils import set_last_activity

        person.sign_in()
        request = RequestFactory().get("/page/")
        request.session = person.client.session
        request.user = get_user(request)
        set_last_activity(request.session, datetime(2020, 1, 1))
        request.session.save()
        middleware = SessionSecurityMiddleware(lambda request: HttpResponse())
        call = getattr(middleware, self.name, lambda request: None)  # it is gone
        call(request)
        person.expect("it signs out", not request.user.is_authenticated)

    def after(self) -> None:
        self.name = "__call__"
