"""Runs that are over. Those that ended without a word: Dagster takes a killed run for one at work, for ever, unless somebody says that it failed."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

AT_WORK = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
KILLED = "Nobody is at work on this run any more: it was killed. The next one takes its place."
STARTS_WITHIN = dt.timedelta(minutes=10)
"""How long a run may take from its beginning until it holds the home."""


def at_work(root: Path) -> set[str]:
    """The runs that Dagster takes for running in the home at ``root``."""
    with DagsterInstance.from_config(str(root / "dagster")) as instance:
        return {run.run_id for run in instance.get_runs(RunsFilter(statuses=AT_WORK))}


def close(instance: DagsterInstance, own: str = "", before: dt.datetime | None = None) -> int:
    """Say of every run at work but ``own``, begun before that time if one is given, that it failed; how many there were.

    Call it only while no other run holds the home: then whatever is not ``own`` is dead, or about to be told that another is at work.
    """
    dead = [
        record.dagster_run
        for record in instance.get_run_records(RunsFilter(statuses=AT_WORK))
        if record.dagster_run.run_id != own and (before is None or record.create_timestamp < before)
    ]
    for run in dead:
        instance.report_run_failed(run, KILLED)
    return len(dead)


def forget(instance: DagsterInstance, before: dt.datetime) -> None:
    """Delete the runs that were made before then, with their events and with what they said on the terminal."""
    for record in instance.get_run_records(RunsFilter(created_before=before)):
        run = record.dagster_run.run_id
        instance.delete_run(run)
        shutil.rmtree(Path(instance.storage_directory()) / run, ignore_errors=True)
