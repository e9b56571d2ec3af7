import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from session_security.overview import overview


class Command(BaseCommand):
    """Print what is in force; the exit status is 1 if there is something to do."""

    help = "Says what django-session-security does on this site, and what is left to do."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """``--json`` for scripts."""
        parser.add_argument("--json", action="store_true", help="print JSON, with times in seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, and exit with 1 if there is something to do."""
        found = overview()
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))
        else:
            self.stdout.write("\n".join(_lines(found)))
        if found["to_do"]:
            sys.exit(1)


def _lines(found: dict[str, Any]) -> list[str]:
    rows = {
        "Middleware": found["middleware"] or "not in MIDDLEWARE",
        "Session engine": f"{found['session_engine']} (by {found['adapter']})",
        "Profile": found["profile"] or "none",
        "Session ends": f"after {found['expire_after']:g} s without activity",
        "Warning": "none" if found["warn_after"] is None else f"after {found['warn_after']:g} s",
        "Absolute limit": "none" if found["max_age"] is None else f"{found['max_age']:g} s",
        "Times decided by": found["timeouts"] or "the settings",
        "Passive URLs": ", ".join(found["passive_urls"]) or "none",
        "Passive URL names": ", ".join(found["passive_url_names"]) or "none",
        "Scripts' requests": "extend" if found["count_fetch"] else "do not extend",
        "Own templates": ", ".join(found["templates"]) or "none",
    }
    to_do = [f"- {line}" for line in found["to_do"]] or ["Nothing."]
    return [*(f"{name + ':':19}{value}" for name, value in rows.items()), "", "To do:", *to_do]
