"""Requests that are no acts."""

from typing import Any

from ..variant import LEFT_IS_OUT, STAYS_BY_PAGES, Person, Variant

URLS = "SESSION_SECURITY_PASSIVE_URLS"
NAMES = "SESSION_SECURITY_PASSIVE_URL_NAMES"


class Passive(Variant):
    """What all of them are to show: a script asks each minute, for an hour."""

    asked: tuple[Any, ...] = ("stock",)

    def journey(self, person: Person) -> None:
        person.sign_in()
        self.work(person)
        for _ in range(8):
            person.wait(self.limit / 10)
            person.expect("scripts are answered", person.fetch(*self.asked).status_code == 200)
        person.expect(STAYS_BY_PAGES, person.sees())
        for _ in range(10):
            person.wait(self.limit / 10)
            person.fetch(*self.asked)
        person.expect(LEFT_IS_OUT, not person.sees())


class Paths(Passive):
    """`PASSIVE_URLS` with a path"""

    settings = {URLS: ["/stock/"]}


class LazyPaths(Passive):
    """`PASSIVE_URLS` with `reverse_lazy`"""

    def __init__(self) -> None:
        from django.urls import reverse_lazy

        self.settings = {URLS: [reverse_lazy("stock")]}


class PathsInATuple(Passive):
    """`PASSIVE_URLS` as a tuple"""

    settings = {URLS: ("/stock/", "/heartbeat/")}


class PathsInASet(Passive):
    """`PASSIVE_URLS` as a set"""

    settings = {URLS: {"/stock/"}}


class PathAsText(Passive):
    """`PASSIVE_URLS` as text: the brackets were forgotten"""

    settings = {URLS: "/stock/"}
    says = ["E004"]
    wrong = ["opening the home page is an act"]

    def journey(self, person: Person) -> None:
        super().journey(person)
        person.sign_in()
        person.wait(0.9 * self.limit)
        person.open("home")
        person.wait(0.9 * self.limit)
        person.expect(self.wrong[0], person.sees())


class Names(Passive):
    """`PASSIVE_URL_NAMES`"""

    settings = {NAMES: ["stock"]}


class NamesOfPatterns(Passive):
    """`PASSIVE_URL_NAMES` for a URL with a parameter"""

    settings = {NAMES: ["stock_of"]}
    asked = ("stock_of", 7)

    def urls(self) -> list[Any]:
        from django.urls import path

        from ..sites import views

        return [path("stock/<int:number>/", views.stock, name="stock_of")]


class NamesInANamespace(Passive):
    """`PASSIVE_URL_NAMES` with the plain name of a URL that is in a namespace"""

    settings = {NAMES: ["stock"]}
    asked = ("shop:stock",)

    def urls(self) -> list[Any]:
        from django.urls import include, path

        from ..sites import views

        shop = ([path("stock/", views.stock, name="stock")], "shop")
        return [path("shop/", include(shop))]


class NamesWithNamespace(NamesInANamespace):
    """`PASSIVE_URL_NAMES` with a namespace"""

    settings = {NAMES: ["shop:stock"]}
    wrong = [LEFT_IS_OUT]


class Undeclared(Passive):
    """a poller that nobody has declared"""

    wrong = [LEFT_IS_OUT]


class BarePing(Passive):
    """a script of the site's own that asks the ping, without `idleFor`"""

    asked = ("session_security_ping",)
    wrong = [LEFT_IS_OUT]


class MeantAsAct(Variant):
    """a front end whose requests are what people do"""

    differs = ["requests of scripts keep one signed in"]
    do = "`SESSION_SECURITY_COUNT_FETCH = True`"

    def journey(self, person: Person) -> None:
        self.stay_by_script(person, "stock", "requests of scripts keep one signed in")

    def after(self) -> None:
        self.settings = {"SESSION_SECURITY_COUNT_FETCH": True}


class KeepAlive(Variant):
    """a script that reports `idleFor=0` itself, while a video plays"""

    def journey(self, person: Person) -> None:
        person.sign_in()
        for _ in range(3):
            person.wait(0.9 * self.limit)
            person.expect("the video keeps one signed in", person.report(0) == "active")
        self.leave(person)


class ExpectsRedirect(Variant):
    """scripts that expect a redirect to the login page when they come too late"""

    status = 302
    differs = ["a late script gets what it expects"]
    do = "look for status 401"

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.wait(self.limit)
        response = person.fetch("stock")
        person.expect("a late script gets what it expects", response.status_code == self.status)

    def after(self) -> None:
        self.status = 401
