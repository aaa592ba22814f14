"""Grain: one row per published cell, with a status and the internal rule that hid it. Every table is protected together."""

import os
from pathlib import Path

from pipelines.home import Home
from pipelines.orchestration.frames import typed
from pipelines.orchestration.protection import protected_cells


def model(dbt, session):
    dbt.config(materialized="table")
    policy = dbt.ref("stg_policy").df()
    protected = protected_cells(
        policy=policy["policy"].iloc[0],
        known_groups=dbt.ref("stg_known_groups").df(),
        home=Home.at(os.environ["EQUALITY_HOME"]),
        report=Path(os.environ["EQUALITY_PROTECTION_REPORT"]),
        cells=dbt.ref("stat_ranges").df(),
        links=dbt.ref("stat_links").df(),
        groups=dbt.ref("stg_groups").df(),
        areas=dbt.ref("stg_areas").df(),
        measures=dbt.ref("stg_measures").df(),
        populations=dbt.ref("stg_populations").df(),
        released=dbt.ref("stg_released_cells").df(),
        movements=dbt.ref("stat_movements").df(),
        pools=dbt.ref("stg_pools").df(),
    )
    return typed(protected)
