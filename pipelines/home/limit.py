"""A limit to how long something may take, so that what hangs fails instead of holding everything up until somebody looks."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class _Overdue(BaseException):
    """Rung by the clock. No ``Exception``, so that nothing inside takes it for a trouble of its own and goes on."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """:class:`TimeoutError` once what is inside has taken that long. One limit at a time.

    The main thread alone can be rung, where every run of ours works; elsewhere, and inside a library's own code until it returns, time is not limited.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _Overdue

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _Overdue:
        raise TimeoutError(f"it took longer than {seconds:,.0f} seconds") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
