"""A disk that is full at any stage of a refresh."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pipelines.drills.aftermath import damage, leftovers, manifest, with_correction
from pipelines.drills.promise import CannotTry, Case
from pipelines.drills.scene import Scene
from pipelines.home import Home
from pipelines.release import bundle

SIGHT = 0.02
UNUSABLE = 2
MEGABYTES, PAGE = 400, 4096
STAGES: dict[str, Callable[[Home], bool]] = {
    "before anything": lambda home: True,
    "while files are taken in": lambda home: any(home.receipts.glob("*/*/receipt.json")),
    "while the warehouse is built": lambda home: (home.warehouse / "candidate.duckdb").exists(),
    "while figures are protected": lambda home: (home.warehouse / "protection.json").exists(),
    "while marts are written": lambda home: home.partial_draft.exists(),
    "while reports are written": lambda home: (home.partial_draft / "reports").exists(),
    "while the draft is sealed": lambda home: (home.warehouse / "verdicts" / "attack.json").exists(),
    "while it is released": lambda home: (home.draft / bundle.MANIFEST).exists(),
}
"""Where the disk is filled, by the first sign of the stage in a home that was never refreshed."""


def full_disk(scene: Scene) -> Iterator[Case]:
    """A small disk in memory holds the home; it shrinks to what it holds as soon as the stage begins, and grows again after the run."""
    undisturbed = manifest(scene.released())
    stages = scene.some([name for name in STAGES if name != "before anything"], 1)
    with disk(scene) as root:
        corrected = with_correction(scene)
        home = Home.at(shutil.copytree(corrected.root, root / "released", symlinks=True))
        yield from filled(scene, home, "before anything", manifest(home), None)
        shutil.rmtree(home.root)
    for stage in stages:
        with disk(scene) as root:
            home = Home.at(shutil.copytree(scene.dropped().root, root / "home", symlinks=True))
            yield from filled(scene, home, stage, None, undisturbed)


def filled(scene: Scene, home: Home, stage: str, served: bytes | None, undisturbed: bytes | None) -> Iterator[Case]:
    """One run on a disk that fills up: its sentence, what is still served, and, given the manifest of an undisturbed run, its recovery."""
    place = home.root.parent
    command = scene.told("refresh", "--home", str(home.root))
    while command.poll() is None and not STAGES[stage](home):
        time.sleep(SIGHT)
    with contextlib.suppress(ProcessLookupError):  # held still, so that the stage cannot be over before the disk is full
        os.killpg(command.pid, signal.SIGSTOP)
        resize(place, shutil.disk_usage(place).used)
        os.killpg(command.pid, signal.SIGCONT)
    while command.poll() is None:
        resize(place, shutil.disk_usage(place).used)
        time.sleep(SIGHT)
    said = command.communicate()[1]
    clear = command.returncode == UNUSABLE and "is full" in said and "Traceback" not in said
    kept = served is None or manifest(home) == served
    yield Case(f"{stage}: a sentence, and exit code {UNUSABLE}", clear, f"exit code {command.returncode}")
    yield Case(f"{stage}: what was released is intact", kept and not damage(home))
    resize(place, MEGABYTES << 20)
    if undisturbed is not None:
        done = scene.refresh(home)
        whole = not done.returncode and manifest(home) == undisturbed and not damage(home) and not leftovers(home)
        yield Case(f"{stage}: with room again, the undisturbed release", whole, f"exit code {done.returncode}")


def resize(place: Path, size: int) -> None:
    """Make the small disk as large as that, at once; one that holds more stays as it is."""
    subprocess.run(["mount", "-o", f"remount,size={max(size, PAGE)}", str(place)], capture_output=True, check=False)


@contextlib.contextmanager
def disk(scene: Scene) -> Iterator[Path]:
    """A disk of its own, in memory."""
    place = scene.place("disk")
    place.mkdir()
    try:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=700", "tmpfs", str(place)], capture_output=True, check=False
        )
    except FileNotFoundError:
        raise CannotTry("A small disk needs the command mount: install util-linux, and run the drill as root.") from None
    if made.returncode:
        raise CannotTry("A small disk can only be mounted by root: run the drill as root, in a machine that lets it.")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=False)
