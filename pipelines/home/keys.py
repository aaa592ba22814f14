"""The trust's two secrets: one makes pseudonyms, one encrypts what is stored. Nothing else may read their files. Its signature: ``signing``."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from pipelines.home.paths import Home, HomeError
from pipelines.home.signing import make_signing_key

KEY_BYTES = 32
PSEUDONYM, STORAGE = "pseudonym.key", "storage.key"


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
        try:
            descriptor = os.open(home.keys / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
            file.flush()
            os.fsync(file.fileno())
    make_signing_key(home)


def load_keys(home: Home) -> Keys:
    """The trust's keys; :class:`HomeError` when one is missing, damaged, or readable by anyone but its owner."""
    return Keys(_read(home.keys / PSEUDONYM), _read(home.keys / STORAGE))


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
