"""Knowing a full disk by whatever a library makes of it, and saying so in a sentence. What becomes of the run belongs to the rooms above."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LEAST = 1_000_000
SAID = ("no space left on device", "disk is full", "disk quota exceeded", "file too large", "could not fully write")
"""How the operating system, SQLite, DuckDB and Arrow say it."""
WANTING = "The disk is full."
"""How a step says it, whose words are its own."""


def is_full(error: BaseException | None) -> bool:
    """Whether the error, or one that caused it, is for want of room."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if (isinstance(error, OSError) and error.errno in FULL) or says_full(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def says_full(text: str) -> bool:
    """The same of an error's text."""
    return any(said in text.lower() for said in SAID)


def has_no_room(root: Path) -> bool:
    """Whether next to nothing is free where ``root`` lies: then whatever failed, in whatever words, failed for want of room."""
    return shutil.disk_usage(root).free < LEAST


def sentence(root: Path) -> str:
    """What to do about it."""
    free = shutil.disk_usage(root).free / 1e6
    return (
        f"The disk that holds {root} is full ({free:,.0f} MB free now). Make room, then run the same again: "
        "the last release is as it was, and nothing that was dropped is lost."
    )
