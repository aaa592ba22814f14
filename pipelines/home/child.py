"""Processes that serve another one and must not outlive it, however that one ends."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor

LOOK = 0.2
"""Seconds between two looks at who the parent is."""


def children(many: int, first: Callable[[], None] | None = None) -> Executor:
    """At most so many processes that work for this one; each is started when there is work for it, with nothing of this one's memory.

    ``first``: what each does before anything else.
    """
    spawned = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(many, mp_context=spawned, initializer=_begin, initargs=(os.getpid(), first))


def _begin(parent: int, first: Callable[[], None] | None) -> None:
    end_after(parent)
    if first is not None:
        first()


def end_after(parent: int) -> None:
    """End this process, whatever it is doing, as soon as the process ``parent``, which started it, is no longer there."""
    if os.getppid() != parent:
        os._exit(1)  # at once: nothing is begun for somebody who has ended
    threading.Thread(target=_end_after, args=(parent,), name="parent", daemon=True).start()


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)
