"""Everything Dagster is told, for the home that the environment names. Loaded by workspace.yaml and by ``equality refresh``."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from dagster import (
    AssetSelection,
    DefaultScheduleStatus,
    Definitions,
    LoggerDefinition,
    ScheduleDefinition,
    define_asset_job,
    in_process_executor,
)

from pipelines.orchestration.assets import draft_assets, landing_assets, outside_assets, told_to_the_watch
from pipelines.orchestration.dbt import HOME_VARIABLE, parsed_manifest
from pipelines.orchestration.dbt_assets import warehouse_assets
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.resources import Clock, TrustHome
from pipelines.orchestration.sensors import drop_folder_sensor
from pipelines.orchestration.versions import PROJECT

REFRESH = "refresh"
NIGHTLY = "0 2 * * *"


def definitions(root: str | Path, today: dt.date | None = None, console: LoggerDefinition | None = None) -> Definitions:
    """Assets, checks, the refresh job, its schedule and its sensor for the home at ``root``.

    ``today`` fixes the day of its clock; ``console`` takes the place of Dagster's own console logger.
    """
    opened = Opened.at(root)
    warehouse = warehouse_assets(parsed_manifest(opened.dbt_target))
    marts = sorted(key for key in warehouse.keys if key.path[0] == "marts")
    refresh = define_asset_job(
        REFRESH,
        AssetSelection.all() - AssetSelection.groups("submissions", "catalogue", "releases"),
        hooks={told_to_the_watch},
        description="Take in what was dropped, count, protect, judge, draft and, when the calendar says so, release.",
    )
    return Definitions(
        assets=[*outside_assets(opened.catalogue), landing_assets(opened.catalogue), warehouse, *draft_assets(marts)],
        jobs=[refresh],
        schedules=[
            ScheduleDefinition(
                name="nightly",
                job=refresh,
                cron_schedule=NIGHTLY,
                execution_timezone="Europe/London",
                default_status=DefaultScheduleStatus.RUNNING,
                description="Every night at two: the draft is made again. A release follows only on its date.",
            )
        ],
        sensors=[drop_folder_sensor(refresh)],
        resources={"home": TrustHome(path=str(opened.home.root)), "clock": Clock(today=today.isoformat() if today else None)},
        executor=in_process_executor,
        loggers={"console": console} if console else None,
    )


def from_environment() -> Definitions:
    """The definitions of the home named by ``EQUALITY_HOME``, the demonstration's when none is named."""
    return definitions(os.environ.get(HOME_VARIABLE) or PROJECT / "data" / "demo")
