"""Encryption with nothing but Python and Django, for what must not be read in a session store.

A stream from SHAKE256 over key and nonce (Bertoni et al., "Cryptographic sponge functions",
2011), then a MAC over everything (encrypt-then-MAC: Bellare and Namprempre, "Authenticated
encryption", 2000). Each message has a nonce and so a stream of its own.
"""

import hashlib
import hmac
import secrets
from operator import xor

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_NONCE, _MAC = 16, 32  # bytes


def seal(text: bytes, context: bytes) -> bytes:
    """Encrypt ``text`` so that only :func:`unseal` with the same ``context`` gives it back."""
    nonce, key = secrets.token_bytes(_NONCE), settings.SECRET_KEY
    sealed = nonce + _cipher(text, nonce, context, key)
    return sealed + _mac(sealed, context, key)


def unseal(data: bytes, context: bytes) -> bytes:
    """``ValueError`` unless :func:`seal` made it, under a ``SECRET_KEY`` that still counts."""
    sealed, mac = data[:-_MAC], data[-_MAC:]
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if constant_time_compare(mac, _mac(sealed, context, key)):
            return _cipher(sealed[_NONCE:], sealed[:_NONCE], context, key)
    raise ValueError("This was not sealed here, or not in this context.")


def _cipher(text: bytes, nonce: bytes, context: bytes, key: str | bytes) -> bytes:
    """The same both ways."""
    stream = hashlib.shake_256(_key("cipher", context, key) + nonce).digest(len(text))
    return bytes(map(xor, text, stream))


def _mac(sealed: bytes, context: bytes, key: str | bytes) -> bytes:
    return hmac.digest(_key("mac", context, key), sealed, "sha256")


def _key(purpose: str, context: bytes, key: str | bytes) -> bytes:
    salt = f"session_security.sealing.{purpose}"
    return salted_hmac(salt, context, key, algorithm="sha256").digest()
