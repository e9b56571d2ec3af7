"""The ping."""

from typing import Any

from ..variant import TELLS_THE_PAGE, Person, Variant


class OwnPing(Variant):
    """Another view under the name of the ping."""

    def view(self) -> Any:
        raise NotImplementedError

    def urls(self) -> list[Any]:
        from django.urls import path

        return [path("session_security/ping/", self.view(), name="session_security_ping")]


class Counting(OwnPing):
    """a subclass of `PingView` whose `get` adds something"""

    def view(self) -> Any:
        from ..sites import views

        return views.CountingPing.as_view()


class Written(OwnPing):
    """a subclass of `PingView` with a `get` of its own"""

    def view(self) -> Any:
        from ..sites import views

        return views.WrittenPing.as_view()


class Function(OwnPing):
    """a function in its place"""

    def view(self) -> Any:
        from ..sites import views

        return views.ping


class Guarded(OwnPing):
    """`login_required(PingView.as_view())`"""

    wrong = [TELLS_THE_PAGE]

    def view(self) -> Any:
        from django.contrib.auth.decorators import login_required

        from session_security.views import PingView

        return login_required(PingView.as_view())


class Alone(Variant):
    """`PingView` under a path of its own, without the app's URLs"""

    def all_urls(self) -> list[Any]:
        from django.urls import path

        from session_security.views import PingView

        return [
            path("still-here/", PingView.as_view(), name="session_security_ping"),
            *super().all_urls()[:-1],
        ]


class Elsewhere(Variant):
    """the app's URLs under another prefix"""

    def all_urls(self) -> list[Any]:
        from django.urls import include, path

        app = include("session_security.urls")
        return [*super().all_urls()[:-1], path("internal/session/", app)]


class Monitored(Variant):
    """a status page that asks the ping of 2.x, and reads the number"""

    wrong = ["the ping says for how long nobody has acted"]

    def journey(self, person: Person) -> None:
        person.sign_in()
        person.wait(42)
        answer = person.fetch("session_security_ping")
        person.expect(self.wrong[0], answer.content == b"42")
        person.wait(self.limit)
        late = person.fetch("session_security_ping")
        person.expect("it says when the session is over", late.content == b'"logout"')
