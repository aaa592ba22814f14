"""The audit log: who did what when, one line each, every line carrying the hash of the line before. No person's data belongs in it."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from pathlib import Path

START = "0" * 64
FIELDS = {"time", "who", "what", "previous"}


def append(log: Path, who: str, what: str, now: dt.datetime) -> str:
    """Add a line to ``log`` and return its hash once it is safely on disk. ``now`` must carry its time zone and is written in UTC.

    A last line that a power cut left unfinished was never acknowledged: it is replaced.
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
            "who": who,
            "what": what,
            "previous": _last_hash(whole),
        }
        line = json.dumps({**entry, "hash": _hash(entry)}, ensure_ascii=False)
        file.seek(len(whole))
        file.truncate()
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return _hash(entry)


def verify(log: Path) -> list[str]:
    """What is wrong with ``log``, by line number: changed, unfinished, or not following from the line before. Empty when nothing is.

    A chain cannot show that its last lines were cut off: compare :func:`last_hash` with one kept elsewhere.
    """
    problems: list[str] = []
    previous: str | None = START
    lines = log.read_bytes().split(b"\n") if log.exists() else [b""]
    for number, line in enumerate(lines[:-1], start=1):
        try:
            entry = json.loads(line)
            claimed = entry.pop("hash")
            intact = claimed == _hash(entry) and set(entry) == FIELDS
        except (ValueError, KeyError, TypeError, AttributeError):
            intact = False
        if not intact:
            problems.append(f"line {number} was changed")
            previous = None
        else:
            if previous is not None and entry["previous"] != previous:
                problems.append(f"line {number} does not follow from the line before it")
            previous = claimed
    if lines[-1]:
        problems.append(f"line {len(lines)} is unfinished")
    return problems


def last_hash(log: Path) -> str:
    """The hash of the last line of ``log``, to be kept elsewhere; 64 zeros when nothing was logged yet."""
    return _last_hash(log.read_bytes() if log.exists() else b"")


def _last_hash(text: bytes) -> str:
    lines = text.splitlines()
    return str(json.loads(lines[-1])["hash"]) if lines else START


def _hash(entry: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()
