"""Grain: one row per figure that the latest release telling it printed with another number. Made from protected cells alone."""

from pipelines.orchestration.frames import cells_of, typed
from pipelines.reporting.restatements import restatements


def model(dbt, session):
    dbt.config(materialized="table")
    cells = cells_of(dbt.ref("protected_cells").df(), "headcount", "rate", "mean", "figure")
    return typed(restatements(cells, dbt.ref("stg_released_cells").df(), dbt.ref("stg_release_changes").df()))
