"""One refresh from the command line: look whether anything changed, and only then start Dagster and run the same job it schedules."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.catalogue import CatalogueError
from pipelines.home import HomeError, disk, heartbeat
from pipelines.home.account import account
from pipelines.home.lock import hold
from pipelines.home.whole import write_whole
from pipelines.orchestration import dbt, steps
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.quiet import Unexpected
from pipelines.orchestration.versions import PROJECT
from pipelines.release import approvals, draft, release, statement

if TYPE_CHECKING:
    from dagster import AssetCheckEvaluation, DagsterEvent

DAGSTER_SETTINGS = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
storage:
  custom:
    module: pipelines.orchestration.event_log
    class: Storage
    config:
      base_dir: {base_dir}
"""
DBT_SAYS, TRACEBACK = "Errors parsed from dbt logs:", "Traceback (most recent call last):"
FRAMES = re.compile(r'\n *File "[^\n]*(?:\n[^\n]*)?(?:\n[ ^~]+(?=\n|$))?')
OURS = {kind.__name__ for kind in (HomeError, CatalogueError, Unexpected)}
WHAT_HELPS = {"no_mover_is_isolated": "`equality release held` says where, and what can be done"}
OUR_LINE = re.compile(rf'File "{re.escape(str(PROJECT))}/((?:pipelines|expectations)/[^"]+)", line (\d+)')


@dataclass(frozen=True)
class Refreshed:
    """How a refresh ended. ``failed``: what did not succeed and, where known, why; the draft before is then still in place."""

    changed: bool
    failed: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.failed


def refresh(opened: Opened, today: dt.date | None, progress: Callable[[str], None]) -> Refreshed:
    """Bring the draft up to date, and release it if it is due. ``progress`` is told each step as it ends.

    ``today`` fixes the day, for a rehearsal of a release date. ``HomeError`` when another run is at work, and when
    the disk is full.
    """
    hold(opened.home)
    killed = heartbeat.read(opened.home).unended
    try:
        heartbeat.began(opened.home, dt.datetime.now(dt.UTC))
        done = _refreshed(opened, today, progress)
        if killed and not done.changed and done.ok:
            _close_killed(opened)  # a run that does something closes them itself
        if done.ok:
            heartbeat.succeeded(opened.home, dt.datetime.now(dt.UTC))
        else:
            heartbeat.stopped(opened.home, dt.datetime.now(dt.UTC), "; ".join(failure.rstrip(".") for failure in done.failed))
    except Exception as error:
        if disk.is_full(error) or disk.has_no_room(opened.home.root):
            raise HomeError(disk.sentence(opened.home.root)) from None
        heartbeat.stopped(opened.home, dt.datetime.now(dt.UTC), type(error).__name__)
        raise
    return done


def _refreshed(opened: Opened, today: dt.date | None, progress: Callable[[str], None]) -> Refreshed:
    draft.recover(opened.home)
    release.recover(opened.home)
    now = dt.datetime.now(dt.UTC)
    approvals.adopt(opened.home, account(), now)
    statement.state(opened.home, account(), now)
    steps.retain(opened, min(now, dt.datetime.combine(today or now.date(), now.timetz())))  # a rehearsal of a later day destroys nothing
    if steps.nothing_new(opened, today or now.date()):
        return Refreshed(changed=False)
    return _run_job(opened, today, progress)


def _close_killed(opened: Opened) -> None:
    """Tell Dagster of runs that were killed after all was done, so that nothing was left for another to do."""
    prepare_instance(opened)
    from dagster import DagsterInstance

    from pipelines.orchestration import stale

    with DagsterInstance.from_config(str(opened.home.dagster)) as instance:
        stale.close(instance)


def _run_job(opened: Opened, today: dt.date | None, progress: Callable[[str], None]) -> Refreshed:
    steps.prepare(opened)
    prepare_instance(opened)
    from dagster import DagsterInstance

    from pipelines.orchestration.dbt_assets import started_ahead
    from pipelines.orchestration.definitions import REFRESH, definitions
    from pipelines.orchestration.progress import progress_logger

    job = definitions(opened.home.root, today, progress_logger(progress)).resolve_job_def(REFRESH)
    opened.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        started_ahead(opened),
        DagsterInstance.from_config(str(opened.home.dagster)) as instance,
        opened.log.open("w", encoding="utf-8") as log,
        contextlib.redirect_stdout(log),
    ):
        result = job.execute_in_process(instance=instance, raise_on_error=False, run_config={"loggers": {"console": {}}})
        failed = tuple(_told(event) for event in result.filter_events(lambda event: event.is_step_failure) if event.step_failure_data.error)
        no_room = not result.success and disk.has_no_room(opened.home.root)
        if no_room or any(_for_want_of_room(event) for event in result.all_events):
            raise HomeError(disk.sentence(opened.home.root))
        failed += tuple(_judgement(one) for one in result.get_asset_check_evaluations() if not one.passed and one.blocking)
    return Refreshed(changed=True, failed=failed or (() if result.success else ("a step that gave no reason",)))


def _told(event: DagsterEvent) -> str:
    """The step that failed and why, where we raised the failure ourselves; else its kind and place, as its words may hold a value of a record."""
    ours, error = event.step_failure_data.user_failure_data, event.step_failure_data.error
    if ours and ours.description:
        return f"{event.step_key}: {plainly(ours.description)}"
    while error and error.cause:
        error = error.cause
    if error and error.cls_name in OURS:  # a sentence of ours, which names files and no values
        return f"{event.step_key}: {error.message.partition(': ')[2].strip()}"
    places = [found for line in (error.stack if error else ()) if (found := OUR_LINE.search(line))]
    where = f" at {places[-1][1]}, line {places[-1][2]}" if places else ""
    return f"{event.step_key}: {error.cls_name}{where}" if error and error.cls_name else str(event.step_key)


def _for_want_of_room(event: DagsterEvent) -> bool:
    """Whether a step failed because the disk is full; its own words are looked at and not told."""
    error = event.step_failure_data.error if event.is_step_failure else None
    while error is not None:
        if disk.says_full(error.message):
            return True
        error = error.cause or error.context
    return False


def plainly(description: str) -> str:
    """Why a step failed in one line: of what dbt says, the errors without its command and the frames of a traceback."""
    said = description.partition(DBT_SAYS)[2] or description
    return " ".join(FRAMES.sub("", said).replace(TRACEBACK, "").split())


def _judgement(evaluation: AssetCheckEvaluation) -> str:
    """Which judge said no, to what, and who says more; it names no number (see the reports of `expectations`)."""
    failed = [str(check) for check in evaluation.metadata["failed"].value] if "failed" in evaluation.metadata else []  # type: ignore[union-attr]
    helps = "".join(f" ({WHAT_HELPS[check]})" for check in failed if check in WHAT_HELPS)
    return f"{evaluation.check_name} said no: {', '.join(failed) or 'without a reason'}{helps}"


def prepare_instance(opened: Opened) -> None:
    """Make the home's Dagster instance: its storage lies in the home, and it tells nobody anything."""
    opened.home.dagster.mkdir(mode=0o700, exist_ok=True)
    write_whole(opened.home.dagster / "dagster.yaml", dagster_settings(opened.home.dagster))
    os.environ.update(dbt.environment(opened))
    os.environ["DAGSTER_HOME"] = str(opened.home.dagster)


def dagster_settings(place: Path) -> bytes:
    """What ``dagster.yaml`` in the folder ``place``, Dagster's own in a home, holds."""
    return DAGSTER_SETTINGS.format(base_dir=json.dumps(str(place))).encode()


def serve(opened: Opened, port: int, read_only: bool = False) -> int:
    """Dagster's web page and daemon for this home, on loopback only, until interrupted; returns the exit code.

    ``read_only``: the page alone, for those who look; it starts, stops and changes nothing.
    """
    prepare_instance(opened)
    program = ["dagster-webserver", "--read-only"] if read_only else ["dagster", "dev"]
    command = [str(Path(sys.executable).with_name(program[0])), *program[1:], "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workspace", str(PROJECT / "workspace.yaml")]
    try:
        return subprocess.run(command, cwd=PROJECT, check=False).returncode
    except KeyboardInterrupt:
        return 0
