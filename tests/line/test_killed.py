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
from homes import refresh, without_advice

from pipelines.catalogue import load
from pipelines.demo import make as make_demonstration
from pipelines.demo.trust import SMALL, Size
from pipelines.home import Home, make_keys

FIRST_SIGNS = {
    "while files are taken in": lambda home: any(home.receipts.rglob("receipt.json")),
    "while the warehouse is built": lambda home: (home.warehouse / "candidate.duckdb").exists(),
    "while the draft is judged": lambda home: (home.partial_draft / "marts" / "mart_gaps.parquet").exists(),
}


@pytest.fixture(scope="module")
def two_academies(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A made-up trust of two academies with its files lying in the drop folders, and the manifest of an undisturbed release of it."""
    home = Home.at(tmp_path_factory.mktemp("two") / "home")
    home.make()
    make_keys(home)
    make_demonstration(home, load, size=Size(SMALL.sites[:2], SMALL.periods))
    without_advice(home)
    undisturbed = Home.at(shutil.copytree(home.root, tmp_path_factory.mktemp("undisturbed") / "home"))
    done = refresh(undisturbed.root)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return home.root, (undisturbed.releases / "current" / "manifest.json").read_bytes()


@pytest.mark.parametrize("moment", FIRST_SIGNS)
def test_a_killed_refresh_is_finished_by_the_next(two_academies: tuple[Path, bytes], moment: str, tmp_path: Path) -> None:
    dropped, undisturbed = two_academies
    home = Home.at(shutil.copytree(dropped, tmp_path / "home"))
    _kill_when(home, FIRST_SIGNS[moment])
    assert not any(home.releases.glob("2*"))
    done = refresh(home.root)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert (home.releases / "current" / "manifest.json").read_bytes() == undisturbed


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
