"""What hangs is cut off, even where it catches everything; a full disk is known by whatever a library says."""

from __future__ import annotations

import errno
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from pipelines.home import disk
from pipelines.home.limit import limited


def test_what_hangs_is_cut_off_and_cannot_catch_it() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError), limited(0.2):
        try:
            time.sleep(30)
        except Exception:
            time.sleep(30)
    assert time.monotonic() - began < 5


def test_what_is_quick_is_left_alone_and_no_clock_rings_later() -> None:
    with limited(0.2):
        pass
    time.sleep(0.3)


def test_elsewhere_than_in_the_main_thread_nothing_is_limited() -> None:
    done: list[bool] = []

    def work() -> None:
        with limited(0.05):
            time.sleep(0.1)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "?"), OSError(errno.EDQUOT, "?"), sqlite3.OperationalError("database or disk is full")]
)
def test_a_full_disk_is_known_behind_another_error(error: Exception) -> None:
    try:
        try:
            raise error
        except Exception as cause:
            raise RuntimeError("a step failed") from cause
    except RuntimeError as seen:
        assert disk.is_full(seen)


def test_other_troubles_are_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    assert not disk.is_full(OSError(errno.EACCES, "Permission denied"))
    assert not disk.is_full(None)
    assert not disk.has_no_room(tmp_path)
    assert "MB free" in disk.sentence(tmp_path)
