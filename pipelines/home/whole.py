"""A file written as a whole or not at all. What it holds, and whether it is sealed, belongs elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

from pipelines.home import seam


def make_private(directory: Path) -> None:
    """Make ``directory`` and what is missing above it, each for the owner alone; ``mkdir(parents=True)`` would leave the upper ones open."""
    if not directory.is_dir():
        make_private(directory.parent)
        directory.mkdir(mode=0o700, exist_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """``content`` at ``path`` as a whole or not at all: written beside it, flushed to disk, renamed, directory flushed."""
    make_private(path.parent)
    partial = path.with_name(f".{path.name}.partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    move(partial, path)


def move(source: Path, target: Path) -> None:
    """Rename ``source`` to ``target`` in one step that survives a power cut; what lay at ``target`` is replaced."""
    seam.passed(f"before:{target.name}")
    os.replace(source, target)
    flush_directory(target.parent)


def flush_directory(directory: Path) -> None:
    """Make a rename or a removal inside ``directory`` survive a power cut."""
    seam.passed(f"after:{directory.name}")
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
