"""One run at a time in a home. The operating system drops the lock with its holder, so a killed run never blocks the next."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.home.paths import Home, HomeError


@contextmanager
def only_run(home: Home) -> Iterator[None]:
    """Hold the home's lock; :class:`HomeError` at once when another run holds it."""
    descriptor = os.open(home.root / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HomeError(f"Another run is at work in {home.root}. Wait for it to end, then try again.") from None
        yield
    finally:
        os.close(descriptor)
