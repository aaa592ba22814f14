"""The audit log: who did what when, one line each, every line carrying the hash of the line before. No person's data belongs in it."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.home import HomeError

START = "0" * 64
FIELDS = ["time", "who", "what", "previous"]


@dataclass(frozen=True)
class Line:
    """One line of the log. ``time``: UTC as written."""

    number: int
    time: str
    who: str
    what: str
    hash: str


def append(log: Path, who: str, what: str, now: dt.datetime) -> str:
    """Add a line to ``log`` and return its hash once it is safely on disk. ``now`` must carry its time zone and is written in UTC.

    A last line that a power cut left unfinished was never acknowledged: it is replaced. :class:`HomeError` where the last whole line cannot
    be read: nothing may be chained to it.
    """
    if now.tzinfo is None:
        raise ValueError("the time of an audit line needs its time zone")
    descriptor = os.open(log, os.O_RDWR | os.O_CREAT, 0o600)
    with open(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        entry = {
            "time": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "who": _writable(who),
            "what": _writable(what),
            "previous": _last_hash(whole),
        }
        file.seek(len(whole))
        file.truncate()
        file.write(_written(entry, _hash(entry)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return _hash(entry)


def lines(log: Path) -> Iterator[Line]:
    """The lines of ``log`` that can be read, from the first. Whether they are what was written: :func:`verify`."""
    for number, text in enumerate(log.read_bytes().split(b"\n")[:-1] if log.exists() else [], start=1):
        try:
            entry = json.loads(text)
            yield Line(number, *(str(entry[name]) for name in ("time", "who", "what", "hash")))
        except (ValueError, KeyError, TypeError):
            continue


def verify(log: Path) -> list[str]:
    """What is wrong with ``log``, by line number: changed, unfinished, or not following from the line before. Empty when nothing is.

    A chain cannot show that its last lines were cut off: each release's statement keeps a hash (``statement``), so does each backup.
    """
    problems: list[str] = []
    previous: str | None = START
    written = log.read_bytes().split(b"\n") if log.exists() else [b""]
    for number, line in enumerate(written[:-1], start=1):
        try:
            entry = json.loads(line)
            claimed = entry.pop("hash")
            intact = list(entry) == FIELDS and claimed == _hash(entry) and line == _written(entry, claimed)
        except (ValueError, KeyError, TypeError, AttributeError):
            intact = False
        if not intact:
            problems.append(f"line {number} was changed")
            previous = None
        else:
            if previous is not None and entry["previous"] != previous:
                problems.append(f"line {number} does not follow from the line before it")
            previous = claimed
    if written[-1]:
        problems.append(f"line {len(written)} is unfinished")
    return problems


def last_hash(log: Path) -> str:
    """The hash of the last line of ``log``, to be kept elsewhere; 64 zeros when nothing was logged yet."""
    return _last_hash(log.read_bytes() if log.exists() else b"")


def _last_hash(text: bytes) -> str:
    written = text.split(b"\n")[:-1]
    try:
        return str(json.loads(written[-1])["hash"]) if written else START
    except (ValueError, KeyError, TypeError):
        raise HomeError(
            f"Line {len(written)} of the audit log cannot be read. Put the log back from a backup; see: equality audit"
        ) from None


def _written(entry: dict[str, str], sha: str) -> bytes:
    """The only bytes that an entry is written as: a space more, or a key told twice, would be read as the same."""
    return json.dumps({**entry, "hash": sha}, ensure_ascii=False).encode()


def _writable(text: str) -> str:
    """``text`` with what is no character, as a terminal may hand it over, replaced."""
    return text.encode("utf-8", "replace").decode()


def _hash(entry: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()
