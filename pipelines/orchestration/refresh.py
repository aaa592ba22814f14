"""One refresh from the command line: look whether anything changed, and only then start Dagster and run the same job it schedules."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.home.lock import only_run
from pipelines.home.vault import write_whole
from pipelines.orchestration import dbt, steps
from pipelines.orchestration.opened import Opened
from pipelines.release import draft, release

DAGSTER_SETTINGS = b"telemetry:\n  enabled: false\n"


@dataclass(frozen=True)
class Refreshed:
    """How a refresh ended. ``failed`` names the steps that did not succeed; a failed one leaves the draft before in place."""

    changed: bool
    failed: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.failed


def refresh(opened: Opened, today: dt.date | None, progress: Callable[[str], None]) -> Refreshed:
    """Bring the draft up to date, and release it if it is due. ``progress`` is told each step as it ends.

    ``today`` fixes the day, for a rehearsal of a release date. ``HomeError`` when another run is at work.
    """
    with only_run(opened.home):
        draft.recover(opened.home)
        release.recover(opened.home)
        if steps.nothing_new(opened, today or dt.datetime.now(dt.UTC).date()):
            return Refreshed(changed=False)
        return _run_job(opened, today, progress)


def _run_job(opened: Opened, today: dt.date | None, progress: Callable[[str], None]) -> Refreshed:
    prepare_instance(opened)
    from dagster import DagsterEvent, DagsterEventType, DagsterInstance

    from pipelines.orchestration.definitions import REFRESH, definitions

    failed: list[str] = []

    def follow(event: DagsterEvent) -> None:
        if event.event_type == DagsterEventType.STEP_SUCCESS:
            progress(f"{event.step_key}: done")
        elif event.event_type == DagsterEventType.STEP_FAILURE:
            failed.append(str(event.step_key))

    job = definitions(opened.home.root, today=today).resolve_job_def(REFRESH)
    with DagsterInstance.from_config(str(opened.home.dagster)) as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        for event in result.all_events:
            follow(event)
    return Refreshed(changed=True, failed=tuple(failed))


def prepare_instance(opened: Opened) -> None:
    """Make the home's Dagster instance: its storage lies in the home, and it tells nobody anything."""
    opened.home.dagster.mkdir(mode=0o700, exist_ok=True)
    settings = opened.home.dagster / "dagster.yaml"
    if not settings.exists():
        write_whole(settings, DAGSTER_SETTINGS)
    os.environ.update(dbt.environment(opened))
    os.environ["DAGSTER_HOME"] = str(opened.home.dagster)
