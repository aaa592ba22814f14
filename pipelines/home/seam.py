"""The seam at which a durable change happens: a drill can end the process there as a power cut would. Nothing happens here otherwise.

Whatever the product keeps is renamed into place and flushed in ``vault``, which passes the seam just before and just after. A drill names
a file in the environment that counts the passages of all processes of a run, and the number of the passage at which the run ends.
"""

from __future__ import annotations

import os
import signal

TALLY, LAST = "EQUALITY_DRILL_TALLY", "EQUALITY_DRILL_LAST"


def passed(what: str) -> None:
    """Count a passage, ``what`` in one word, and kill the process group of the run if it is the last that a drill lets through."""
    if TALLY in os.environ:
        with open(os.environ[TALLY], "a+", encoding="utf-8") as tally:
            tally.write(f"{what}\n")
            tally.flush()
            tally.seek(0)
            passages = sum(1 for _ in tally)
        if str(passages) == os.environ.get(LAST):
            os.killpg(os.getpgrp(), signal.SIGKILL)
