"""Bytes of a fuzzer for whatever reads what a client or a session says: coverage finds the way in.

Not part of ``make test``: ``pip install atheris`` (Linux), then, for as long as you like,
``python fuzz/parsing.py -max_len=200 -max_total_time=300``.
"""

# ruff: noqa: S101

import logging
import math
import os
import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
logging.disable(logging.CRITICAL)

with atheris.instrument_imports(include=["session_security", "django.http", "email", "urllib"]):
    import django

    django.setup()
    from django.http import HttpRequest, QueryDict

    from session_security import requests, views
    from session_security.sessions import times

HEADERS = [
    "HTTP_ACCEPT",
    "HTTP_HX_PRELOADED",
    "HTTP_HX_REQUEST",
    "HTTP_PURPOSE",
    "HTTP_SEC_FETCH_DEST",
    "HTTP_SEC_FETCH_MODE",
    "HTTP_SEC_FETCH_SITE",
    "HTTP_SEC_PURPOSE",
    "HTTP_X_REQUESTED_WITH",
]


def report(data: atheris.FuzzedDataProvider) -> None:
    """A report is a number of seconds from 0 up, or none."""
    values = QueryDict(mutable=True)
    values.setlist(
        "idleFor", [data.ConsumeUnicode(40) for _ in range(data.ConsumeIntInRange(0, 2))]
    )
    for query in (values, QueryDict(data.ConsumeBytes(100).replace(b"&", b"", 90))):
        idle = views._idle_for(query)
        assert idle is None or (idle >= 0 and not math.isnan(idle))


def time(data: atheris.FuzzedDataProvider) -> None:
    """A stored time can be compared with now, or it is long ago."""
    moment = times._parse(data.ConsumeUnicode(60))
    assert moment is not None
    assert math.isfinite((times.now() - moment).total_seconds())


def headers(data: atheris.FuzzedDataProvider) -> None:
    """Any headers are judged."""
    request = HttpRequest()
    request.path = "/"
    for name in HEADERS:
        if data.ConsumeBool():
            length = data.ConsumeIntInRange(0, 40)
            request.META[name] = data.ConsumeBytes(length).decode("latin-1")
    assert requests.is_passive(request) in (True, False)
    assert requests.expects_page(request) in (True, False)


@atheris.instrument_func  # type: ignore[untyped-decorator,unused-ignore]
def one(data: bytes) -> None:
    provider = atheris.FuzzedDataProvider(data)
    provider.PickValueInList([report, time, headers])(provider)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
