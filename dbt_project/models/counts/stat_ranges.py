"""Grain: as stat_cells. Adds the interval of every rate, mean and figure, computed before protection so that it falls with its cell."""

from pipelines.orchestration.frames import typed
from pipelines.orchestration.quiet import quiet
from pipelines.reporting.ranges import add_figure_ranges, add_ranges


def model(dbt, session):
    dbt.config(materialized="table")
    cells = dbt.ref("stat_cells").df()
    ranged = quiet(add_ranges)(cells.assign(low=float("nan"), high=float("nan")))
    return typed(quiet(add_figure_ranges)(ranged, dbt.ref("int_figure_values").df()))
