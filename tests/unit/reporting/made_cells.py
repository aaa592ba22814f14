"""Rows of the contract's cell, made up one by one. What they mean together belongs to the tests."""

from __future__ import annotations

import pandas as pd

CELL_COLUMNS = [
    "population", "period", "area_level", "area_code", "measure", "characteristic", "group_code",
    "cross_characteristic", "cross_group_code", "numerator", "denominator", "value", "low", "high", "sd", "status",
]  # fmt: skip
TYPES = {"numerator": "Int64", "denominator": "Int64", "value": "float64", "low": "float64", "high": "float64", "sd": "float64"}


def cell(
    population: str,
    measure: str,
    group: tuple[str, str] = ("all", "all"),
    numerator: int | None = None,
    denominator: int | None = None,
    *,
    value: float | None = None,
    sd: float | None = None,
    area: tuple[str, str] = ("trust", "T1"),
    cross: tuple[str, str] = ("all", "all"),
    status: str = "shown",
) -> tuple[object, ...]:
    """One row of a mart; the value of a rate or headcount follows from its counts."""
    if value is None and numerator is not None:
        value = numerator / denominator if denominator else float(numerator)
    spread = (value - 0.01, value + 0.01) if value is not None and denominator else (None, None)
    return (population, "2025-26", *area, measure, *group, *cross, numerator, denominator, value, *spread, sd, status)


def cells(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Rows of :func:`cell` as a frame of the contract."""
    return pd.DataFrame(list(rows), columns=CELL_COLUMNS).astype(TYPES)
