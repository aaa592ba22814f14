"""Grain: one row per group of incidents, period and area, beside the people they are of. Made from protected cells alone."""

from pipelines.orchestration.frames import cells_of, typed
from pipelines.reporting.incident_rates import incident_rates


def model(dbt, session):
    dbt.config(materialized="table")
    cells = cells_of(dbt.ref("protected_cells").df(), "headcount")
    returns = dbt.ref("stg_returns").df()
    return typed(incident_rates(cells, sorted(cells["period"].unique()), returns[returns["dataset"].eq("incidents")]))
