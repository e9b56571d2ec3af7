"""Serves one of the sites; runs in the site's environment: ``python -m tests.ecosystem.serve``.

Its clock is moved by numbers of seconds on the standard input; each is answered by a line.
"""

import faulthandler
import os
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime

import time_machine


def prepare() -> None:
    """Make the database, and those who use the site."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    for name in ("demo", "other"):
        get_user_model().objects.create_superuser(name, f"{name}@example.org", name)
    if prepare := getattr(settings, "PREPARE", None):
        prepare()


def wsgi_server() -> threading.Thread:
    """What serves, not yet started."""
    from django.conf import settings
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class QuietHandler(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            if args[1:2] and str(args[1]) >= "500":
                super().log_message(format, *args)

    application = get_wsgi_application()
    if not any("whitenoise" in name for name in settings.MIDDLEWARE):
        application = StaticFilesHandler(application)
    port = int(os.environ["ECOSYSTEM_PORT"])
    server = ThreadedWSGIServer(("127.0.0.1", port), QuietHandler)
    server.daemon_threads = True
    server.set_app(application)
    return threading.Thread(target=server.serve_forever, daemon=True)


def main() -> None:
    import django
    from django.conf import settings

    faulthandler.dump_traceback_later(600, exit=True)  # a site that does not start says where
    os.environ["DJANGO_SETTINGS_MODULE"] = (
        f"tests.ecosystem.{os.environ['ECOSYSTEM_NAME']}.settings"
    )
    django.setup()
    prepare()
    serve = getattr(settings, "SERVER", wsgi_server)
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        serve().start()
        faulthandler.cancel_dump_traceback_later()
        print("ready", flush=True)
        with suppress(KeyboardInterrupt):
            for line in sys.stdin:
                traveller.shift(float(line))
                print("moved", flush=True)


if __name__ == "__main__":
    main()
