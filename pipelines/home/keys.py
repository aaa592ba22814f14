"""The trust's two secrets: one makes pseudonyms, one encrypts what is stored. Nothing else may read their files. Its signature: ``signing``."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipelines.home.paths import Home, HomeError
from pipelines.home.signing import make_signing_key
from pipelines.home.whole import flush_directory, write_whole

KEY_BYTES = 32
PSEUDONYM, STORAGE = "pseudonym.key", "storage.key"
UPCOMING = ".next"
"""Ending of a key that is taking the place of another; while one lies there, nothing but that change may use the home."""


@dataclass(frozen=True, repr=False)
class Keys:
    """``pseudonym``: HMAC-SHA-256 key for person keys. ``storage``: AES-256 key for files, landing and warehouse."""

    pseudonym: bytes
    storage: bytes

    @property
    def storage_text(self) -> str:
        """The storage key in base64, as DuckDB takes it."""
        return base64.b64encode(self.storage).decode()


def make_keys(home: Home) -> None:
    """Write new keys, readable by the owner alone. Existing keys are never touched: losing them loses the landing."""
    home.keys.mkdir(mode=0o700, exist_ok=True)
    for name in (PSEUDONYM, STORAGE):
        if not (home.keys / name).exists():
            write_whole(home.keys / name, base64.b64encode(secrets.token_bytes(KEY_BYTES)))
    make_signing_key(home)


def load_keys(home: Home) -> Keys:
    """The trust's keys; :class:`HomeError` when one is missing, damaged, or readable by anyone but its owner, or is being changed."""
    for name in changing(home):
        verb = f"equality rotate-key {name.removesuffix('.key')} --home {home.root}"
        raise HomeError(f"A change of {name} was interrupted. Finish it with: {verb}, or take it back with: {verb} --undo")
    return keys_in_use(home)


def keys_in_use(home: Home) -> Keys:
    """As :func:`load_keys`, for a change of a key itself."""
    return Keys(_read(home.keys / PSEUDONYM), _read(home.keys / STORAGE))


def changing(home: Home) -> list[str]:
    """The names of keys whose change has begun and not ended."""
    return [name for name in (PSEUDONYM, STORAGE) if (home.keys / f"{name}{UPCOMING}").exists()]


def upcoming(home: Home, name: str) -> bytes:
    """The key that takes the place of ``name``: the one that an interrupted change made, or a new one, safely on disk."""
    path = home.keys / f"{name}{UPCOMING}"
    if not path.exists():
        write_whole(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)))
    return _read(path)


def adopt(home: Home, name: str) -> None:
    """The upcoming key takes the place of ``name`` in one step; the bytes of the old one are overwritten."""
    with open(home.keys / name, "r+b") as old:
        os.replace(home.keys / f"{name}{UPCOMING}", home.keys / name)
        flush_directory(home.keys)
        _overwrite(old)


def give_up(home: Home, name: str) -> None:
    """The upcoming key is destroyed; nothing may be stored under it any more."""
    path = home.keys / f"{name}{UPCOMING}"
    with open(path, "r+b") as new:
        path.unlink()
        flush_directory(home.keys)
        _overwrite(new)


def _overwrite(file: BinaryIO) -> None:
    """Nothing of the old bytes in this place; a file system that writes elsewhere, or a backup, may still have them."""
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    file.write(bytes(length))
    file.flush()
    os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        text = path.read_bytes()
    except FileNotFoundError:
        raise HomeError(f"The key {path} is missing. Put it back from your key backup, or make a new home with: equality init") from None
    if mode & 0o077:
        raise HomeError(f"Others can read the key {path}. Mend it with: chmod 600 {path}")
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise HomeError(f"The key {path} is damaged. Put it back from your key backup.")
    return key
