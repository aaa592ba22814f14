"""One run at a time in a home. The operating system drops the lock with its holder, so a killed run never blocks the next."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from pipelines.home.paths import Home, HomeError

_held: dict[Path, int] = {}


def hold(home: Home) -> None:
    """Let no other process work in the home until this one ends; :class:`HomeError` at once when another does already."""
    if home.root in _held:
        return
    descriptor = os.open(home.root / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise HomeError(f"Another run is at work in {home.root}. Wait for it to end, then try again.") from None
    _held[home.root] = descriptor
