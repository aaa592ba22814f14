"""A process that serves another one and must not outlive it, however that one ends."""

from __future__ import annotations

import os
import threading
import time

LOOK = 0.2
"""Seconds between two looks at who the parent is."""


def end_after(parent: int) -> None:
    """End this process, whatever it is doing, as soon as the process ``parent``, which started it, is no longer there."""
    threading.Thread(target=_end_after, args=(parent,), name="parent", daemon=True).start()


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)
