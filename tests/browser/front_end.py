"""A front end that Django does not render: bundled by esbuild, served by whoever likes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

ROOT = Path(__file__).parents[2]
SPA = Path(__file__).parent / "spa"
MOUNT = ROOT / "src/session_security/static/session_security/mount.js"

PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Notes</title>
</head>
<body>
<div id="app"></div>
<script type="module" src="bundle.js"></script>
</body>
</html>
"""


def bundle(name: str, site: str = "") -> str:
    """Return the script of an app in the folder ``spa``, for a Django site of that address."""
    node = Path(sys.executable).parent
    options = [
        "--bundle",
        "--format=esm",
        "--jsx=automatic",
        "--log-level=error",
        f"--alias:django-session-security={MOUNT}",
        '--define:process.env.NODE_ENV="production"',
        "--define:__VUE_OPTIONS_API__=true",
        "--define:__VUE_PROD_DEVTOOLS__=false",
        "--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false",
        f"--define:import.meta.env.VITE_SITE={json.dumps(site)}",
    ]
    return subprocess.run(
        [ROOT / "node_modules/.bin/esbuild", SPA / name, *options],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PATH": f"{node}{os.pathsep}{os.environ['PATH']}"},
    ).stdout


class Files:
    """What a server of static files has."""

    def __init__(self) -> None:
        self.scripts: dict[str, str] = {}
        self.policy = ""


@contextmanager
def served() -> Iterator[tuple[str, Files]]:
    """A server of an origin of its own; its address, and what it has."""
    files = Files()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script = files.scripts.get(self.path)
            self.send_response(200)
            kind = "text/html" if script is None else "text/javascript"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", files.policy)
            self.end_headers()
            self.wfile.write((PAGE if script is None else script).encode())

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}", files
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
