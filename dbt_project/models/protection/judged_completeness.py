"""Grain: one row per population, period, area and characteristic whose headcounts are published. Made from protected cells alone."""

from pipelines.orchestration.frames import cells_of, typed
from pipelines.reporting.completeness import completeness


def model(dbt, session):
    dbt.config(materialized="table")
    return typed(completeness(cells_of(dbt.ref("protected_cells").df(), "headcount"), dbt.ref("dim_groups").df()))
