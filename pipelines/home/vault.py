"""Bytes sealed at rest (AES-256-GCM): raw files and quarantine. Tables are encrypted by DuckDB itself, see ``duck``."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.home.keys import Keys
from pipelines.home.paths import HomeError

MAGIC, OF_NO_YEAR = b"EQV2", b"EQV1"
NONCE_BYTES, YEAR_BYTES = 12, 7
HEAD_BYTES = len(MAGIC) + YEAR_BYTES


def seal(keys: Keys, name: str, content: bytes, year: str = "") -> bytes:
    """``content`` encrypted and bound to ``name``, so that one sealed file cannot be passed off as another.

    ``year``: the academic year whose key it is under, such as 2025-26; it stands before the bytes, and is bound to them too.
    """
    nonce = os.urandom(NONCE_BYTES)
    head = MAGIC + year.encode() if year else OF_NO_YEAR
    return head + nonce + AESGCM(keys.of(year)).encrypt(nonce, content, (name + year).encode())


def unseal(keys: Keys, name: str, sealed: bytes) -> bytes:
    """The content of :func:`seal`; :class:`HomeError` when it was changed, renamed, or sealed with another key, or that key was destroyed."""
    year = year_of(sealed)
    body = sealed[len(MAGIC) + len(year) :]
    try:
        if not is_sealed(sealed) or (year and year not in keys.years):
            raise InvalidTag
        return AESGCM(keys.of(year)).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], (name + year).encode())
    except InvalidTag:
        raise HomeError(f"The stored file {name} was changed or belongs to another key. Restore it from a backup.") from None


def is_sealed(start: bytes) -> bool:
    """Whether bytes that begin like that were sealed."""
    return start.startswith((MAGIC, OF_NO_YEAR))


def year_of(start: bytes) -> str:
    """The academic year under whose key bytes that begin like that were sealed; empty for those of no year."""
    return start[len(MAGIC) : HEAD_BYTES].decode("ascii", "replace") if start.startswith(MAGIC) else ""
