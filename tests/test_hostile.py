"""Whatever is sent or stored: no error that is ours, nothing extended, nothing revived.

Requests reach Django's own handlers as a server would hand them over, so they may hold what no
client library would send. ``make test`` runs few examples, the same each time. More, at random:
``HOSTILE_EXAMPLES=2000 python -m pytest tests/test_hostile.py``.
"""

import json
import math
import os
import re
from asyncio import Future
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from importlib import import_module
from io import BytesIO
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, assume, event, example, given, settings
from hypothesis import strategies as st
from pytest_django import Settings
from time_machine import Traveller

from session_security.sessions import times
from session_security.sessions.tags import user_tag

from .conftest import NOON
from .neighbours import WITHOUT
from .visitor import FETCH, FORM, NAVIGATION, PING

EXAMPLES = os.environ.get("HOSTILE_EXAMPLES", "")
ENGINES = ("db", "cache", "signed_cookies")
LAST, STARTED = "_session_security", "_session_security_started"
MAX_AGE = 3600
SECRET = {"X-Session-Security": b"1"}

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock", "limits"),
    # Django before 6.1 leaves the body open of a request that it can't make.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::django.core.cache.CacheKeyWarning"),
]


def examples(few: int) -> Callable[[Any], Any]:
    """So many examples, or as many as the environment asks for, with each engine and interface.

    The marks make Hypothesis take other examples for each of them; params of a fixture do not.
    """
    profile = settings(
        max_examples=int(EXAMPLES or few),
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),  # the fixtures are for all examples together
    )

    def decorate(test: Any) -> Any:
        for name, params in (("interface", ("wsgi", "asgi")), ("engine", ENGINES)):
            test = pytest.mark.parametrize(name, params, indirect=True)(test)
        return profile(test)

    return decorate


# What is sent


@dataclass(frozen=True)
class Sent:
    """A request as bytes; ``reports`` are the values that it holds of ``idleFor``."""

    method: str = "GET"
    path: str = "/"
    query: bytes = b""
    headers: dict[str, bytes] = field(default_factory=dict)
    body: bytes = b""
    length: bytes | None = None
    reports: tuple[str, ...] = ()

    def bearing(self, cookie: str | bytes, name: str = "sessionid") -> "Sent":
        value = cookie.encode() if isinstance(cookie, str) else cookie
        return self.having(Cookie=name.encode() + b"=" + value)

    def having(self, **headers: bytes | str) -> "Sent":
        added = {
            name.replace("_", "-"): value.encode() if isinstance(value, str) else value
            for name, value in headers.items()
        }
        return Sent(
            self.method,
            self.path,
            self.query,
            self.headers | added,
            self.body,
            self.length,
            self.reports,
        )


@dataclass
class Answer:
    """What came back; status 0 if the server was left before it answered.

    ``crash`` is what not even Django's handler caught: a server makes a 500 of it.
    """

    status: int
    headers: dict[str, str]
    cookies: SimpleCookie
    body: bytes
    crash: BaseException | None = None

    @property
    def failed(self) -> bool:
        return self.status >= 500

    @property
    def cookie(self) -> str | None:
        """The session's cookie, if one was sent; empty if it was taken away."""
        morsel = self.cookies.get("sessionid")
        return None if morsel is None else morsel.value


class Site:
    """The test site, as a server sees it."""

    def __init__(self, interface: str) -> None:
        self.interface = interface
        self.handler: Any = WSGIHandler() if interface == "wsgi" else ASGIHandler()

    def send(self, sent: Sent, stream: Any = None) -> Answer:
        serve = self._wsgi if self.interface == "wsgi" else self._asgi
        try:
            status, pairs, body = serve(sent, stream)
        except Exception as error:  # noqa: BLE001
            return Answer(500, {}, SimpleCookie(), b"", error.with_traceback(None))
        if sent.method == "HEAD":
            body = b""  # as every server does
        cookies = SimpleCookie()
        for name, value in pairs:
            if name.lower() == "set-cookie":
                cookies.load(value)
        return Answer(status, {name.lower(): value for name, value in pairs}, cookies, body)

    def _wsgi(self, sent: Sent, stream: Any) -> tuple[int, list[tuple[str, str]], bytes]:
        length = str(len(sent.body)).encode() if sent.length is None else sent.length
        environ: dict[str, Any] = {
            "REQUEST_METHOD": sent.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": sent.path.encode().decode("latin-1"),
            "QUERY_STRING": sent.query.decode("latin-1"),
            "CONTENT_LENGTH": length.decode("latin-1"),
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": stream or BytesIO(sent.body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for name, value in sent.headers.items():
            key = name.upper().replace("-", "_")
            environ["CONTENT_TYPE" if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value.decode(
                "latin-1"
            )
        started: list[Any] = []
        response = self.handler(environ, lambda *args: started.extend(args))
        try:
            body = b"".join(response)
        finally:
            response.close()
        return int(started[0].split()[0]), started[1], body

    def _asgi(self, sent: Sent, stream: Any) -> tuple[int, list[tuple[str, str]], bytes]:
        length = str(len(sent.body)).encode() if sent.length is None else sent.length
        headers = [(name.lower().encode(), value) for name, value in sent.headers.items()]
        scope = {
            "type": "http",
            "method": sent.method,
            "path": sent.path,
            "query_string": sent.query,
            "headers": [*headers, (b"content-length", length)],
            "scheme": "http",
            "server": ("testserver", 80),
            "client": ("127.0.0.1", 50000),
        }
        messages: list[dict[str, Any]] = []
        parts: list[dict[str, Any]] = [{"type": "http.request", "body": sent.body}]
        if stream is not None:  # the client goes away in the middle
            parts = [parts[0] | {"more_body": True}, {"type": "http.disconnect"}]

        async def serve() -> None:
            async def receive() -> dict[str, Any]:
                return parts.pop(0) if parts else await Future()

            async def send(message: dict[str, Any]) -> None:
                messages.append(message)

            await self.handler.handle(scope, receive, send)

        async_to_sync(serve)()
        if not messages:
            return 0, [], b""
        pairs = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in messages[0]["headers"]]
        return (
            messages[0]["status"],
            pairs,
            b"".join(message.get("body", b"") for message in messages[1:]),
        )


@pytest.fixture
def limits(settings: Settings) -> None:
    """Both limits, and each kind of passive URL; nobody is told by whom Django was surprised."""
    settings.SESSION_SECURITY_MAX_AGE = MAX_AGE
    settings.SESSION_SECURITY_PASSIVE_URLS = ["/monitor/poll/"]
    settings.SESSION_SECURITY_PASSIVE_URL_NAMES = ["monitor:read"]
    settings.LOGGING_CONFIG = None


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    """An engine that keeps rows, one that keeps blobs, and one that keeps nothing."""
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{request.param}"
    cache.clear()
    yield str(request.param)
    cache.clear()


@pytest.fixture
def site(engine: str, interface: str) -> Site:
    return Site(interface)


@pytest.fixture
def bare(engine: str, interface: str) -> Site:
    """The same site without us."""
    with override_settings(MIDDLEWARE=WITHOUT, ROOT_URLCONF="tests.urls"):
        return Site(interface)


@pytest.fixture
def user_pk(db: None) -> str:
    return str(get_user_model().objects.create_user("alice").pk)


SignIn = Callable[..., str]


@pytest.fixture
def sign_in(user_pk: str) -> SignIn:
    """Makes a session of hers with what is given in it, and returns its cookie."""
    user = get_user_model().objects.get(pk=user_pk)
    [backend] = django_settings.AUTHENTICATION_BACKENDS
    base = {
        SESSION_KEY: user_pk,
        BACKEND_SESSION_KEY: backend,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }

    def make(values: dict[str, object] | None = None, **named: object) -> str:
        store = new_store()
        store.update(base | {LAST: NOON.isoformat(), STARTED: NOON.isoformat()})
        store.update((values or {}) | named)
        for name in [name for name, value in store.items() if value is ...]:
            del store[name]
        expiry = store.pop("_session_expiry", None)
        store.save()
        if expiry is not None:  # past what Django itself would not save
            store["_session_expiry"] = expiry
            overwrite(store)
        return str(store.session_key)

    return make


def overwrite(store: Any) -> None:
    """Store what is in the session without a look at when that ends."""
    data = dict(store.items())
    match django_settings.SESSION_ENGINE.rpartition(".")[2]:
        case "db":
            row = store.model.objects.filter(session_key=store.session_key)
            row.update(session_data=store.encode(data))
        case "cache":
            cache.set(store.cache_key, data)
        case _:
            store.save()


def new_store(key: str | None = None) -> SessionBase:
    store: SessionBase = import_module(django_settings.SESSION_ENGINE).SessionStore(key)
    return store


def ago(seconds: float) -> str:
    return (NOON - timedelta(seconds=seconds)).isoformat()


def stored(cookie: str, answer: Answer) -> dict[str, Any]:
    """What the session holds after the answer; with signed cookies, what the browser does."""
    if django_settings.SESSION_ENGINE.endswith("signed_cookies") and answer.cookie is not None:
        cookie = answer.cookie
    return dict(new_store(cookie).items())


def who(site: Site, cookie: str) -> bytes:
    """As whom a request that extends nothing is served."""
    asking = {name: value.encode() for name, value in FETCH.items()}
    answer = site.send(Sent(path="/name/", headers=asking).bearing(cookie))
    return answer.body if answer.status == 200 else b""


# Strategies

NUMBERS = [
    *("0", "-0", "0.0", "1", "30", "99.5", "599", "600", "1e3", "5e-324", "1_000", " 5 ", "+7"),
    *("", " ", "-1", "-1e-9", "nan", "NaN", "-nan", "inf", "-inf", "Infinity", "1e308", "1e309"),
    *("0x1p3", "0x10", "٣", "१०", "1٫5", "½", "²", "1,5", "1;2", "0\x00", "\x00", "\n1\n", "１２"),
    *("0" * 31, "0" * 33, "9" * 400, "9" * 5000, "[]", "{}", "null", "true", "1 2", "1e", "\ud800"),
]
numbers = st.sampled_from(NUMBERS) | st.text(max_size=40) | st.floats().map(str)
anything = st.binary(max_size=60)


def percent(text: str) -> bytes:
    return quote(text.encode("utf-8", "surrogatepass"), safe="").encode()


@st.composite
def pairs(draw: st.DrawFn) -> tuple[bytes, tuple[str, ...]]:
    """A query or an urlencoded body, and the reports in it."""
    parts, reports = [], []
    for name in draw(
        st.lists(st.sampled_from(["idleFor", "user", "signIn", "token", "next", ""]), max_size=4)
    ):
        value = draw(numbers)
        if name == "idleFor":
            reports.append(value)
        parts.append(
            name.encode() + draw(st.sampled_from([b"=", b"=", b"=", b""])) + percent(value)
        )
    if draw(st.integers(0, 9)) == 0:
        parts.append(draw(anything).replace(b"=", b""))
    return draw(st.sampled_from([b"&", b"&", b"&", b";", b"&&"])).join(parts), tuple(reports)


@st.composite
def multiparts(draw: st.DrawFn) -> tuple[bytes, bytes, tuple[str, ...]]:
    """The type and the bytes of a multipart body, often a broken one, and the reports in it."""
    boundary = draw(st.sampled_from([b"b", b"b", b"b", b"", b'"', b"x" * 300, b"\xff", b"b b"]))
    value = draw(numbers)
    disposition = draw(
        st.sampled_from(
            [
                b'form-data; name="idleFor"',
                b'form-data; name="idleFor"; filename="f"',
                b"form-data; name*=utf-8''idleFor",
                b"form-data; name*=nope''%41",
                b"form-data; name*0=idle; name*1=For",
                b"form-data",
                b"",
                b"form-data; name=" + b"x" * 1100,
            ]
        )
    )
    encoding = draw(
        st.sampled_from([b"", b"Content-Transfer-Encoding: base64\r\n", b"Content-Length: -1\r\n"])
    )
    part = b"--%b\r\nContent-Disposition: %b\r\n%b\r\n%b\r\n" % (
        boundary,
        disposition,
        encoding,
        value.encode("utf-8", "surrogatepass"),
    )
    body = part * draw(st.integers(1, 2)) + b"--" + boundary + b"--\r\n"
    cut = draw(st.integers(0, len(body)) | st.just(len(body)))
    kind = b"multipart/form-data" + draw(
        st.sampled_from([b"; boundary=", b"; Boundary*=u''", b";"])
    )
    return kind + boundary, body[:cut], (value,)


tokens = st.sampled_from(
    ["text/html", "application/json", "*/*", "a", "/", "text/*", "", "image/x"]
)
parameters = st.sampled_from(
    ["q=0.5", "q=nan", "q=1e999", "q=-1", "q=٣", "q=", "q", "=", "a*=nope''%41", "a*0=x", "a*=x",
     "a*9" + "9" * 5000 + "=x", "a*²=x", 'a="', "a*0*=utf-8''%ff", "a*=utf-8''%ff", "é=ü"]
)  # fmt: skip
medias = st.tuples(tokens, st.lists(parameters, max_size=3)).map(lambda p: ";".join([p[0], *p[1]]))
accepts = st.lists(medias, max_size=4).map(",".join) | st.sampled_from(
    ["text/html;" + "a" * 11_000, "," * 200, ";" * 200, "text/html;q=" + "9" * 5000]
)
PLAIN_TYPES = [
    FORM, "", "text/plain", "application/json", "multipart/form-data",
    f"{FORM}; charset=utf-16", f"{FORM}; charset=\x00",
    f"{FORM}; charset=nope", f"{FORM}; charset=utf-8", f"{FORM}; charset=idna",
    f"{FORM}; charset*=nope''%41", f"{FORM};" + "a" * 11_000, ";", "é/ü", f"{FORM}; charset=rot13",
]  # fmt: skip

HEADERS: dict[str, st.SearchStrategy[str | bytes]] = {
    "Sec-Fetch-Dest": st.sampled_from(["document", "empty", "image", "iframe", "EMPTY", ""]),
    "Sec-Fetch-Mode": st.sampled_from(["navigate", "cors", "no-cors", "Navigate", ""]),
    "Sec-Fetch-Site": st.sampled_from(
        ["same-origin", "same-site", "cross-site", "none", "Cross-Site"]
    ),
    "Sec-Fetch-User": st.sampled_from(["?1", "?0", "1"]),
    "Purpose": st.sampled_from(["prefetch", "Prefetch", "preview", "İ", ""]),
    "Sec-Purpose": st.sampled_from(["prefetch", "prefetch;prerender", "prerender", "x", "ſ"]),
    "X-Moz": st.sampled_from(["prefetch", "livebookmarks"]),
    "X-Sec-Purpose": st.sampled_from(["prefetch", "x"]),
    "X-Requested-With": st.sampled_from(["XMLHttpRequest", "xmlhttprequest", "fetch"]),
    "HX-Request": st.sampled_from(["true", "false", ""]),
    "HX-Boosted": st.sampled_from(["true"]),
    "HX-Preloaded": st.sampled_from(["true", "false", ""]),
    "X-Session-Security": st.sampled_from(["1", "0", "", "x" * 999]),
    "Accept": accepts,
    "Accept-Language": st.sampled_from(["de", "x" * 999, "..", "en;q=nan", "\x00"]),
    "Host": st.sampled_from(["testserver", "evil.example", "", "testserver:x", "é"]),
    "X-Forwarded-Host": st.sampled_from(["evil.example"]),
    "X-HTTP-Method-Override": st.sampled_from(["GET", "DELETE", "PUT"]),
    "Origin": st.sampled_from(["null", "https://evil.example", "http://testserver"]),
    "Referer": st.sampled_from(["https://evil.example/", "\xff", "http://[", ""]),
    "X-Session-Expired": st.sampled_from(["no"]),
}  # fmt: skip
headers = st.dictionaries(st.sampled_from(sorted(HEADERS)), st.none(), max_size=5).flatmap(
    lambda chosen: st.fixed_dictionaries(
        {
            name: st.one_of(HEADERS[name], HEADERS[name], HEADERS[name], anything)
            for name in sorted(chosen)
        }
    )
)
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get", "é"]
# Neither signing in nor signing out: that is for whoever has the cookie to do.
PATHS = [
    "/", "/async/", "/private/", "/name/", "/aname/", "/element/", "/messages/", "/missing/",
    "/passive/function/", "/passive/coroutine/", "/passive/class/", "/monitor/poll/",
    "/monitor/read/", "/other/poll/", "/no/such/page/", "//evil.example/", "/../private/",
    "/fails/", "/private", "/\x00", "/%2e/", "/ü/", "",
]  # fmt: skip
paths = st.sampled_from(PATHS) | st.just(PING) | st.text(max_size=8).map(lambda text: "/" + text)


def as_bytes(value: str | bytes) -> bytes:
    """A header's value: no server lets a line end through."""
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return re.sub(rb"[\r\n]", b"", data)


@st.composite
def requests(
    draw: st.DrawFn,
    methods: st.SearchStrategy[str] = st.sampled_from(METHODS),  # noqa: B008
    paths: st.SearchStrategy[str] = paths,
) -> Sent:
    query, reports = draw(pairs())
    body = b""
    kind: str | bytes = draw(st.sampled_from([FORM, FORM, *PLAIN_TYPES]))
    match draw(st.integers(0, 4)):
        case 0:
            pass
        case 1 | 2:
            body, more = draw(pairs())
            reports += more
        case 3:
            kind, body, more = draw(multiparts())
            reports += more
        case 4:
            body = draw(anything)
    sent = {name: as_bytes(value) for name, value in draw(headers).items()}
    # A server lets no other lengths through than numbers; whether they are true is another thing.
    length = draw(st.sampled_from([None] * 8 + [b"", b"0", b"5", b"99999999"]))
    path = draw(paths).encode("utf-8", "replace").decode()
    return Sent(
        draw(methods),
        path,
        query,
        sent | {"Content-Type": as_bytes(kind)},
        body,
        length,
        reports,
    )


pings = requests(
    st.sampled_from(["GET", "POST", "POST", "POST", "HEAD"]), st.just(PING)
) | requests(st.just("POST"), st.just(PING)).map(lambda sent: sent.having(X_Session_Security=b"1"))


@st.composite
def reports(draw: st.DrawFn) -> Sent:
    """A report that nothing is wrong with but one or two things at most."""
    value = draw(st.sampled_from(["0", "30", "-1", "-30", "1e1", "nan", "599"]))
    form = b"idleFor=" + value.encode()
    extra = draw(st.sampled_from(sorted(HEADERS)))
    more = {extra: as_bytes(draw(HEADERS[extra]))} if draw(st.booleans()) else {}
    if draw(st.booleans()):
        return Sent("GET", PING, form, more, reports=(value,))
    headers = SECRET | {"Content-Type": FORM.encode()} | more
    return Sent("POST", PING, b"", headers, form, reports=(value,))


pings = pings | reports()

TIMES = [
    *(ago(0), ago(100), ago(599.999), ago(600), ago(1e6), ago(-0.5), ago(-2), ago(-1e9)),
    *("2026-01-15T12:00:00", "2026-W01-1", "2026-W03-4T11:59", "20260115", "20260115T115900Z"),
    *("2026-01-15", "2026-01-15T11:59:59,5Z", "2026-01-15T12", "2026-01-15T24:00:00+00:00"),
    *("0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00-23:59", "0001-01-01", "0001-01-01T00:00Z"),
    *("9999-12-31T23:59:59.999999+23:59", "9999-12-31T23:59:59.999999-23:59", "9999-12-31"),
    *("9999-12-31T23:59:59.999999Z", "2026-01-15T12:00:00+00:00:00.000001", "2026-01-15T12:00:60Z"),
    *("2026-01-15T11:59:00.000000000000000000001+00:00", "2026-01-15T11:59:00+24:00", "٢٠٢٦-٠١-١٥"),
    *("", " ", "now", "NaN", "null", "\ud800", "2026-01-15\ud80011:59", "2026-01-15T11:59:00\x00"),
    *("2026-01-15T11:59:00." + "0" * 5000, "x" * 50_000, "1768478400"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip
moments = st.sampled_from(TIMES) | st.datetimes(
    timezones=st.none() | st.sampled_from([UTC])
).map(datetime.isoformat) | st.datetimes(
    datetime(2026, 1, 15, 11), datetime(2026, 1, 15, 13)
).map(lambda moment: moment.isoformat() + "+00:00")  # fmt: skip
values = moments | moments | JSON | st.just(...)
EXPIRIES = [0, 1, -1, 1800, 0.5, True, False, "", "never", "2026-01-16T12:00:00", 10**9, 10**12]
EXPIRIES += [10**400, 1e308, math.nan, math.inf, -math.inf, [], [1], {}, {"a": 1}, ago(-1800)]
expiries = st.sampled_from(EXPIRIES) | JSON


@st.composite
def sessions(draw: st.DrawFn) -> dict[str, object]:
    """What may stand in a session of somebody's; ``...`` for what is not there."""
    kept: dict[str, object] = {}
    if draw(st.booleans()):
        kept[LAST] = draw(values)
    if draw(st.booleans()):
        kept[STARTED] = draw(values)
    if draw(st.integers(0, 3)) == 0:
        kept["_session_expiry"] = draw(expiries)
    return kept


dead = st.one_of(
    st.floats(600, 1e6).map(lambda idle: {LAST: ago(idle), STARTED: ago(idle)}),
    st.floats(MAX_AGE, 1e6).map(lambda age: {LAST: ago(0), STARTED: ago(age)}),
    st.sampled_from(["", "yesterday", 5, [], {}, True, "x" * 9999]).map(
        lambda value: {LAST: value}
    ),
)


# 1. Nothing is revived


@pytest.mark.parametrize("counting", [False, True], ids=["", "COUNT_FETCH"])
@examples(15)
@given(sent=requests() | pings, kept=dead)
def test_nothing_that_is_sent_revives_a_dead_session(
    site: Site, sign_in: SignIn, counting: bool, sent: Sent, kept: dict[str, object]
) -> None:
    cookie = sign_in(kept)
    before = dict(new_store(cookie).items())
    with override_settings(SESSION_SECURITY_COUNT_FETCH=counting):
        answer = site.send(sent.bearing(cookie))
        assert b"alice" not in answer.body
        if answer.status < 400 and sent.path == PING and sent.method.upper() == "GET":
            assert answer.body == b'"logout"'
        assert who(site, cookie) == b""
        assert who(site, answer.cookie or "") == b""
    after = dict(new_store(cookie).items())
    if not django_settings.SESSION_ENGINE.endswith("signed_cookies"):
        assert SESSION_KEY not in after  # gone for good, and not only too late
    else:
        assert after == before  # nothing can be taken away from a cookie


# 2. Nothing moves the time but an act or a report


def reported(sent: Sent) -> set[datetime]:
    """The times that the request may have reported, by the widest reading of its values."""
    if sent.path != PING or sent.method.upper() not in ("GET", "POST"):
        return set()
    if sent.method.upper() == "POST" and "X-Session-Security" not in sent.headers:
        return set()
    # From another site only by POST, and only by what has to ask this site before (CORS).
    asks = sent.method.upper() == "POST" and sent.headers.get("Sec-Fetch-Mode") == b"cors"
    if sent.headers.get("Sec-Fetch-Site") == b"cross-site" and not asks:
        return set()
    moments = set()
    for text in sent.reports:
        try:
            moments.add(NOON - timedelta(seconds=float(text)))
        except (ValueError, OverflowError):
            continue
    return {moment for moment in moments if moment <= NOON}


def is_no_act(sent: Sent) -> bool:
    """Whether the request bears something by which it surely is no human act."""
    sent_headers = {name: value.lower() for name, value in sent.headers.items()}
    return (
        sent.path == PING
        or sent.path.startswith(("/passive/", "/monitor/"))
        or "HX-Request" in sent_headers
        or "HX-Preloaded" in sent_headers
        or sent.headers.get("Sec-Fetch-Dest") == b"empty"
        or sent.headers.get("X-Requested-With") == b"XMLHttpRequest"
        or (
            sent.headers.get("Sec-Fetch-Site") == b"cross-site"
            and sent.headers.get("Sec-Fetch-Mode") != b"navigate"
        )
        or any(
            word in sent_headers.get(name, b"")
            for word in (b"prefetch", b"prerender")
            for name in ("Purpose", "Sec-Purpose", "X-Moz", "X-Sec-Purpose")
        )
    )


@examples(30)
@given(
    sent=reports() | requests() | pings, idle=st.sampled_from([100.0, 599.0]) | st.floats(0, 599.9)
)
def test_the_time_moves_only_forward_and_only_for_an_act_or_a_report(
    site: Site, sign_in: SignIn, sent: Sent, idle: float
) -> None:
    held = NOON - timedelta(seconds=idle)
    cookie = sign_in({LAST: held.isoformat(), STARTED: ago(3000), "basket": 1})
    answer = site.send(sent.bearing(cookie))
    after = stored(cookie, answer)
    moment = times.last_activity(after)
    assert moment
    allowed = {held} | {report for report in reported(sent) if report > held}
    if not is_no_act(sent):
        allowed.add(NOON)
    assert moment in allowed
    event("moved" if moment > held else "stayed")
    assert after[STARTED] == ago(3000)
    assert after["basket"] == 1


# 3. The ping's answers


def check_ping(answer: Answer, sent: Sent) -> None:
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["content-type"] == "application/json"
    if sent.method.upper() == "HEAD":
        assert answer.status in (200, 400)
        assert answer.body == b""
        return
    state = json.loads(answer.body, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    if answer.status in (400, 403):
        assert set(state) == {"detail"}
        assert answer.status == 400 or "X-Session-Security" not in sent.headers
    elif sent.method.upper() == "GET":
        assert answer.status == 200
        assert state == "logout" or (isinstance(state, int) and 0 <= state < 600)
    else:
        state.pop("csrfToken", None)
        if answer.status == 401:
            assert set(state) == {"state", "reason"}
            assert state["state"] == "expired"
            assert state["reason"] in ("idle", "absolute", "anonymous")
            return
        assert answer.status == 200
        assert set(state) == {
            *("state", "idle", "warnIn", "expireIn", "absoluteIn"),
            *("warnAfter", "expireAfter", "user", "signIn"),
        }
        assert state["state"] == "active"
        assert (state["warnAfter"], state["expireAfter"]) == (540, 600)
        assert 0 <= state["idle"] < 600
        assert 0 < state["absoluteIn"] <= MAX_AGE
        assert state["expireIn"] == min(600 - state["idle"], state["absoluteIn"])
        assert state["warnIn"] == max(0, state["expireIn"] - 60)
        assert re.fullmatch(r"[0-9a-f]{16}", state["user"])
        assert isinstance(state["signIn"], str)


@examples(30)
@given(sent=pings, kept=st.none() | sessions())
@example(
    sent=Sent("POST", PING, headers=SECRET | {"Content-Type": b"multipart/form-data"}), kept={}
)
def test_the_ping_answers_in_its_own_words_whatever_it_is_asked(
    site: Site, bare: Site, sign_in: SignIn, sent: Sent, kept: dict[str, object] | None
) -> None:
    if kept is not None:
        sent = sent.bearing(sign_in(kept))
    answer = site.send(sent)
    # What Django refuses before any view is asked: a host that is not ours, a type of nonsense.
    elsewhere = Sent(sent.method, "/no/such/page/", sent.query, sent.headers, sent.body)
    assume(bare.send(elsewhere).status == 404)
    check_ping(answer, sent)


# 4. No error is ours


@examples(30)
@given(sent=requests() | pings, kept=sessions())
@example(sent=Sent(headers={"Accept": b"text/html;a*=nope''%41"}), kept={LAST: ago(600)})
@example(sent=Sent(headers={"Accept": b"text/html;" + b"a" * 11_000}), kept={LAST: ago(600)})
@example(sent=Sent(headers={"Accept": b"text/html;a*=x;a*0=y"}), kept={LAST: ago(600)})
@example(sent=Sent(), kept={LAST: ago(100), "_session_expiry": [1]})
@example(sent=Sent(), kept={LAST: ago(100), STARTED: ago(1000), "_session_expiry": math.nan})
@example(sent=Sent(), kept={LAST: ago(100), STARTED: ago(1000), "_session_expiry": "never"})
def test_no_error_that_django_alone_would_not_make(
    site: Site, bare: Site, sign_in: SignIn, sent: Sent, kept: dict[str, object]
) -> None:
    answer = site.send(sent.bearing(sign_in(kept)))
    if answer.failed:
        if sent.path == PING:  # which Django alone has not
            sent = Sent(sent.method, "/no/such/page/", sent.query, sent.headers, sent.body)
        assert bare.send(sent.bearing(sign_in(kept))).failed, answer


@examples(30)
@given(kept=sessions())
def test_whatever_is_stored_nobody_is_served_beyond_the_limits(
    site: Site, sign_in: SignIn, kept: dict[str, object]
) -> None:
    kept.pop("_session_expiry", None)
    cookie = sign_in(kept)
    answer = site.send(Sent(path="/name/").bearing(cookie))
    last, started = kept.get(LAST, NOON.isoformat()), kept.get(STARTED, NOON.isoformat())
    # Without a time it is one of before there was this app, or the site has taken it away.
    alive = (last in (None, ...) or seconds_since(last) < 600) and (
        started in (None, ...) or seconds_since(started) < MAX_AGE
    )
    assert answer.body == (b"alice" if alive else b"")
    if alive:
        after = stored(cookie, answer)
        moment = times.last_activity(after)
        assert moment
        assert moment <= NOON + timedelta(seconds=1)  # what is in the future is put right
        assert seconds_since(after[STARTED]) >= -1


def seconds_since(value: object) -> float:
    """The age of a stored time; infinite for what is none."""
    if not isinstance(value, str):
        return math.inf
    try:
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.astimezone(UTC)
        return (NOON - moment.astimezone(UTC)).total_seconds()
    except (ValueError, OverflowError, OSError):
        return math.inf


# 5. Visitors

COOKIES = [
    "", " ", '"', "x", "x" * 7, "x" * 8, "x" * 32, "é" * 20, "x" * 8000, "\x00" * 20, "../" * 10,
    r'"aaaaaaaa\000"', r'"\377\376aaaaaaaa"', "%00" * 9, "sessionid=" * 3, "a:b:c", "a" * 30 + ":b",
    "'; DROP TABLE django_session; --", "\ud800" * 9, "😀" * 9, ".eJw:1:x", "None",
]  # fmt: skip
cookies = st.sampled_from(COOKIES) | st.text(max_size=60)


@examples(30)
@given(sent=requests(), cookie=st.none() | cookies)
def test_a_visitor_s_request_stays_as_it_is(
    site: Site, bare: Site, sent: Sent, cookie: str | None
) -> None:
    if sent.path == PING:
        sent = Sent(sent.method, "/", sent.query, sent.headers, sent.body, sent.length)
    if cookie is not None:
        sent = sent.bearing(as_bytes(cookie))
    with CaptureQueriesContext(connection) as queries:
        answer = site.send(sent)
    with CaptureQueriesContext(connection) as expected:
        reference = bare.send(sent)
    assert (answer.status, answer.body) == (reference.status, reference.body)
    if cookie is None:
        assert len(queries) == len(expected)
        assert answer.headers == reference.headers
        assert not answer.cookies
    else:
        assert len(queries) <= max(1, len(expected))
        assert not answer.cookie or reference.cookie


@examples(15)
@given(sent=pings, cookie=st.none() | cookies)
def test_a_visitor_s_ping_costs_nothing_and_leaves_nothing(
    site: Site, sent: Sent, cookie: str | None
) -> None:
    if cookie is not None:
        sent = sent.bearing(as_bytes(cookie))
    with CaptureQueriesContext(connection) as queries:
        answer = site.send(sent)
    assert len(queries) <= (0 if cookie is None else 1)
    assert not answer.cookie
    if answer.status == 200 and sent.method.upper() == "GET":
        assert answer.body == b'"logout"'


# 6. One by one

MARKERS: dict[str, dict[str, bytes]] = {
    "none": {},
    "navigation": {name: value.encode() for name, value in NAVIGATION.items()},
    "fetch": {name: value.encode() for name, value in FETCH.items()},
    "no-cors": {"Sec-Fetch-Dest": b"image", "Sec-Fetch-Mode": b"no-cors"},
    "another site's": {"Sec-Fetch-Site": b"cross-site", "Sec-Fetch-Mode": b"no-cors"},
    "another site's link": {"Sec-Fetch-Site": b"cross-site", "Sec-Fetch-Mode": b"navigate"},
    "XHR": {"X-Requested-With": b"XMLHttpRequest"},
    "htmx": {"HX-Request": b"true"},
    "htmx boosted": {"HX-Request": b"true", "HX-Boosted": b"true"},
    "htmx preload": {"HX-Request": b"true", "HX-Preloaded": b"true"},
    "Sec-Purpose": {"Sec-Purpose": b"prefetch;prerender"},
    "Purpose": {"Purpose": b"prefetch"},
    "X-Moz": {"X-Moz": b"prefetch"},
    "X-Sec-Purpose": {"X-Sec-Purpose": b"prefetch"},
    "JSON": {"Accept": b"application/json"},
    "secret": SECRET,
    "all": {"X-Moz": b"prefetch", "HX-Request": b"true", "Sec-Fetch-Dest": b"empty", **SECRET},
}
SPECIAL = [
    ("/name/", b""), ("/aname/", b""), ("/private/", b""), ("/passive/function/", b""),
    ("/passive/coroutine/", b""), ("/monitor/poll/", b""), ("/monitor/read/", b""),
    ("/static/x.js", b""), (PING, b""), (PING, b"idleFor=0"), (PING, b"idleFor=0&user="),
]  # fmt: skip


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize(
    "kept", [{LAST: ago(600), STARTED: ago(600)}, {STARTED: ago(MAX_AGE)}], ids=["idle", "absolute"]
)
def test_cve_2026_25476_and_75_of_2x_no_marker_comes_before_the_check(
    interface: str, sign_in: SignIn, marker: str, kept: dict[str, object]
) -> None:
    """What the client says is applied before, or instead of, the check: a dead session revived."""
    site = Site(interface)
    for (path, values), method in product(SPECIAL, ["GET", "POST", "HEAD", "OPTIONS", "PUT"]):
        if values == b"idleFor=0" or (
            method in ("GET", "POST") and (marker in ("none", "all") or path == "/name/")
        ):
            cookie = sign_in(kept)
            sent = Sent(method, path, values, MARKERS[marker], values).having(Content_Type=FORM)
            answer = site.send(sent.bearing(cookie))
            assert b"alice" not in answer.body, sent
            assert b"active" not in answer.body, sent
            assert not answer.cookie, sent
            assert not list(new_store(cookie).keys()), sent


class Broken(BytesIO):
    """The body of a client that went away."""

    def read(self, *args: object) -> bytes:
        raise OSError("connection reset by peer")

    readline = read


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=b", "text/plain"])
def test_a_ping_whose_sender_has_gone_away_is_no_error(
    interface: str, sign_in: SignIn, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """Pages send their last report while they are being left: nobody need be told of it."""
    cookie = sign_in({LAST: ago(100)})
    sent = Sent("POST", PING, headers=SECRET | {"Content-Type": kind.encode()}, length=b"9")
    answer = Site(interface).send(sent.bearing(cookie), stream=Broken())
    assert answer.status in (0, 200, 400)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert new_store(cookie)[LAST] == ago(100)


def multipart(count: int, disposition: bytes) -> tuple[str, bytes]:
    part = b"--b\r\nContent-Disposition: form-data; " + disposition + b"\r\n\r\n0\r\n"
    return "multipart/form-data; boundary=b", part * count + b"--b--\r\n"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"idleFor=" + b"0" * 3_000_000),
        (FORM, b"idleFor=0&" + b"a=&" * 2000),
        (f"{FORM}; charset=utf-16", b"idleFor=0"),
        ("multipart/form-data", b"idleFor=0"),
        ("multipart/form-data; boundary=\xff", b"idleFor=0"),
        multipart(2000, b'name="a"'),
        multipart(200, b'name="a"; filename="a"'),
    ],
    ids=["long", "many", "charset", "no boundary", "bad boundary", "many parts", "many files"],
)
def test_a_body_that_django_refuses_is_refused_in_the_ping_s_own_words(
    interface: str, sign_in: SignIn, kind: str, body: bytes
) -> None:
    cookie = sign_in({LAST: ago(100)})
    sent = Sent("POST", PING, headers=SECRET | {"Content-Type": kind.encode()}, body=body)
    answer = Site(interface).send(sent.bearing(cookie))
    assert answer.status in (200, 400)
    check_ping(answer, sent)
    assert new_store(cookie)[LAST] == ago(100)


def test_a_query_that_django_refuses_is_refused_in_the_ping_s_own_words(
    interface: str, sign_in: SignIn
) -> None:
    cookie = sign_in({LAST: ago(100)})
    sent = Sent("GET", PING, b"idleFor=0&" + b"a=&" * 2000)
    answer = Site(interface).send(sent.bearing(cookie))
    assert answer.status == 400
    check_ping(answer, sent)
    assert new_store(cookie)[LAST] == ago(100)


@pytest.mark.parametrize(
    "accept",
    [
        b"text/html;a*=nope''%41",
        b"text/html;" + b"a" * 11_000,
        b"text/html;a*=x;a*0=y",  # a TypeError in Python's email.utils
        b";",
        b"a;q=nan,b;q=inf",
        b"\xff",
    ],
    ids=["encoding", "long", "mixed", "empty", "quality", "bytes"],
)
def test_a_late_request_that_accepts_nonsense_is_a_visitor_s(
    interface: str, sign_in: SignIn, accept: bytes
) -> None:
    """Django reads that header only if it is asked to: we ask."""
    cookie = sign_in({LAST: ago(600)})
    answer = Site(interface).send(Sent(path="/name/", headers={"Accept": accept}).bearing(cookie))
    assert (answer.status, answer.body) == (200, b"")
    assert answer.cookie == ""


@pytest.mark.parametrize("expiry", [[1], math.nan, "never", "2027-01-01T00:00:00"], ids=str)
@pytest.mark.parametrize("path", ["/", PING])
def test_an_expiry_that_is_none_costs_nobody_a_page(
    site: Site, bare: Site, sign_in: SignIn, expiry: object, path: str
) -> None:
    kept = {LAST: ago(300), STARTED: ago(1000), "_session_expiry": expiry}
    assert not bare.send(Sent().bearing(sign_in(kept))).failed
    assert not site.send(Sent(path=path, query=b"idleFor=0").bearing(sign_in(kept))).failed


def test_a_user_that_is_none_costs_nobody_a_page(site: Site, bare: Site, sign_in: SignIn) -> None:
    """As sessions hold them when a site has changed the primary key of its users."""
    kept = {LAST: ago(600), SESSION_KEY: "5b0fd4ae-5d3c-4a43-9b6a-0b1c7f2b1f5e"}
    assert not bare.send(Sent().bearing(sign_in(kept))).failed
    answer = site.send(Sent().bearing(sign_in(kept)))
    assert (answer.status, answer.cookie) == (200, "")


@pytest.mark.parametrize("order", ["dead last", "dead first"])
def test_of_two_session_cookies_the_one_that_is_judged_is_the_one_that_is_served(
    interface: str, sign_in: SignIn, order: str
) -> None:
    site, alive, dead = Site(interface), sign_in(), sign_in({LAST: ago(600)})
    pair = [dead, alive] if order == "dead first" else [alive, dead]
    answer = site.send(Sent(path="/name/").bearing("; sessionid=".join(pair)))
    assert answer.body == (b"alice" if order == "dead first" else b"")
    assert who(site, alive) == b"alice"
    assert who(site, dead) == b""


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_header_makes_no_other_method_of_a_request(
    interface: str, sign_in: SignIn, header: str
) -> None:
    site, cookie = Site(interface), sign_in({LAST: ago(100)})
    for method, claimed in product(["HEAD", "OPTIONS", "PUT", "POST"], [b"GET", b"POST"]):
        sent = Sent(method, PING, b"idleFor=0&_method=GET", {header: claimed}, b"idleFor=0")
        site.send(sent.having(Content_Type=FORM).bearing(cookie))
        assert new_store(cookie)[LAST] == ago(100)


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://testserver"])
def test_a_preflight_allows_nothing(interface: str, sign_in: SignIn, origin: str) -> None:
    """So no other origin can send X-Session-Security, however a server spells that in META."""
    sent = Sent("OPTIONS", PING, b"idleFor=0", {"Origin": origin.encode()}).having(
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="x-session-security, x_session_security",
    )
    answer = Site(interface).send(sent.bearing(sign_in()))
    assert answer.status == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


def fetched(site: str, mode: str, dest: str) -> dict[str, bytes]:
    named = {"Site": site, "Mode": mode, "Dest": dest}
    return {f"Sec-Fetch-{name}": value.encode() for name, value in named.items()}


# Whether what another page makes the browser send counts, if the cookie goes with it at all: with
# Django's default, SameSite=Lax, it does so for links from other sites, and for all of the own.
OTHERS: dict[str, tuple[Sent, bool]] = {
    "an image": (Sent(path="/name/", headers=fetched("cross-site", "no-cors", "image")), False),
    "a script": (Sent(path="/name/", headers=fetched("cross-site", "no-cors", "script")), False),
    "a fetch": (Sent(path="/name/", headers=fetched("cross-site", "cors", "empty")), False),
    "a frame": (Sent(path="/name/", headers=fetched("cross-site", "navigate", "iframe")), False),
    "an object": (Sent(path="/name/", headers=fetched("cross-site", "navigate", "object")), False),
    "a form": (
        Sent("POST", "/name/", headers=fetched("cross-site", "navigate", "document")),
        False,  # CSRF protection comes first
    ),
    "a link": (Sent(path="/name/", headers=fetched("cross-site", "navigate", "document")), True),
    "a ping as image": (
        Sent(path=PING, query=b"idleFor=0", headers=fetched("cross-site", "no-cors", "image")),
        False,
    ),
    "a ping as frame": (
        Sent(path=PING, query=b"idleFor=0", headers=fetched("cross-site", "navigate", "iframe")),
        False,
    ),
    "a ping as link": (
        Sent(path=PING, query=b"idleFor=0", headers=fetched("cross-site", "navigate", "document")),
        False,
    ),
    "a ping as form": (
        Sent(
            "POST",
            PING,
            headers={"Content-Type": FORM.encode()} | fetched("none", "navigate", "document"),
            body=b"idleFor=0",
        ),
        False,  # the header is missing
    ),
}


@pytest.mark.parametrize(("sent", "extends"), OTHERS.values(), ids=OTHERS)
def test_what_a_page_of_another_site_makes_the_browser_send(
    interface: str, sign_in: SignIn, sent: Sent, extends: bool
) -> None:
    cookie = sign_in({LAST: ago(100)})
    Site(interface).send(sent.bearing(cookie))
    last = times.last_activity(new_store(cookie))
    assert last == NOON - timedelta(seconds=0 if extends else 100)


PER_SITE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    *django_settings.MIDDLEWARE,
    "django.middleware.cache.FetchFromCacheMiddleware",
]


def test_no_cache_keeps_what_the_ping_said(
    interface: str, sign_in: SignIn, clock: Traveller
) -> None:
    cache.clear()
    cookie = sign_in()
    with override_settings(MIDDLEWARE=PER_SITE):
        site = Site(interface)
        said = []
        for _ in range(3):
            clock.shift(250)
            said.append(site.send(Sent(path=PING).bearing(cookie)).body)
    cache.clear()
    assert said == [b"250", b"500", b'"logout"']


def test_no_cache_keeps_a_page_beyond_the_end_of_its_session(
    interface: str, sign_in: SignIn, clock: Traveller
) -> None:
    cache.clear()
    cookie = sign_in()
    with override_settings(MIDDLEWARE=PER_SITE, CACHE_MIDDLEWARE_SECONDS=10_000):
        site = Site(interface)
        assert site.send(Sent(path="/name/").bearing(cookie)).body == b"alice"
        clock.shift(600)
        late = site.send(Sent(path="/name/").bearing(cookie))
    cache.clear()
    assert b"alice" not in late.body


@pytest.mark.parametrize("tag", ["0" * 16, "x", "\x00", "é", "x" * 100_000])
def test_a_guess_at_the_tag_learns_nothing_and_moves_nothing(
    interface: str, sign_in: SignIn, tag: str
) -> None:
    """One's own is all that is ever told, and only to whoever has the session."""
    site, cookie = Site(interface), sign_in({LAST: ago(100)})
    sent = Sent(
        "POST",
        PING,
        headers=SECRET | {"Content-Type": FORM.encode()},
        body=b"idleFor=0&user=" + percent(tag),
    )
    known = json.loads(site.send(sent.bearing(cookie)).body)
    assert known["idle"] == 100
    assert known["user"] == user_tag(new_store(cookie))
    nobody = site.send(sent)
    assert json.loads(nobody.body) == {"state": "expired", "reason": "anonymous"}
