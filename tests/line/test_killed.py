"""A refresh killed without warning: the next one ends in the very release that an undisturbed one makes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from homes import refresh

from pipelines.home import Home

FIRST_SIGNS = {
    "while files are taken in": lambda home: any(home.receipts.rglob("receipt.json")),
    "while the warehouse is built": lambda home: (home.warehouse / "candidate.duckdb").exists(),
    "while the draft is judged": lambda home: (home.partial_draft / "marts" / "mart_gaps.parquet").exists(),
}


@pytest.mark.parametrize("moment", FIRST_SIGNS)
def test_a_killed_refresh_is_finished_by_the_next(dropped: Path, demonstration: Home, moment: str, tmp_path: Path) -> None:
    home = Home.at(shutil.copytree(dropped, tmp_path / "home"))
    _kill_when(home, FIRST_SIGNS[moment])
    assert not any(home.releases.glob("2*"))
    done = refresh(home.root)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    released = (home.releases / "current" / "manifest.json").read_bytes()
    assert released == (demonstration.releases / "current" / "manifest.json").read_bytes()


def _kill_when(home: Home, sign) -> None:  # type: ignore[no-untyped-def]
    command = [str(Path(sys.executable).with_name("equality")), "refresh", "--home", str(home.root)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        while not sign(home):
            assert running.poll() is None, "the refresh ended before it could be killed"
            time.sleep(0.02)
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
