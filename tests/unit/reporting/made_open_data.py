"""The made-up marts with what open data must tell apart: phases, a central team, terms, years together, every status, other subjects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from pipelines.reporting.pages.frame import Context
from tests.unit.reporting.made_cells import cell, cells

CONTEXT = Context(period="2025-26", made_up=True, threshold=10, few_below=20)
AS_IN_THE_CATALOGUE = {"sen": "sen_provision", "ethnicity": "ethnicity_major", "ethnicity_minor": "ethnicity"}
GROUPS = {"support": "sen_support", "plan": "ehc_plan"}
NUMBERS = ["numerator", "denominator", "value", "low", "high", "sd"]


def enrich(folder: Path) -> Path:
    """Add to the made-up marts in ``folder``; returns it."""
    for path in folder.glob("*.parquet"):
        change(path, lambda rows: rows.replace(AS_IN_THE_CATALOGUE | GROUPS))
    more: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
        "dim_areas": _areas,
        "dim_populations": _populations,
        "dim_measures": _measures,
        "mart_pupil_composition": lambda rows: pd.concat([rows, _by_sex("pupils"), rows.assign(period="2024-25")]),
        "mart_pupil_outcomes": _outcomes,
        "mart_staff_composition": lambda rows: pd.concat([rows, cells(cell("staff", "headcount", numerator=15, area=("academy", "T1")))]),
        "mart_governor_composition": lambda _: cells(cell("governors", "headcount", numerator=30)),
        "mart_case_composition": lambda _: cells(
            cell("incidents", "headcount", numerator=40), cell("incidents", "headcount", area=("academy", "100001"), status="c")
        ),
    }
    for name, addition in more.items():
        change(folder / f"{name}.parquet", addition)
    return folder


def change(path: Path, how: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    how(pd.read_parquet(path)).to_parquet(path, index=False)


def _areas(areas: pd.DataFrame) -> pd.DataFrame:
    more = [("phase", "primary", "Primary", "trust", "T1"), ("academy", "T1", "Central team", "trust", "T1")]
    return pd.concat([areas, pd.DataFrame(more, columns=areas.columns)])


def _populations(populations: pd.DataFrame) -> pd.DataFrame:
    more = [("governors", "Trustees and governors", "governor", "")]
    return pd.concat([populations, pd.DataFrame(more, columns=populations.columns)])


def _measures(measures: pd.DataFrame) -> pd.DataFrame:
    counted = measures[measures["measure"].eq("headcount")].head(1)
    return pd.concat([measures, *(counted.assign(population=name) for name in ("governors", "incidents", "staff_paid"))])


def _by_sex(population: str) -> pd.DataFrame:
    return cells(
        cell(population, "headcount", ("sex", "F"), 480, area=("academy", "100001")),
        cell(population, "headcount", ("sex", "M"), 520, area=("academy", "100001")),
        cell(population, "headcount", ("sex", "F"), 980, area=("phase", "primary")),
    )


def _outcomes(rows: pd.DataFrame) -> pd.DataFrame:
    more = cells(
        cell("pupils", "absent", ("ethnicity_major", "white"), 5, 15, status="u"),
        cell("pupils", "absent", ("ethnicity_major", "black"), status="low"),
        cell("pupils", "absent", ("sen_provision", "ehc_plan"), status="z"),
        cell("pupils", "absent", numerator=0, denominator=60, area=("phase", "primary")),
        cell("pupils", "suspended", numerator=40, denominator=400, area=("phase", "primary")),
        cell("pupils", "absent", ("sex", "F"), 50, 500, area=("academy", "100001")),
    )
    absent = rows[rows["measure"].eq("absent")]
    others = [absent.assign(period=period) for period in ("2025-26_autumn", "2025-26_spring", "2025-26_pool", "2024-25")]
    return pd.concat([rows, more, *others])
