"""The wheel: everything that runs, and nothing else."""

import email.message
import email.parser
import gzip
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import session_security

from .test_locale import LANGUAGES

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src"


def built(kind: str, folder: Path) -> Path:
    """Built from this repository, without the network."""
    command = ["build", kind, "--no-build-isolation", "--offline", "--out-dir", str(folder)]
    subprocess.run(
        [sys.executable, "-m", "uv", *command, "--python", sys.executable, str(ROOT)],
        check=True,
        capture_output=True,
        env=os.environ | {"UV_PYTHON_DOWNLOADS": "never"},
    )
    [path] = folder.glob("django*")
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(built("--wheel", tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> email.message.Message:
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return email.parser.Parser().parsestr(wheel.read(name).decode())


def test_it_holds_the_package_whole_and_nothing_but_the_package(wheel: zipfile.ZipFile) -> None:
    held = {
        name for name in wheel.namelist() if not name.endswith("/") and ".dist-info/" not in name
    }
    assert held == {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


@pytest.mark.parametrize(
    "name",
    [
        "py.typed",
        "templates/session_security/all.html",
        "templates/session_security/dialog.html",
        "static/session_security/session_security.js",
        "static/session_security/session_security.debug.js",
        "static/session_security/session_security.d.ts",
        "static/session_security/mount.js",
        "static/session_security/mount.d.ts",
        "static/session_security/script.js",
        "static/session_security/style.css",
        "templatetags/session_security_tags.py",
    ],
)
def test_it_holds_what_is_no_module(wheel: zipfile.ZipFile, name: str) -> None:
    assert wheel.getinfo(f"session_security/{name}").file_size or name == "py.typed"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("suffix", ["po", "mo"])
def test_it_holds_every_catalogue(wheel: zipfile.ZipFile, language: str, suffix: str) -> None:
    """Defect of 2.6.8: the wheel ships one compiled catalogue of ten."""
    name = f"session_security/locale/{language}/LC_MESSAGES/django.{suffix}"
    assert wheel.getinfo(name).file_size


def test_it_holds_no_tests_and_no_tools(wheel: zipfile.ZipFile) -> None:
    first = {name.split("/")[0] for name in wheel.namelist()}
    assert {name.split("-")[0] for name in first} == {"session_security", "django_session_security"}
    assert not [name for name in wheel.namelist() if "test" in name or "__pycache__" in name]


def test_the_source_distribution_holds_what_the_client_is_built_from(tmp_path: Path) -> None:
    with tarfile.open(built("--sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    made = {"client/dist", "client/LICENSE"}  # by "npm pack", for a moment
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "client").iterdir()}
    assert sources - made <= names
    assert not made & names
    scripts = {"scripts/build-client.mjs", "scripts/prepack.mjs"}
    assert {"package.json", "tsconfig.json"} | scripts <= names


def test_it_says_what_it_is(metadata: email.message.Message) -> None:
    assert metadata["Name"] == "django-session-security"
    assert metadata["Version"] == session_security.__version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-File"] == "LICENSE"


def test_it_needs_django_and_nothing_else(metadata: email.message.Message) -> None:
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert needed == ["django>=5.2"]
    assert metadata.get_all("Provides-Extra") == ["encryption"]


def test_what_each_page_loads_is_small() -> None:
    """The script and the style, which are all that there is, as a server compresses them."""
    folder = SOURCE / "session_security" / "static" / "session_security"
    files = (folder / name for name in ("session_security.js", "style.css"))
    assert sum(len(gzip.compress(file.read_bytes(), mtime=0)) for file in files) <= 10_000
