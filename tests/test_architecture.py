"""The map of the package: imports point one way, toward ``policy``."""

import ast
import re
from pathlib import Path

import pytest

import session_security
from session_security.sessions import times

ENGINES = (
    "django.contrib.sessions.backends.cache",
    "django.contrib.sessions.backends.db",
    "django.contrib.sessions.backends.file",
    "django.contrib.sessions.backends.signed_cookies",
)
PACKAGE = Path(session_security.__file__).parent

# What each module may import of the package, and no more.
ALLOWED: dict[str, set[str]] = {
    "__init__": set(),
    "policy": set(),
    "_django": set(),
    "conf": {"policy", "standards"},
    "standards": set(),
    "requests": {"conf"},
    # The only rooms that know a session store.
    "sessions.__init__": set(),
    "sessions.times": set(),
    "sessions.tags": {"sessions.times"},
    "sessions.engines": {"_django", "sessions.times"},
    "sessions.rows": {"_django", "conf", "sessions.engines", "sessions.times"},
    "sessions.activity": {"_django", "sessions.engines", "sessions.rows", "sessions.times"},
    "sessions.outage": {"_django", "sessions.activity", "sessions.engines"},
    "sessions.cookies": {"policy", "sessions.activity", "sessions.times"},
    "late_answers": {"conf", "policy", "requests"},
    "insertion": {"conf"},
    "late_posts.__init__": set(),
    "late_posts.encryption": set(),
    "late_posts.fields": {"conf"},
    "late_posts.store": {"conf", "requests", "late_posts.encryption", "sessions.times"},
    "late_posts.handling": {
        "_django",
        "conf",
        "requests",
        "late_posts.fields",
        "late_posts.store",
        "sessions.times",
    },
    "second_sign_in": {"conf", "requests"},
    "server_timing": {"requests"},
    "decorators": {"requests", "late_posts.fields"},
    "signals": {
        "conf",
        "requests",
        "late_posts.handling",
        "late_posts.store",
        "sessions.times",
    },
    "reports": {
        "conf",
        "policy",
        "requests",
        "sessions.activity",
        "sessions.cookies",
        "sessions.tags",
        "sessions.times",
    },
    # What goes on after its request: streams and sockets.
    "watch": {
        "_django",
        "conf",
        "policy",
        "reports",
        "sessions.activity",
        "sessions.outage",
        "sessions.times",
    },
    "streams": {"_django", "requests", "watch"},
    "asgi": {"_django", "conf", "middleware", "policy", "sessions.outage", "watch"},
    "middleware": {
        "_django",
        "conf",
        "insertion",
        "late_answers",
        "late_posts.handling",
        "policy",
        "reports",
        "requests",
        "second_sign_in",
        "server_timing",
        "sessions.activity",
        "sessions.cookies",
        "sessions.outage",
        "sessions.times",
        "signals",
        "streams",
        "watch",
    },
    "views": {
        "conf",
        "decorators",
        "late_answers",
        "late_posts.store",
        "reports",
        "requests",
        "sessions.tags",
    },
    "checks": {"conf", "middleware", "requests"},
    "overview": {"conf", "middleware", "sessions.activity"},
    "management.__init__": set(),
    "management.commands.__init__": set(),
    "management.commands.session_security": {"overview"},
    "templatetags.session_security_tags": {
        "conf",
        "policy",
        "second_sign_in",
        "sessions.tags",
        "sessions.times",
    },
    "templatetags.__init__": set(),
    "urls": {"views"},
    "apps": {"checks", "sessions.rows", "signals"},
    # Names of 2.x.
    "settings": {"conf"},
    "utils": {"sessions.times"},
}


PACKAGES = {
    ".".join(("session_security", *path.relative_to(PACKAGE).parent.parts))
    for path in PACKAGE.rglob("__init__.py")
}


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
        for path in PACKAGE.rglob("*.py")
    }


def imports(path: Path) -> set[str]:
    """Every module that is named by an import, anywhere in the file; full names."""
    package = ("session_security", *path.relative_to(PACKAGE).parent.parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join([*base, *(node.module or "").split(".")]).rstrip(".")
            if source in PACKAGES:  # its modules are what is meant
                found |= {f"{source}.{alias.name}" for alias in node.names}
            else:
                found.add(source)
    return found


def test_every_module_has_its_place() -> None:
    assert set(modules()) == set(ALLOWED)


@pytest.mark.parametrize("name", ALLOWED)
def test_imports_point_one_way(name: str) -> None:
    inner = {
        module.removeprefix("session_security.")
        for module in imports(modules()[name])
        if module.startswith("session_security")
    }
    assert inner <= ALLOWED[name]


@pytest.mark.parametrize("name", ["apps", "asgi", "urls", "templatetags"])
def test_nothing_imports_what_only_django_loads(name: str) -> None:
    assert not any(name in allowed for allowed in ALLOWED.values())


def test_no_two_modules_need_each_other() -> None:
    placed: set[str] = set()
    while len(placed) < len(ALLOWED):
        ready = {name for name, needs in ALLOWED.items() if needs <= placed} - placed
        assert ready, f"a circle among {set(ALLOWED) - placed}"
        placed |= ready


def test_policy_knows_no_django_and_no_clock() -> None:
    path = modules()["policy"]
    assert not any(module.startswith("django") for module in imports(path))
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & {"now", "utcnow", "today", "time", "monotonic"}


def constants(path: Path) -> set[object]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.value for node in nodes if isinstance(node, ast.Constant)}


def test_the_times_in_a_session_are_known_to_one_module() -> None:
    for key in times.KEYS:
        knowing = [name for name, path in modules().items() if key in constants(path)]
        assert knowing == ["sessions.times"]


def test_only_the_adapters_ask_for_an_engine() -> None:
    """Other modules do not know which engine a session has."""
    for name, path in modules().items():
        known = any(module.startswith(ENGINES) for module in imports(path))
        assert known <= (name in ("sessions.activity", "late_posts.handling")), name


PRIVATE = re.compile(
    r"(?<![\w\"])(?:request|session|cache|connection|store|stand_in|other)\._(?!_)"
)


def test_private_names_of_django_stand_in_one_module() -> None:
    for name, path in modules().items():
        if name != "_django":
            assert not PRIVATE.findall(path.read_text()), name
