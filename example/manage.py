"""Django's command line for the demonstration site: ``python example/manage.py demo``."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run one command; a wrong setting ends in its message instead of a traceback."""
    # Python puts this file's folder first; the package `example` is found from the one above.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example.settings")

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
