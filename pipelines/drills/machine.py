"""What a drill asks of the machine: its programs, ports and processes."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from pipelines.drills.promise import CannotTry

LISTENING = "0A"
PATIENCE = 180.0


def program(name: str, package: str) -> str:
    """Where a program lies; ``CannotTry`` with the package that brings it when it is missing."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise CannotTry(f"There is no {name} on this machine; install {package}.")
    return found


def run_step(words: Sequence[str], env: dict[str, str]) -> None:
    """Run a step of the set-up; ``CannotTry`` with its last line when the machine refuses it."""
    done = subprocess.run(words, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotTry(f"This machine refused {Path(words[0]).name} {words[1] if len(words) > 1 else ''}: {done.stderr.strip()[-120:]}")


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, run: subprocess.Popen[bytes]) -> None:
    """Wait until something listens there; ``RuntimeError`` when the process ended or never does."""
    until = time.monotonic() + PATIENCE
    while run.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("a server did not start")


def tree(pid: int) -> set[int]:
    """The process and all that it started and that still run, by what /proc says of parents."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                said = (entry / "stat").read_text().rpartition(")")[2].split()
                if said[0] != "Z":
                    parents[int(entry.name)] = int(said[1])
    found = {pid} & parents.keys()
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def listening(pids: set[int]) -> set[tuple[str, int]]:
    """Address and port of every TCP socket that one of the processes listens on."""
    inodes = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            with contextlib.suppress(OSError):
                if match := re.fullmatch(r"socket:\[(\d+)\]", os.readlink(link)):
                    inodes.add(match[1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == LISTENING and words[9] in inodes:
                address, _, port = words[1].partition(":")
                found.add((_address(address), int(port, 16)))
    return found


def _address(said: str) -> str:
    """An address as /proc/net/tcp writes it: words of four bytes in the machine's order."""
    raw = b"".join(struct.pack("=I", int(said[at : at + 8], 16)) for at in range(0, len(said), 8))
    found = ipaddress.ip_address(raw)
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def is_loopback(host: str) -> bool:
    """Whether that is this machine, as a socket or an audit hook names it."""
    if host in ("localhost", "None"):
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def end(run: subprocess.Popen[bytes]) -> None:
    """End a process that was started in a group of its own, and whatever it started: as Ctrl-C does, then for good."""
    started = tree(run.pid)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGINT)
    try:
        run.wait(30)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
    until = time.monotonic() + 20
    while (left := {pid for pid in started if tree(pid)}) and time.monotonic() < until:
        time.sleep(0.2)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
