"""Where a late POST is kept: in the anonymous session that takes the place of the ended one.

Only who was signed in can have anything kept, and one POST at most. It is sealed for one user,
host, path and time.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from ..conf import conf
from ..requests import is_local
from ..sessions import times
from .encryption import seal, unseal

KEPT = "_session_security_kept"  # in the session

# Who presses "Send again" twice sends once: for so many seconds the same POST is not taken again.
SENDING_TIME = 30.0

Fields = list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class LatePost:
    """A POST as its sender gets it back: names with their values, and what was left out.

    ``sending_since`` is the time when it reached its path. ``sent`` is the digest of its fields,
    which are forgotten by then.
    """

    host: str
    path: str
    at: datetime
    fields: Fields
    left_out: list[str]
    sending_since: datetime | None = None
    sent: str = ""

    @property
    def is_expired(self) -> bool:
        """Whether it is older than ``SESSION_SECURITY_KEPT_POST_AGE``."""
        return (times.now() - self.at).total_seconds() > conf.KEPT_POST_AGE

    @property
    def is_being_sent(self) -> bool:
        """Whether it has reached its path a moment ago, and was not refused there."""
        since = self.sending_since
        return since is not None and (times.now() - since).total_seconds() < SENDING_TIME

    def belongs_to(self, request: HttpRequest) -> bool:
        """Whether it was sent to the host of ``request``: several may share the session."""
        return self.host == request.get_host()

    def has_fields(self, fields: Fields) -> bool:
        """Whether these are its fields."""
        if self.sent:
            return constant_time_compare(self.sent, digest(fields))
        return [(name, values) for name, values in self.fields] == fields


def digest(fields: Fields) -> str:
    """What tells these fields from others, and nothing else."""
    text = json.dumps(fields)
    return salted_hmac("session_security.late_posts.sent", text, algorithm="sha256").hexdigest()


def write(session: SessionBase, user: str, post: LatePost) -> None:
    """Put ``post`` in the place of whatever is kept."""
    at, since = post.at.isoformat(), post.sending_since
    content = [post.fields, post.left_out, post.sent]
    session[KEPT] = {
        "host": post.host,
        "path": post.path,
        "at": at,
        "since": since and since.isoformat(),
        "data": seal(content, str(user), post.host, post.path, at),
    }


def read(session: SessionBase) -> LatePost | None:
    """What is kept for the user of this session; None if there is nothing, or nothing of theirs."""
    entry: Any = session.get(KEPT)
    user = session.get(SESSION_KEY)
    try:
        host, path, at, since = (entry[name] for name in ("host", "path", "at", "since"))
        fields, left_out, sent = unseal(entry["data"], str(user), host, path, at)
        if not is_local(path):
            return None
        return LatePost(
            host,
            path,
            datetime.fromisoformat(at),
            [(name, values) for name, values in fields],
            left_out,
            since and datetime.fromisoformat(since),
            sent,
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def drop(session: SessionBase) -> None:
    """Forget what is kept."""
    session.pop(KEPT, None)


def drop_foreign(session: SessionBase) -> None:
    """Forget what is kept unless it is for the user of this session."""
    if KEPT in session and read(session) is None:
        drop(session)
