"""A process that serves another one is gone soon after it, even where that one was killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

SERVANT = (
    "import os, time; from pipelines.home.child import end_after; end_after(os.getppid()); print(os.getpid(), flush=True); time.sleep(60)"
)
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SERVANT!r}])"


def test_a_servant_lives_as_long_as_its_parent_and_no_longer() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        servant = Path("/proc", parent.stdout.readline().strip())
        time.sleep(1)
        lived = servant.exists()
        parent.send_signal(signal.SIGKILL)
        until = time.monotonic() + 20
        while servant.exists() and time.monotonic() < until:
            time.sleep(0.1)
    assert lived and not servant.exists()
