"""Three years told together with each of them: what the longer period must not give away, and that the attacker would see it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from gate_two import failed_checks
from small_release import CELL, DISCLOSURE, write

from expectations.attack import attack
from pipelines.disclosure import Policy, protect

YEARS = ("2023-24", "2024-25", "2025-26")
POOL = "2025-26_pool"
POOLS = pd.DataFrame({"pool": POOL, "period": YEARS})
PEOPLE = {"A": (60, 70, 80), "B": (50, 60, 70), "C": (40, 55, 65), "D": (30, 45, 55)}
REACHED = {"A": (20, 30, 40), "B": (20, 25, 30), "C": (4, 20, 25), "D": (12, 15, 20)}
GROUPS = pd.DataFrame(
    [("all", "all", "", "", False), *(("ethnicity", code, "all", "all", False) for code in PEOPLE)],
    columns=["characteristic", "group_code", "parent_characteristic", "parent_group_code", "is_unknown"],
)
AREAS = pd.DataFrame([("trust", "T", "Trust", "", "")], columns=["area_level", "area_code", "label", "parent_level", "parent_code"])
MEASURES = pd.DataFrame(
    [("suspended", "rate", "pupils", False, None, None, 3)],
    columns=["measure", "kind", "population", "sensitive", "scale_min", "scale_max", "decimals"],
)
POPULATIONS = pd.DataFrame([("pupils", "pupil", "", False)], columns=["population", "subject", "base", "nested"])
PERIODS = pd.DataFrame({"period": [*YEARS, POOL], "part_of": [POOL, POOL, POOL, ""]})


def figures() -> pd.DataFrame:
    """A rate in each of three years and over all three, by group and for everyone: one number of the first year is 4."""
    rows = []
    for at, year in enumerate(YEARS):
        rows += [(year, code, REACHED[code][at], PEOPLE[code][at]) for code in PEOPLE]
        rows.append((year, "all", sum(REACHED[code][at] for code in PEOPLE), sum(PEOPLE[code][at] for code in PEOPLE)))
    table = pd.DataFrame(rows, columns=["period", "group_code", "numerator", "denominator"])
    together = table.groupby("group_code")[["numerator", "denominator"]].sum().reset_index().assign(period=POOL)
    table = pd.concat([table, together], ignore_index=True)
    place = {"population": "pupils", "area_level": "trust", "area_code": "T", "measure": "suspended", "kind": "rate"}
    cross = {"cross_characteristic": "all", "cross_group_code": "all"}
    plain = {"sd": None, "low": None, "high": None, "smallest": None, "largest_share": None, "published": True}
    table = table.assign(**place, **cross, **plain, value=table["numerator"] / table["denominator"])
    return table.assign(characteristic=table["group_code"].eq("all").map({True: "all", False: "ethnicity"}))


def release(folder: Path, pools: pd.DataFrame | None, level: str) -> Path:
    """The figures protected, with or without the engine knowing what the longer period is made of, and written as a release."""
    links = pd.DataFrame(
        columns=["population", "base", "nested", "period", "area_level", "area_code", "characteristic", "group_code",
                 "cross_characteristic", "cross_group_code", "only_here", "only_base"]
    )  # fmt: skip
    policy = Policy(k=10, level=level)  # type: ignore[arg-type]
    protected = protect(figures(), links, GROUPS, AREAS, MEASURES, POPULATIONS, policy, pools=pools)
    assert protected.report["unprotected"] == 0
    cells = protected.cells[CELL].astype(
        {"numerator": "Int64", "denominator": "Int64"} | dict.fromkeys(("value", "low", "high", "sd"), "float64")
    )
    dims = {"dim_groups": GROUPS, "dim_areas": AREAS, "dim_measures": MEASURES, "dim_populations": POPULATIONS, "dim_periods": PERIODS}
    return write({"mart_pupil_outcomes": cells, **dims}, folder, {**DISCLOSURE, "level": level})


@pytest.mark.parametrize("level", ["exact", "interval"])
def test_an_intruder_learns_nothing_from_three_years_told_together(tmp_path: Path, level: str) -> None:
    report = attack(release(tmp_path / "release", POOLS, level))
    assert report.passed and not report.recovered


def test_an_engine_that_does_not_know_that_years_add_up_is_caught(tmp_path: Path) -> None:
    report = attack(release(tmp_path / "release", None, "exact"))
    assert not report.passed
    assert {found.place["period"] for found in report.recovered} >= {"2023-24"}


def test_a_release_that_does_not_say_what_its_periods_are_is_refused(tmp_path: Path) -> None:
    """The attacker reads from ``dim_periods`` what adds up: without it the same leak would pass, so gate 2 asks for it."""
    folder = release(tmp_path / "release", None, "exact")
    (folder / "marts" / "dim_periods.parquet").unlink()
    assert attack(folder).passed
    assert failed_checks(folder) == ["marts_can_be_judged"]
