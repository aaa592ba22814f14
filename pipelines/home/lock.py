"""One run at a time in a home. The operating system drops a lock with its holder, so a killed run never blocks the next.

No process number is written down or compared, so that none that is given anew can be mistaken for a holder.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.home.paths import Home, HomeError

PATIENCE, GLANCE = 10.0, 1.0
"""Seconds that a child of a killed run, which ends on its own, is waited for; and somebody who only looks whether the home is free."""
LOOK = 0.2
_held: dict[Path, int] = {}


def hold(home: Home) -> None:
    """Let no other process work in the home until this one ends; :class:`HomeError` when another does already.

    What a killed run left at work in the warehouse is waited for until it has noticed.
    """
    if home.root in _held:
        return
    busy = HomeError(f"Another run is at work in {home.root}. Wait for it to end, then try again.")
    descriptor = _locked_within(home.root / ".lock", GLANCE)
    if descriptor is None:
        raise busy
    building = _locked_within(_builder(home), PATIENCE)
    if building is None:
        os.close(descriptor)
        raise busy
    os.close(building)
    _held[home.root] = descriptor


@contextmanager
def held(home: Home) -> Iterator[None]:
    """The same, until the block ends."""
    mine = home.root not in _held
    hold(home)
    try:
        yield
    finally:
        if mine:
            os.close(_held.pop(home.root))


def is_free(home: Home) -> bool:
    """Whether nobody, this process included, is at work in the home."""
    descriptor = None if home.root in _held else _locked(home.root / ".lock")
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is not None


def build(home: Home) -> None:
    """Take part, as a child of the run that holds the home, in building its warehouse; :class:`HomeError` when another process does."""
    if _builder(home) in _held:
        return
    descriptor = _locked(_builder(home))
    if descriptor is None:
        raise HomeError(f"Another run is building in {home.warehouse}. Wait for it to end, then try again.")
    _held[_builder(home)] = descriptor


def _builder(home: Home) -> Path:
    return home.warehouse / ".lock"


def _locked(path: Path) -> int | None:
    """The descriptor of the locked file, or ``None`` when another process has the lock."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _locked_within(path: Path, seconds: float) -> int | None:
    until = time.monotonic() + seconds
    while (descriptor := _locked(path)) is None and time.monotonic() < until:
        time.sleep(LOOK)
    return descriptor
