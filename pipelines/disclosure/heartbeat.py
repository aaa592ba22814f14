"""What a person at a terminal is told while a long computation runs, and times in a person's words. It changes no result."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType

EVERY = 5.0
"""Seconds between two lines."""


def duration(seconds: float) -> str:
    """A time as a person says it: "0.4 s", "12 s", "3 min 20 s", "1 h 5 min"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    large, small, units = (whole // 60, whole % 60, ("min", "s")) if whole < 3600 else (whole // 3600, whole % 3600 // 60, ("h", "min"))
    return f"{large} {units[0]}" + (f" {small} {units[1]}" if small else "")


class Heartbeat:
    """A line to stderr now and then while the block runs, with what was `say`-ed last; nothing at all when quiet."""

    def __init__(self, what: str, quiet: bool = False, every: float = EVERY) -> None:
        self._what, self._quiet, self._every = what, quiet, every
        self._begun = time.perf_counter()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def say(self, what: str) -> None:
        """What is being done now; told at the next beat."""
        self._what = what

    @property
    def seconds(self) -> float:
        """Time since the block was entered."""
        return time.perf_counter() - self._begun

    def __enter__(self) -> Heartbeat:
        self._begun = time.perf_counter()
        if not self._quiet:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            print(f"{self._what} ({duration(self.seconds)})", file=sys.stderr, flush=True)
