"""One run at a time: a second process is refused, and a dead holder blocks nobody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.home import Home, HomeError
from pipelines.home.lock import hold, is_free

HOLDER = """
import sys, time
from pipelines.home import Home
from pipelines.home.lock import hold
hold(Home.at(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_run_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    first = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(HomeError, match="Another run is at work"):
            hold(home)
    finally:
        first.kill()
        first.wait()
    hold(home)
    hold(home)


BUILDER = """
import os, subprocess, sys, time
from pipelines.home import Home
from pipelines.home.child import end_after
from pipelines.home.lock import build, hold
if sys.argv[2:]:
    end_after(os.getppid())
    build(Home.at(sys.argv[1]))
    print("building", flush=True)
else:
    hold(Home.at(sys.argv[1]))
    subprocess.Popen([sys.executable, "-c", sys.orig_argv[2], sys.argv[1], "child"])
time.sleep(60)
"""


def test_a_child_that_builds_ends_with_a_killed_run_and_is_waited_for(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    first = subprocess.Popen([sys.executable, "-c", BUILDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    assert first.stdout.readline() == "building\n"
    assert not is_free(home)
    first.kill()
    first.wait()
    hold(home)
    assert first.stdout.read() == ""  # the child has let go of it
    assert not is_free(home)
