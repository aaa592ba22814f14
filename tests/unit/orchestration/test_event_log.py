"""Dagster's storage as the home names it: what is written through it is what Dagster's own class reads, also while it is open."""

from __future__ import annotations

from pathlib import Path

import pytest
from dagster import AssetCheckResult, AssetKey, DagsterInstance, MaterializeResult, asset, asset_check, materialize
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.orchestration.event_log import EventLog
from pipelines.orchestration.refresh import dagster_settings


@asset
def counted() -> MaterializeResult:
    return MaterializeResult(metadata={"cells": 3})


@asset_check(asset=counted)
def holds() -> AssetCheckResult:
    return AssetCheckResult(passed=True)


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    (tmp_path / "dagster.yaml").write_bytes(dagster_settings(tmp_path))
    return tmp_path


def test_events_are_those_that_dagsters_own_class_reads(storage: Path) -> None:
    with DagsterInstance.from_config(str(storage)) as instance:
        assert isinstance(instance.event_log_storage, EventLog)
        run = materialize([counted, holds], instance=instance)
        written = [event.message for event in instance.all_logs(run.run_id)]
        beside = SqliteEventLogStorage(str(storage / "history" / "runs"))
        assert [event.message for event in beside.get_logs_for_run(run.run_id)] == written
        assert len(written) > 5
        assert beside.get_latest_materialization_events([counted.key])[counted.key] is not None
        assert len(instance.event_log_storage.get_asset_check_execution_history(holds.check_key, limit=5)) == 1
    assert not [*storage.rglob("*.db-wal")], "the databases were closed"


def test_a_second_run_is_read_by_a_second_instance_while_the_first_is_open(storage: Path) -> None:
    with DagsterInstance.from_config(str(storage)) as first, DagsterInstance.from_config(str(storage)) as second:
        runs = [materialize([counted], instance=instance).run_id for instance in (first, second)]
        for instance in (first, second):
            assert {record.run_id for record in instance.fetch_materializations(AssetKey("counted"), limit=9).records} == set(runs)
