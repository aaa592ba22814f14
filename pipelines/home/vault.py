"""Bytes sealed at rest (AES-256-GCM): raw files and quarantine. Tables are encrypted by DuckDB itself, see ``duck``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.home import seam
from pipelines.home.paths import HomeError

if TYPE_CHECKING:
    from pipelines.home.keys import Keys

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


def write_whole(path: Path, content: bytes) -> None:
    """``content`` at ``path`` as a whole or not at all: written beside it, flushed to disk, renamed, directory flushed."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    move(partial, path)


def move(source: Path, target: Path) -> None:
    """Rename ``source`` to ``target`` in one step that survives a power cut; what lay at ``target`` is replaced."""
    seam.passed(f"before:{target.name}")
    os.replace(source, target)
    flush_directory(target.parent)


def flush_directory(directory: Path) -> None:
    """Make a rename or a removal inside ``directory`` survive a power cut."""
    seam.passed(f"after:{directory.name}")
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
