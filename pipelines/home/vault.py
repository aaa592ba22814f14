"""Bytes sealed at rest (AES-256-GCM): raw files and quarantine. Tables are encrypted by DuckDB itself, see ``duck``."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.home.keys import Keys
from pipelines.home.paths import HomeError

MAGIC = b"EQV1"
NONCE_BYTES = 12


def seal(keys: Keys, name: str, content: bytes) -> bytes:
    """``content`` encrypted and bound to ``name``, so that one sealed file cannot be passed off as another."""
    nonce = os.urandom(NONCE_BYTES)
    return MAGIC + nonce + AESGCM(keys.storage).encrypt(nonce, content, name.encode())


def unseal(keys: Keys, name: str, sealed: bytes) -> bytes:
    """The content of :func:`seal`; :class:`HomeError` when it was changed, renamed, or sealed with another key."""
    nonce, body = sealed[len(MAGIC) : len(MAGIC) + NONCE_BYTES], sealed[len(MAGIC) + NONCE_BYTES :]
    try:
        if not sealed.startswith(MAGIC):
            raise InvalidTag
        return AESGCM(keys.storage).decrypt(nonce, body, name.encode())
    except InvalidTag:
        raise HomeError(f"The stored file {name} was changed or belongs to another key. Restore it from a backup.") from None
