"""Grain: one row per group compared with its named comparison group. Made from protected cells alone."""

from pipelines.orchestration.frames import cells_of
from pipelines.reporting.gaps import gaps


def model(dbt, session):
    dbt.config(materialized="table")
    characteristics = dbt.ref("dim_characteristics").df()
    return gaps(
        cells=cells_of(dbt.ref("protected_cells").df(), "rate", "mean"),
        measures=dbt.ref("dim_measures").df(),
        comparators=characteristics[["characteristic", "comparator_code"]],
        groups=dbt.ref("dim_groups").df(),
    )
