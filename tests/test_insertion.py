"""Pages whose templates do not include the element, and that are to have it all the same."""

import pytest
from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from django.template import engines
from pytest_django import Settings

from . import views
from .visitor import Visitor

PAGE = "/monitor/page/"  # in the namespace "monitor"


@pytest.fixture(autouse=True)
def _inserting(settings: Settings) -> None:
    settings.SESSION_SECURITY_INSERT_INTO = ["monitor"]


def parts(content: bytes) -> tuple[bytes, bytes, bytes]:
    """What is before the element, the element with what it brings, and what is after it."""
    before, rest = content.split(b"<link", 1)
    inside, after = rest.rsplit(b"</script>", 1)
    return before.strip(), inside, after.strip()


@pytest.mark.parametrize("path", [PAGE, "/other/page/"], ids=["application", "instance"])
def test_a_page_of_the_namespace_gets_the_element_at_the_end_of_its_body(
    settings: Settings, alice: Visitor, path: str
) -> None:
    settings.SESSION_SECURITY_INSERT_INTO = ["other" if "other" in path else "monitor"]
    before, inside, after = parts(alice.navigate(path).content)
    assert before.endswith(b"<p>A page</p>")
    assert inside.count(b"<session-security>") == 1
    assert after == b"</body></html>"


def test_pages_of_other_namespaces_stay_as_they_are(settings: Settings, alice: Visitor) -> None:
    settings.SESSION_SECURITY_INSERT_INTO = ["admin"]
    assert b"session-security" not in alice.navigate(PAGE).content
    settings.SESSION_SECURITY_INSERT_INTO = []
    assert b"session-security" not in alice.navigate(PAGE).content


@pytest.mark.parametrize("value", [["monitor"], {"monitor"}])
def test_a_list_within_the_list_stops_no_page(
    settings: Settings, alice: Visitor, value: object
) -> None:
    settings.SESSION_SECURITY_INSERT_INTO = [value]
    response = alice.navigate(PAGE)
    assert response.status_code == 200
    assert b"session-security" not in response.content


def test_a_page_that_includes_it_has_it_once(alice: Visitor) -> None:
    assert alice.navigate("/monitor/element/").content.count(b"<session-security>") == 1


def test_a_page_of_nobody_stays_as_it_is(visitor: Visitor, alice: Visitor) -> None:
    before, _, after = parts(alice.navigate(PAGE).content)
    alice.post("/leave/")
    assert alice.navigate(PAGE).content == before + after


def test_the_page_that_signs_out_stays_as_it_is(alice: Visitor) -> None:
    assert b"session-security" not in alice.navigate("/monitor/leave/").content


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        ("<p>a fragment</p>", {}),
        ('{"html": "</body>"}', {"Content-Type": "application/json"}),
        ("packed </body>", {"Content-Encoding": "gzip"}),
    ],
    ids=["a fragment", "JSON", "packed"],
)
def test_what_is_no_page_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch, alice: Visitor, content: str, headers: dict[str, str]
) -> None:
    monkeypatch.setattr(views, "CONTENT", content)
    monkeypatch.setattr(views, "HEADERS", headers)
    assert alice.navigate(PAGE).content.decode() == content


async def collected(response: StreamingHttpResponse) -> bytes:
    return b"".join([part async for part in response])


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous iterators")
def test_a_stream_stays_as_it_is(alice: Visitor) -> None:
    response = alice.navigate("/monitor/stream/")
    read = async_to_sync(collected) if response.is_async else b"".join
    assert read(response) == b"<body></body>"


def test_the_last_end_of_a_body_is_the_one(monkeypatch: pytest.MonkeyPatch, alice: Visitor) -> None:
    monkeypatch.setattr(views, "CONTENT", "<body><textarea></body></textarea></BODY >")
    before, _, after = parts(alice.navigate(PAGE).content)
    assert (before, after) == (b"<body><textarea></body></textarea>", b"</BODY >")


def test_the_length_that_a_view_has_told_is_put_right(
    monkeypatch: pytest.MonkeyPatch, alice: Visitor
) -> None:
    monkeypatch.setattr(views, "HEADERS", {"Content-Length": str(len(views.CONTENT))})
    answer = alice.navigate(PAGE)
    assert int(answer["Content-Length"]) == len(answer.content) > len(views.CONTENT)


def test_a_page_in_an_old_encoding_can_be_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, alice: Visitor
) -> None:
    """What it can't hold, such as the three dots of "Checking…", stands there by number."""
    monkeypatch.setattr(views, "HEADERS", {"Content-Type": "text/html; charset=iso-8859-1"})
    assert "signed in&#8230;" in alice.navigate(PAGE).content.decode("iso-8859-1")


def test_the_page_varies_by_cookie_as_one_that_includes_it(alice: Visitor) -> None:
    assert alice.navigate(PAGE)["Vary"] == alice.navigate("/element/")["Vary"]


def test_the_element_is_that_of_the_site_if_it_has_its_own(
    settings: Settings, alice: Visitor
) -> None:
    own = ("django.template.loaders.locmem.Loader", {"session_security/all.html": "<i>own</i>"})
    settings.TEMPLATES = [
        settings.TEMPLATES[0]
        | {"APP_DIRS": False, "OPTIONS": settings.TEMPLATES[0]["OPTIONS"] | {"loaders": [own]}}
    ]
    assert engines.all()
    assert b"<p>A page</p><i>own</i></body>" in alice.navigate(PAGE).content
