"""Grain: one row per figure of the trust or a phase and figure published elsewhere. Made from protected cells alone."""

from pipelines.orchestration.frames import cells_of, typed
from pipelines.reporting.benchmarks import benchmarks


def model(dbt, session):
    dbt.config(materialized="table")
    cells = cells_of(dbt.ref("protected_cells").df(), "headcount", "rate", "mean")
    return typed(benchmarks(cells, dbt.ref("stg_benchmarks").df(), dbt.ref("dim_areas").df()))
