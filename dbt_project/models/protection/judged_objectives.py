"""Grain: one row per objective, measure and period. Made from protected cells alone."""

from pipelines.orchestration.frames import cells_of, typed
from pipelines.reporting.objectives import Figures, progress


def model(dbt, session):
    dbt.config(materialized="table")
    figures = Figures(
        cells=cells_of(dbt.ref("protected_cells").df(), "rate", "mean", "figure"),
        gaps=dbt.ref("judged_gaps").df(),
        benchmarks=dbt.ref("stg_benchmarks").df(),
        changes=dbt.ref("dim_measure_changes").df(),
    )
    periods = sorted(period for period in figures.cells["period"].unique() if not period.endswith("_pool"))
    return typed(progress(dbt.ref("stg_objectives").df(), figures, dbt.ref("dim_measures").df(), periods))
