"""The map of the package: imports point one way, toward ``policy``."""

import ast
from pathlib import Path

import pytest

import session_security

PACKAGE = Path(session_security.__file__).parent

# What each module may import of the package, and no more.
ALLOWED = {
    "__init__": set(),
    "policy": set(),
    "conf": {"policy"},
    "activity": {"policy"},
    "requests": {"conf"},
    "late_answers": {"conf", "policy", "requests"},
    "late_posts.__init__": set(),
    "late_posts.encryption": set(),
    "late_posts.fields": {"conf"},
    "late_posts.store": {"activity", "conf", "requests", "late_posts.encryption"},
    "late_posts.handling": {
        "activity",
        "conf",
        "requests",
        "late_posts.fields",
        "late_posts.store",
    },
    "decorators": {"requests", "late_posts.fields"},
    "signals": {"activity", "requests", "late_posts.handling", "late_posts.store"},
    "middleware": {
        "activity",
        "conf",
        "late_answers",
        "late_posts.handling",
        "policy",
        "requests",
        "signals",
    },
    "views": {
        "activity",
        "conf",
        "decorators",
        "late_posts.handling",
        "late_posts.store",
        "policy",
        "requests",
    },
    "checks": {"conf", "middleware", "requests"},
    "templatetags.session_security_tags": {"conf", "policy", "activity"},
    "templatetags.__init__": set(),
    "urls": {"views"},
    "apps": {"checks", "signals"},
    # Names of 2.x.
    "settings": {"conf"},
    "utils": {"activity"},
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
            source = [*base, *(node.module or "").split(".")] if node.module else [*base]
            if source == ["session_security"]:
                found |= {f"session_security.{alias.name}" for alias in node.names}
            else:
                found.add(".".join(source))
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


@pytest.mark.parametrize("name", ["apps", "urls", "templatetags"])
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


def test_the_session_keys_are_known_to_one_module() -> None:
    """Another store would be a change to activity.py alone."""
    knowing = [
        name
        for name, path in modules().items()
        if any(
            isinstance(node, ast.Constant)
            and node.value in ("_session_security", "_session_security_started")
            for node in ast.walk(ast.parse(path.read_text()))
        )
    ]
    assert knowing == ["activity"]
