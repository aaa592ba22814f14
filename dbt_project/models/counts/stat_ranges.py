"""Grain: as stat_cells. Adds the interval of every rate and mean, computed before protection so that it falls with its cell."""

from pipelines.orchestration.frames import typed
from pipelines.reporting.ranges import add_ranges


def model(dbt, session):
    dbt.config(materialized="table")
    cells = dbt.ref("stat_cells").df()
    return typed(add_ranges(cells.assign(low=float("nan"), high=float("nan"))))
