"""One ``equality refresh`` as a process of its own, measured: seconds by stage and the memory of the process with its children.

Stages are told by what the run leaves behind: Dagster's events and dbt's results. What is measured beside it belongs in ``alternatives``.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipelines.home import Home
from pipelines.intake.ledger import ACCEPTED, KEPT, Ledger

EQUALITY = str(Path(sys.executable).with_name("equality"))
PAGE = os.sysconf("SC_PAGE_SIZE") / 1024**2
EVERY = 0.1
"""Seconds between two looks at the memory."""
COUNTS, PROTECT, RANGES, MARTS, TESTS = "counts", "protect", "ranges", "marts", "dbt tests"
STAGES = ("start", "intake", COUNTS, RANGES, PROTECT, MARTS, TESTS, "dbt itself", "gate 2", "reports", "attack", "seal and release")
"""In the order of a refresh. ``counts``: the SQL of staging, intermediate and counts; ``dbt itself``: its start, and between two models."""
Span = tuple[float, float, str]


@dataclass(frozen=True)
class Refreshed:
    """``memory``: the most, in MB, that the resident sets of the process and its children came to at one moment; ``spill``: the most that
    DuckDB had put on disk for want of memory."""

    seconds: float
    memory: float
    spill: float
    stages: dict[str, float]


class Stopped(SystemExit):
    """A refresh did not end well; what it said of it stands on the screen."""


def refreshed(home: Home, today: dt.date) -> Refreshed:
    """Refresh ``home`` as if it were ``today``. :class:`Stopped` when it fails, ``SystemExit`` when a file was not accepted."""
    began, clock = time.time(), time.perf_counter()
    command = [EQUALITY, "refresh", "--home", str(home.root), "--today", today.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running, watched(running.pid, home.warehouse / "spill") as most:
        running.wait()
    seconds = time.perf_counter() - clock
    if running.returncode:
        raise Stopped(f"the refresh of {home.root} ended with {running.returncode}")
    unused = sorted(reference for reference, outcome in files_read(home) if outcome not in (ACCEPTED, KEPT))
    if unused:
        raise SystemExit(f"{len(unused)} files were not accepted, {unused[0]} among them")
    return Refreshed(seconds, most[0], most[1], stages(home, began, began + seconds))


def commit() -> str:
    """The commit whose code is measured, with what is not committed called dirty."""
    told = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    return subprocess.run(told, cwd=Path(__file__).parent, capture_output=True, text=True, check=True).stdout.strip()


def files_read(home: Home) -> set[tuple[str, str]]:
    """Every file that the home ever read, with what became of it."""
    with closing(Ledger(home.ledger)) as ledger:
        return {(entry.reference, entry.outcome) for entry in ledger.files()}


@contextmanager
def watched(process: int, spill: Path) -> Iterator[list[float]]:
    """The most memory of a process with its children, and the most in the folder ``spill``, both in MB, while the block runs."""
    most, ended = [0.0, 0.0], threading.Event()

    def look() -> None:
        while not ended.wait(EVERY):
            most[0] = max(most[0], sum(_resident(one) for one in _family(process)))
            most[1] = max(most[1], _size(spill))

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    try:
        yield most
    finally:
        ended.set()
        watch.join()


def _family(process: int) -> Iterator[int]:
    yield process
    try:
        children = [child for task in Path(f"/proc/{process}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _resident(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0.0


def _size(folder: Path) -> float:
    try:
        with os.scandir(folder) as entries:
            return sum(entry.stat().st_blocks for entry in entries) * 512 / 1024**2
    except OSError:
        return 0.0


def stages(home: Home, began: float, ended: float) -> dict[str, float]:
    """Seconds by stage of the last run of ``home``; empty where nothing was new, so that no run began in that time."""
    events = [event for event in _events(home) if event[0] >= began]
    if not events:
        return {}
    at = {what: moment for moment, what in events}
    results = json.loads((home.warehouse / "dbt" / "run_results.json").read_bytes())
    spans = _spans(results["results"], json.loads((home.warehouse / "dbt" / "manifest.json").read_bytes())["nodes"])
    build = by_kind(spans, (PROTECT, RANGES, COUNTS, MARTS, TESTS))
    build["dbt itself"] = at["STEP_SUCCESS warehouse"] - at["STEP_START warehouse"] - sum(build.values())
    return {
        "start": at["STEP_START landing"] - began,
        "intake": at["STEP_SUCCESS landing"] - at["STEP_START landing"],
        **build,
        "gate 2": at["STEP_SUCCESS draft__marts"] - at["STEP_START draft__marts"],
        "reports": at["ASSET_MATERIALIZATION draft__reports"] - at["STEP_START draft__reports"],
        "attack": at["STEP_SUCCESS draft__reports"] - at["ASSET_MATERIALIZATION draft__reports"],
        "seal and release": ended - at["STEP_START draft__sealed"],
    }


def _events(home: Home) -> list[tuple[float, str]]:
    """When each step of the last run began, ended and made what it makes."""
    from dagster import DagsterInstance

    with DagsterInstance.from_config(str(home.dagster)) as instance:
        run = instance.get_runs(limit=1)[0]
        logged = [(entry.timestamp, entry.dagster_event) for entry in instance.all_logs(run.run_id)]
    return [(moment, f"{event.event_type_value} {event.step_key}") for moment, event in logged if event]


def _spans(results: Sequence[dict[str, Any]], nodes: dict[str, Any]) -> list[Span]:
    """When dbt worked on what."""
    found = []
    for result in results:
        node = nodes.get(result["unique_id"])
        times = [step for step in result["timing"] if step["name"] == "execute"]
        if node and times:
            begins, ends = (dt.datetime.fromisoformat(times[0][name]).timestamp() for name in ("started_at", "completed_at"))
            found.append((begins, ends, _kind(node)))
    return found


def _kind(node: dict[str, Any]) -> str:
    if node["resource_type"] != "model":
        return TESTS
    if node["name"] == "protected_cells":
        return PROTECT
    if node["fqn"][1] in ("staging", "intermediate", "counts"):
        return RANGES if node["language"] == "python" else COUNTS
    return MARTS


def by_kind(spans: Sequence[Span], order: Sequence[str]) -> dict[str, float]:
    """Seconds of the clock by kind. dbt works on two models at once: a moment is counted once, for the kind that comes first in ``order``."""
    moments = sorted({moment for begins, ends, _ in spans for moment in (begins, ends)})
    seconds = dict.fromkeys(order, 0.0)
    for earlier, later in pairwise(moments):
        at_work = {kind for begins, ends, kind in spans if begins <= earlier and later <= ends}
        if at_work:
            seconds[next(kind for kind in order if kind in at_work)] += later - earlier
    return seconds
