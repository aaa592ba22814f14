"""Noticing dropped files. A sensor only asks for a run; the ledger decides what is new."""

import datetime as dt

from dagster import (
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.home.lock import is_free
from pipelines.orchestration import stale, steps
from pipelines.orchestration.resources import TrustHome

SECONDS_BETWEEN_LOOKS = 30
UNDER_WAY = [DagsterRunStatus.QUEUED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED]


def drop_folder_sensor(job: UnresolvedAssetJobDefinition) -> SensorDefinition:
    """Ask for a refresh when a drop folder holds a file that is not settled, unless one is under way.

    A run that was killed is not under way: where nobody holds the home it is told to have failed.
    A run's key holds the attempt as well as the files, because Dagster remembers keys for ever and a failed run must be tried again.
    """

    @sensor(
        name="drop_folders",
        job=job,
        minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
        default_status=DefaultSensorStatus.RUNNING,
        description="Looks into the drop folders and asks for a refresh when something lies there.",
    )
    def drop_folders(context: SensorEvaluationContext, home: TrustHome) -> RunRequest | SkipReason:
        opened = home.open()
        waiting = steps.waiting(opened)
        if not waiting:
            return SkipReason("Nothing new in the drop folders.")
        if is_free(opened.home):
            stale.close(context.instance, before=dt.datetime.now(dt.UTC) - stale.STARTS_WITHIN)
        if context.instance.get_runs_count(RunsFilter(job_name=job.name, statuses=UNDER_WAY)):
            return SkipReason("A refresh is under way; what lies there is looked at again after it.")
        attempt = int(context.cursor or 0) + 1
        context.update_cursor(str(attempt))
        return RunRequest(run_key=f"{waiting}-{attempt}")

    return drop_folders
