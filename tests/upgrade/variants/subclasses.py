"""The middleware, and what is around it."""

from ..variant import OURS, Person, Variant

PLACE = "tests.upgrade.sites.middleware"
AUDITED = "the log of the site has who was signed out"


class PassiveByPath(Variant):
    """a subclass with `is_passive_request`"""

    middleware = f"{PLACE}.PassiveByPath"

    def journey(self, person: Person) -> None:
        self.work_and_leave(person)
        person.wait(300)
        person.open("stock")
        person.wait(300)
        person.expect("what it calls passive is no act", not person.sees())


class TimesByUser(Variant):
    """a subclass with `get_expire_seconds`, by user"""

    middleware = f"{PLACE}.TimesByUser"

    def journey(self, person: Person) -> None:
        self.work_and_leave(person)
        person.client.cookies.clear()
        person.sign_in("bob")
        person.wait(119)
        person.expect("each user has their own limit", person.sees())
        person.wait(120)
        person.expect("each user has their own limit", not person.sees())


class TimesInTimedelta(Variant):
    """a subclass with `get_expire_seconds` that returns a float"""

    middleware = f"{PLACE}.TwoTimes"


class Kiosk(Variant):
    """a subclass with `get_expire_seconds` that never ends for some"""

    middleware = f"{PLACE}.HoursForKiosk"

    def journey(self, person: Person) -> None:
        self.work_and_leave(person)
        person.client.cookies.clear()
        person.sign_in("bob")
        person.wait(7 * 24 * 3600)
        person.expect("the kiosk goes on", person.sees())


class Exempt(Variant):
    """a subclass with `is_authenticated` that leaves some out"""

    middleware = f"{PLACE}.WithoutStaff"

    def journey(self, person: Person) -> None:
        self.work_and_leave(person)
        person.client.cookies.clear()
        person.submit("login", username="bob", password="secret")
        person.wait(10_000)
        page = person.open()
        person.expect("who is left out is never signed out", b"Signed in" in page.content)


class Audit(Variant):
    """a subclass with `do_logout` that writes down who was signed out"""

    middleware = f"{PLACE}.Auditing"

    def journey(self, person: Person) -> None:
        from ..sites import middleware

        self.work_and_leave(person)
        person.expect(AUDITED, middleware.seen == ["alice"])


class KeepsLanguage(Variant):
    """a subclass with `do_logout` that keeps something of the session"""

    middleware = f"{PLACE}.KeepingLanguage"

    def journey(self, person: Person) -> None:
        person.sign_in()
        session = person.client.session
        session["language"] = "de"
        session.save()
        self.leave(person)
        person.expect("what it keeps is there", person.client.session.get("language") == "de")


class SkipsByRequest(Variant):
    """a subclass with `process_request` that skips paths"""

    middleware = f"{PLACE}.SkippingByRequest"
    differs = ["what it skips is no act"]
    do = "[`is_passive_request`](../howto/subclass.md#methods-of-2x)"
    says = ["E008"]

    def journey(self, person: Person) -> None:
        self.work_and_leave(person)
        person.wait(300)
        person.open("stock")
        person.wait(300)
        person.expect("what it skips is no act", not person.sees())

    def after(self) -> None:
        self.middleware = f"{PLACE}.PassiveByPath"


class AuditsByRequest(Audit):
    """a subclass with `process_request` that writes down who was signed out"""

    middleware = f"{PLACE}.AuditingByRequest"
    differs = [AUDITED]
    do = "`do_logout`, or the signal [`session_expired`](../howto/signals.md)"
    says = ["E008"]

    def after(self) -> None:
        self.middleware = f"{PLACE}.AuditingByRequest3"


class RedirectsByRequest(Variant):
    """a subclass with `process_request` that leads to a page of its own at the end"""

    middleware = f"{PLACE}.RedirectingByRequest"
    differs = ["it leads to its page"]
    do = "`__call__` in the place of `process_request`"
    says = ["E008"]

    def journey(self, person: Person) -> None:
        person.sign_in()
        self.work(person)
        person.wait(self.limit)
        person.expect("it leads to its page", person.open().headers.get("Location") == "/?timeout")

    def after(self) -> None:
        self.middleware = f"{PLACE}.RedirectingByRequest3"


class StampsByResponse(Variant):
    """a subclass with `process_response`"""

    middleware = f"{PLACE}.Stamping"
    differs = ["its header is there"]
    do = "`__call__` in the place of `process_response`"
    says = ["E008"]

    def journey(self, person: Person) -> None:
        self.work_and_leave(person)
        person.expect("its header is there", person.open().headers.get("X-Limit") == "600")

    def after(self) -> None:
        self.middleware = f"{PLACE}.Stamping3"


class WritesReports(Variant):
    """a subclass with `update_last_activity`"""

    middleware = f"{PLACE}.Writing"
    differs = ["it hears of reports"]
    do = "a middleware of its own, for what it does besides"
    says = ["E008"]

    def journey(self, person: Person) -> None:
        from ..sites import middleware

        self.work_and_leave(person)
        person.expect("it hears of reports", middleware.seen[:3] == ["10", "10", "10"])

    def after(self) -> None:
        self.middleware = OURS
        self.behind = [f"{PLACE}.Reported3"]


class Calls(Variant):
    """a subclass with `__call__` that passes over paths"""

    middleware = f"{PLACE}.Calling"

    def journey(self, person: Person) -> None:
        self.work_and_leave(person)
        person.wait(300)
        person.open("stock")
        person.wait(300)
        person.expect("what it passes over is no act", not person.sees())


class Looks(Variant):
    """a subclass with `process_view`"""

    middleware = f"{PLACE}.Looking"

    def journey(self, person: Person) -> None:
        from ..sites import middleware

        self.work_and_leave(person)
        person.expect("it is called", "page" in middleware.seen)


class Composed(Variant):
    """a middleware that has this one inside, and calls it"""

    middleware = f"{PLACE}.Composed"
    says = ["W011"]


class ComposedByRequest(Variant):
    """a middleware that has this one inside, and calls its `process_request`"""

    middleware = f"{PLACE}.ComposedByRequest"
    differs = ["the site answers"]
    do = "`self.inner(request)`"
    says = ["W011"]

    def journey(self, person: Person) -> None:
        if person.open("home").status_code == 200:
            self.work_and_leave(person)

    def after(self) -> None:
        self.middleware = f"{PLACE}.ComposedByRequest3"


class LoginEverywhere(Variant):
    """a middleware of its own behind it that sends whoever is anonymous to the login page"""

    behind = [f"{PLACE}.LoginEverywhere"]
    wrong = ["a page that asks too late is told"]


class LoginRequiredMiddleware(Variant):
    """Django's `LoginRequiredMiddleware`"""

    behind = ["django.contrib.auth.middleware.LoginRequiredMiddleware"]
    wrong = ["a page that asks too late is told"]


class Last(Variant):
    """the middleware last of all, as added by a settings file for production"""

    behind: list[str] = []
    before = [
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ]


class Nonces(Variant):
    """nonces in `request.csp_nonce`, as by django-csp"""

    before = [f"{PLACE}.Nonce"]

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.expect("scripts have the nonce", b'nonce="of-this-page"' in person.open().content)
        self.work_and_leave(person)


class WritesSession(Variant):
    """a middleware that writes into the session at each request"""

    before = [f"{PLACE}.LastSeen"]


class AuditsBySignal(Audit):
    """a log that rests on Django's signal `user_logged_out`"""

    middleware = OURS

    def journey(self, person: Person) -> None:
        from django.contrib.auth.signals import user_logged_out

        from ..sites import middleware

        user_logged_out.connect(middleware.write_down)
        super().journey(person)
