"""What the servers serve, and the clock of the process that serves it.

``SITE_CLOCK_OFFSET`` seconds are added to its time, as if its machine's clock were wrong.
"""

import os
import sys
from datetime import UTC, datetime, timedelta

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

if offset := float(os.environ["SITE_CLOCK_OFFSET"]):
    import time_machine  # here, since most start without

    moment = datetime.now(UTC) + timedelta(seconds=offset)
    time_machine.travel(moment, tick=True).start()

if os.environ["SITE_SERVER"] in ("uvicorn", "daphne"):
    django = get_asgi_application()

    from .sockets import with_sockets  # when Django is set up

    asgi = with_sockets(django)
else:
    wsgi = get_wsgi_application()

sys.stderr.write(f"ready {os.getpid()}\n")
sys.stderr.flush()
