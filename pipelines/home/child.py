"""Processes that serve another one and must not outlive it, however that one ends."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor

LOOK = 0.2
"""Seconds between two looks at who the parent is."""


def children(many: int) -> Executor:
    """At most so many processes that work for this one; each is started when there is work for it, with nothing of this one's memory."""
    spawned = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(many, mp_context=spawned, initializer=end_after, initargs=(os.getpid(),))


def end_after(parent: int) -> None:
    """End this process, whatever it is doing, as soon as the process ``parent``, which started it, is no longer there."""
    threading.Thread(target=_end_after, args=(parent,), name="parent", daemon=True).start()


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)
