"""A run that was killed is told to have failed; the run that says so, and one that has only just begun, are not."""

from __future__ import annotations

import datetime as dt

from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from pipelines.orchestration import stale


def test_a_killed_run_is_told_to_have_failed_and_no_other() -> None:
    with DagsterInstance.ephemeral() as instance:
        dead, own, done = (
            create_run_for_test(instance, status=status)
            for status in (DagsterRunStatus.STARTED, DagsterRunStatus.STARTED, DagsterRunStatus.SUCCESS)
        )
        assert stale.close(instance, before=dt.datetime.now(dt.UTC) - stale.STARTS_WITHIN) == 0
        assert stale.close(instance, own=own.run_id) == 1
        said = {run.run_id: run.status for run in instance.get_runs()}
    assert said == {dead.run_id: DagsterRunStatus.FAILURE, own.run_id: DagsterRunStatus.STARTED, done.run_id: DagsterRunStatus.SUCCESS}
