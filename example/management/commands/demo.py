"""``python example/manage.py demo``: prepare the database and serve the demonstration."""

import os
import socket
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from example.seed import USERS, seed

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = (
        "Serve the demonstration site at 127.0.0.1. "
        "PORT, EXPIRE_AFTER and WARN_AFTER come from the environment."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with suppress(KeyboardInterrupt):
            self.serve()

    def serve(self) -> None:
        """Prepare the database, say where the site is, and serve it until Ctrl-C."""
        port = free_port()
        call_command("migrate", verbosity=0)
        seed()
        expire, warn = settings.SESSION_SECURITY_EXPIRE_AFTER, settings.SESSION_SECURITY_WARN_AFTER
        self.stdout.write(f"Open     http://{HOST}:{port}/")
        for username, password in USERS.items():
            self.stdout.write(f"Sign in  {username} / {password}")
        self.stdout.write(f"Idle     warned after {warn} s, signed out after {expire} s")
        # Without the reloader, which would run this command a second time.
        call_command("runserver", f"{HOST}:{port}", use_reloader=False, skip_checks=True)


def free_port() -> int:
    """Return the environment's PORT; CommandError if it is no port or cannot be listened on."""
    value = os.environ.get("PORT") or "8000"
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise CommandError(f"PORT is {value!r}. Give a number from 1 to 65535, like PORT=8000.")
    port = int(value)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            other = port + 1 if 1024 <= port < 65535 else 8001
            raise CommandError(
                f"Port {port} of {HOST} can't be used ({error.strerror}). "
                f"Stop what is using it, or choose another: PORT={other} make demo"
            ) from error
    return port
