"""The trust's secrets: one makes pseudonyms, one encrypts what is stored, with a half for each academic year. Nothing else may read their files.

Its signature: ``signing``.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipelines.home.paths import Home, HomeError
from pipelines.home.signing import make_signing_key
from pipelines.home.whole import flush_directory, write_whole

KEY_BYTES = 32
PSEUDONYM, STORAGE, YEARS = "pseudonym.key", "storage.key", "years.json"
FIRST_YEAR, LAST_YEAR = 1900, 2099
"""Every year gets its half when the home is made, so that one backup of the keys opens all that is stored from then on."""
UPCOMING = ".next"
"""Ending of a key that is taking the place of another; while one lies there, nothing but that change may use the home."""


@dataclass(frozen=True, repr=False)
class Keys:
    """``pseudonym``: HMAC-SHA-256 key for person keys. ``storage``: AES-256 key of the warehouse and of what is of no year.

    ``years``: by academic year, the half that makes with ``storage`` the key of what is stored of that year. A year whose time is over has none.
    """

    pseudonym: bytes
    storage: bytes
    years: dict[str, bytes] = field(default_factory=dict)

    def of(self, year: str) -> bytes:
        """The AES-256 key of an academic year: HKDF-SHA-256 (RFC 5869) of the storage key, salted with the year's half. ``""``: the storage key.

        :class:`HomeError` for a year whose half was destroyed: then nobody can read what was stored of it, in no backup either.
        """
        if not year:
            return self.storage
        if year not in self.years:
            raise HomeError(f"There is no key of {year} any more: its time was over, and the key was destroyed.")
        return HKDF(SHA256(), KEY_BYTES, salt=self.years[year], info=year.encode()).derive(self.storage)

    def text(self, year: str) -> str:
        """The same in base64, as DuckDB takes it."""
        return base64.b64encode(self.of(year)).decode()


def make_keys(home: Home) -> None:
    """Write new keys, readable by the owner alone. Existing keys are never touched: losing them loses the landing."""
    home.keys.mkdir(mode=0o700, exist_ok=True)
    for name in (PSEUDONYM, STORAGE):
        if not (home.keys / name).exists():
            write_whole(home.keys / name, base64.b64encode(secrets.token_bytes(KEY_BYTES)))
    make_years(home)
    make_signing_key(home)


def make_years(home: Home) -> None:
    """Write the half of every year, if none was written before: one that was destroyed stays so."""
    if not (home.keys / YEARS).exists():
        names = (f"{first}-{(first + 1) % 100:02d}" for first in range(FIRST_YEAR, LAST_YEAR + 1))
        _write_years(home, {name: secrets.token_bytes(KEY_BYTES) for name in names})


def load_keys(home: Home) -> Keys:
    """The trust's keys; :class:`HomeError` when one is missing, damaged, or readable by anyone but its owner, or is being changed."""
    for name in changing(home):
        verb = f"equality rotate-key {name.removesuffix('.key')} --home {home.root}"
        raise HomeError(f"A change of {name} was interrupted. Finish it with: {verb}, or take it back with: {verb} --undo")
    return keys_in_use(home)


def keys_in_use(home: Home) -> Keys:
    """As :func:`load_keys`, for a change of a key itself."""
    return Keys(_read(home.keys / PSEUDONYM), _read(home.keys / STORAGE), _read_years(home.keys / YEARS))


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


def destroy_years(home: Home, years: Iterable[str]) -> None:
    """The halves of those years are no more; their bytes are overwritten. A backup of the keys that has them is the trust's to destroy."""
    path = home.keys / YEARS
    left = {name: half for name, half in _read_years(path).items() if name not in set(years)}
    with open(path, "r+b") as old:
        _write_years(home, left)
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
        key = base64.b64decode(_content(path), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise HomeError(f"The key {path} is damaged. Put it back from your key backup.")
    return key


def _read_years(path: Path) -> dict[str, bytes]:
    try:
        years = {name: base64.b64decode(half, validate=True) for name, half in json.loads(_content(path)).items()}
    except (ValueError, TypeError, AttributeError):
        years = {"": b""}
    if any(len(half) != KEY_BYTES for half in years.values()):
        raise HomeError(f"The key {path} is damaged. Put it back from your key backup.")
    return years


def _write_years(home: Home, years: dict[str, bytes]) -> None:
    text = json.dumps({name: base64.b64encode(half).decode() for name, half in years.items()}, indent=0)
    write_whole(home.keys / YEARS, text.encode() + b"\n")


def _content(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        text = path.read_bytes()
    except FileNotFoundError:
        raise HomeError(f"The key {path} is missing. Put it back from your key backup, or make a new home with: equality init") from None
    if mode & 0o077:
        raise HomeError(f"Others can read the key {path}. Mend it with: chmod 600 {path}")
    return text
