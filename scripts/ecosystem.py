"""Makes the environments of the sites in tests/ecosystem: ``ecosystem.py [--renew] [NAME ...]``.

With ``--renew`` it pins the newest versions first.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SITES = ROOT / "tests" / "ecosystem"
UV = Path(sys.executable).parent / "uv"


def pin(name: str) -> None:
    """Write the exact versions of all that a site needs."""
    command: list[str | Path] = [UV, "pip", "compile", "--quiet", "--upgrade", "--universal"]
    command += ["--python-version", "3.12", "--no-emit-index-url", "--no-header"]
    source = SITES / name / "requirements.in"
    output = source.with_suffix(".txt")
    command += ["--output-file", output.relative_to(ROOT), source.relative_to(ROOT)]
    subprocess.run(command, check=True, cwd=ROOT)


def make(name: str) -> None:
    """Make the environment of a site what it is to be; nothing happens if it is already."""
    folder = ROOT / ".ecosystem" / name
    if not folder.exists():
        subprocess.run(
            [UV, "venv", "--quiet", "--python", sys.executable, folder], check=True, cwd=ROOT
        )
    subprocess.run(
        [UV, "pip", "sync", "--quiet", "--python", folder, SITES / name / "requirements.txt"],
        check=True,
        cwd=ROOT,
    )


def bundle(name: str) -> None:
    """Install and bundle the front end of a site that has one."""
    folder = ROOT / ".ecosystem" / name
    for file in ("package.json", "app.jsx"):  # there, it finds no other libraries than its own
        shutil.copy(SITES / name / file, folder)
    path = {"PATH": f"{UV.parent}{os.pathsep}{os.environ['PATH']}"}
    install = ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit"]
    subprocess.run(
        [*install, "--no-fund", "--loglevel=error"], check=True, cwd=folder, env=os.environ | path
    )
    command: list[str | Path] = [
        ROOT / "node_modules" / ".bin" / "esbuild",
        folder / "app.jsx",
        "--bundle",
    ]
    command += ["--log-level=warning", "--format=esm", f"--outfile={folder / 'assets' / 'app.js'}"]
    command += ['--define:process.env.NODE_ENV="production"', "--jsx=automatic"]
    subprocess.run(command, check=True, env=os.environ | path)


def main() -> None:
    names = [name for name in sys.argv[1:] if name != "--renew"]
    for name in names or (SITES / "order.txt").read_text().split():
        if "--renew" in sys.argv:
            pin(name)
        make(name)
        if (SITES / name / "package.json").exists():
            bundle(name)


if __name__ == "__main__":
    main()
