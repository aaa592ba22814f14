"""Processes beside the run, which read files ahead and judge: they import Great Expectations, which takes seconds, while the run starts Dagster.

One, or two for a backlog or for many large files.

Where none was prepared, as where nothing was dropped or a step is called by itself, and where one died, the process that
asks does the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from pipelines.catalogue import Catalogue
from pipelines.home import Keys
from pipelines.home.child import children
from pipelines.home.limit import limited
from pipelines.intake import READ_AHEAD, Ahead, Judge, Look, Reading, Source, look, read_limited
from pipelines.orchestration.opened import Opened

P = ParamSpec("P")
R = TypeVar("R")
_beside: dict[Path, Executor] = {}
_looks: dict[Path, Look] = {}
_given: list[tuple[Catalogue, Keys, Judge]] = []
FILES_A_READER, BYTES_A_READER = 150, 350_000_000
"""A process reads some seven small files a second, or 17 MB of large ones, and takes four seconds of a core before the first."""


def prepare(opened: Opened, judge: Judge) -> None:
    """Take the first look at what was dropped and, where anything was, start a process; not again for the same home. ``judge``: gate 1."""
    root = opened.home.root
    if root in _beside or root in _looks:
        return
    _looks[root] = look(opened.home, opened.catalogue)
    if seen := _looks[root].seen:
        work = len(seen) / FILES_A_READER + sum(file.size for file in seen) / BYTES_A_READER
        many = min(os.cpu_count() or 1, READ_AHEAD, len(seen), 1 + int(work))
        _beside[root] = children(many, partial(_begin, opened.catalogue, opened.keys, judge))
        _beside[root].submit(os.getpid)  # the first starts at once


def first_look(opened: Opened) -> Look | None:
    """The look that was taken, once; ``None`` where none was."""
    return _looks.pop(opened.home.root, None)


def dismiss(opened: Opened) -> None:
    """End them, once they have done what was asked of them."""
    _looks.pop(opened.home.root, None)
    if process := _beside.pop(opened.home.root, None):
        process.shutdown()


def reader(opened: Opened) -> Ahead | None:
    """Has files of this home read there; ``None`` where nothing was prepared."""
    process = _beside.get(opened.home.root)
    return partial(_read_by, process) if process else None


def asked(opened: Opened, seconds: float, judge: Callable[P, R], *shown: P.args, **more: P.kwargs) -> R:
    """What ``judge`` says; :class:`TimeoutError` after ``seconds``."""
    process = _beside.get(opened.home.root)
    question = partial(_within, seconds, partial(judge, *shown, **more))
    try:
        return process.submit(question).result() if process else question()
    except BrokenExecutor:
        return question()


def _read_by(process: Executor, content: bytes, source: Source) -> Future[Reading] | None:
    try:
        return process.submit(_read, content, source)
    except BrokenExecutor:
        return None


def _within(seconds: float, question: Callable[[], R]) -> R:
    with limited(seconds):
        return question()


def _begin(catalogue: Catalogue, keys: Keys, judge: Judge) -> None:
    from expectations import runner

    _given.append((catalogue, keys, judge))
    runner.prepare()


def _read(content: bytes, source: Source) -> Reading:
    return read_limited(content, source, *_given[-1])
