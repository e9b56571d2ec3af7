"""Seals what is kept: encrypted by ``cryptography`` where that is installed, else only signed.

Either way it can be opened in its context alone: by another user, or for another path, it is as
good as gone. Why signing is enough without ``cryptography`` is told in docs/explanation/threats.md.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

try:
    from cryptography.fernet import Fernet, InvalidToken, MultiFernet
except ImportError:
    HAS_CRYPTOGRAPHY = False
else:
    HAS_CRYPTOGRAPHY = True

_SALT = "session_security.late_posts"


def seal(value: Any, *context: str) -> str:
    """Turn what JSON can hold into text that only :func:`unseal` with this context gives back."""
    if not HAS_CRYPTOGRAPHY:
        return signing.dumps(value, salt=_salt(context), compress=True)
    text = json.dumps(value, ensure_ascii=False).encode()
    return _fernet(context).encrypt(text).decode()


def unseal(data: str, *context: str) -> Any:
    """``ValueError`` unless :func:`seal` made it, under a ``SECRET_KEY`` that still counts.

    What was signed stays readable when ``cryptography`` is installed.
    """
    if ":" in data:  # never in a token of Fernet
        try:
            return signing.loads(data, salt=_salt(context))
        except signing.BadSignature as error:
            raise ValueError("This was not sealed here, or not in this context.") from error
    if not HAS_CRYPTOGRAPHY:
        raise ValueError("This can't be opened without cryptography.")
    try:
        return json.loads(_fernet(context).decrypt(data))
    except (InvalidToken, ValueError) as error:
        raise ValueError("This was not sealed here, or not in this context.") from error


def _fernet(context: tuple[str, ...]) -> "MultiFernet":
    return MultiFernet([Fernet(key) for key in _keys(_salt(context))])


def _keys(salt: str) -> Iterator[bytes]:
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield urlsafe_b64encode(salted_hmac(salt, "", secret, algorithm="sha256").digest())


def _salt(context: tuple[str, ...]) -> str:
    return json.dumps([_SALT, *context])
