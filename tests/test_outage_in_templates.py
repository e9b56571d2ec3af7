"""A template looks at a user who can't be known: it shows neither of its two sides."""

from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.template import engines

from .conftest import During
from .test_outage import Store, check_refused, store
from .visitor import FETCH, NAVIGATION, Visitor

__all__ = ["store"]  # the fixture

pytestmark = pytest.mark.parametrize("engine", ["db", "cache"], indirect=True)

# In an operator a template takes every error for "no".
CONDITIONS = {
    "and": "user.is_authenticated and 1",
    "and, the other way": "1 and user.is_authenticated",
    "or": "user.is_authenticated or 0",
    "not": "not user.is_authenticated",
    "==": "user.username == 'alice'",
    "!=": "user.username != 'alice'",
    "in": "user.username in 'alice bob'",
    "not in": "user.username not in 'alice bob'",
    "<": "user.pk < 5",
    "is": "user.is_authenticated is True",
    "session": "not request.session.basket",
    "in session": "'basket' in request.session",
    "permissions": "not perms.auth.add_user",
    "alone": "user.is_authenticated",
}


@pytest.fixture
def gone(engine: str, store: Store, alice: Visitor) -> Iterator[Visitor]:
    """Somebody whose session nobody can read."""
    store.goes(alice.key)
    yield alice
    store.returns()
    assert alice.signed_in == "alice"


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_is_neither_true_nor_false(
    engine: str, gone: Visitor, during: During, condition: str
) -> None:
    source = f"{{% if {condition} %}}yes{{% else %}}no{{% endif %}}"

    def render(request: HttpRequest) -> str:
        return engines["django"].from_string(source).render({}, request)

    during(render)
    for headers in (NAVIGATION, FETCH):
        check_refused(gone.send("GET", "/during/", headers=headers))


def test_whatever_a_view_makes_of_the_error(engine: str, gone: Visitor, during: During) -> None:
    def swallow(request: HttpRequest) -> str:
        try:
            return request.user.get_username()
        except Exception:  # noqa: BLE001
            return "nobody"

    during(swallow)
    check_refused(gone.navigate("/during/"))


def test_a_template_that_does_not_look_is_shown(engine: str, gone: Visitor, during: During) -> None:
    def render(request: HttpRequest) -> str:
        source = "{% if request.path == '/during/' and not missing %}yes{% endif %}"
        return engines["django"].from_string(source).render({}, request)

    during(render)
    assert gone.navigate("/during/").content == b"yes"


def test_the_condition_is_true_when_the_store_is_there(
    engine: str, alice: Visitor, during: During
) -> None:
    """So the conditions above say something."""

    def render(request: HttpRequest) -> str:
        source = "{% if user.is_authenticated and user.username == 'alice' %}yes{% endif %}"
        return engines["django"].from_string(source).render({}, request)

    during(render)
    assert alice.navigate("/during/").content == b"yes"
