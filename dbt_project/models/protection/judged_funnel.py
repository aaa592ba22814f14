"""Grain: one row per academy, period and rate that is held against its phase or the trust. Made from protected cells alone."""

from pipelines.orchestration.frames import cells_of, typed
from pipelines.reporting.funnels import funnel


def model(dbt, session):
    dbt.config(materialized="table")
    cells = cells_of(dbt.ref("protected_cells").df(), "rate")
    populations = dbt.ref("dim_populations").df()
    of_pupils = populations.loc[populations["subject"].eq("pupil"), "population"]
    return typed(funnel(cells[cells["population"].isin(of_pupils)], dbt.ref("dim_areas").df()))
