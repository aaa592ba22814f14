"""A run that was killed is told to have failed; the run that says so, and one that has only just begun, are not."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from pipelines.home import Home, heartbeat, make_keys
from pipelines.orchestration import refresh, stale, steps
from pipelines.orchestration.opened import Opened


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


@pytest.mark.parametrize("killed", [True, False])
def test_a_run_that_was_killed_after_all_was_done_is_closed_by_one_with_nothing_to_do(
    small_trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    home = Home.at(tmp_path / "home")
    home.make()
    make_keys(home)
    shutil.copytree(small_trust, home.trust, dirs_exist_ok=True)
    opened = Opened.at(home.root)
    refresh.prepare_instance(opened)
    with DagsterInstance.from_config(str(opened.home.dagster)) as instance:
        create_run_for_test(instance, status=DagsterRunStatus.STARTED)
    heartbeat.began(opened.home, dt.datetime.now(dt.UTC))
    if not killed:
        heartbeat.succeeded(opened.home, dt.datetime.now(dt.UTC))
    monkeypatch.setattr(steps, "nothing_new", lambda opened, today: True)
    assert not refresh.refresh(opened, None, lambda words: None).changed
    assert len(stale.at_work(opened.home.root)) == (0 if killed else 1)
