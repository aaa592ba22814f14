"""Grain: one row per aim, period and piece of evidence. Made from protected cells alone."""

from pipelines.orchestration.frames import cells_of, typed
from pipelines.reporting.due_regard import due_regard


def model(dbt, session):
    dbt.config(materialized="table")
    cells = cells_of(dbt.ref("protected_cells").df(), "rate", "mean", "figure")
    return typed(due_regard(dbt.ref("judged_gaps").df(), cells, dbt.ref("judged_objectives").df(), dbt.ref("dim_measures").df()))
