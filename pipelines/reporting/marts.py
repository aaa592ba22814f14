"""The marts of one bundle, read for the pages and joined to their labels. Protected figures are all that is ever read here."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

WHOM = {
    "pupil": "pupils",
    "pupil_answer": "pupils",
    "staff": "staff",
    "staff_applicant": "applicants",
    "pupil_applicant": "applicants",
    "governor": "governors",
    "incident": "incidents",
    "register_entry": "entries",
}
"""What the people of each subject are called in a sentence."""
CELLS = (
    "mart_pupil_composition",
    "mart_pupil_outcomes",
    "mart_staff_composition",
    "mart_staff_outcomes",
    "mart_applicant_composition",
    "mart_applicant_outcomes",
    "mart_governor_composition",
    "mart_governor_outcomes",
    "mart_case_composition",
    "mart_case_outcomes",
)
FURTHER = ("funnel", "incidents", "due_regard", "completeness")
ALL = "all"
POOL = "_pool"
"""How the period of three years that end with a year is named after it."""
SHOWN = ("shown", "u")
PLACE = ("population", "measure", "area_level", "characteristic", "cross_characteristic", "cross_group_code")


@dataclass(frozen=True)
class Cell:
    """One published figure as CONTRACT.md has it; what is not shown has no number, whatever lay in the file."""

    status: str
    numerator: int | None = None
    denominator: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def shown(self) -> bool:
        return self.status in SHOWN


NO_DATA = Cell("x")


@dataclass(frozen=True, eq=False)
class Marts:
    """The figures of one period. ``cells``: rows of CONTRACT.md with ``subject``; ``gaps``: mart_gaps with labels and ``order``.

    ``groups``, ``areas``, ``measures``, ``populations`` and ``characteristics`` are the published dim tables in reading order.
    ``further``: the marts of :data:`FURTHER` by their short name, such as ``funnel``, of the same period (``incidents``: of all periods).
    ``last_in``: by population, measure and academy's code, the latest earlier period of the same kind that has data of it.
    ``pooled``: the comparisons of the three years that end with the period taken together, in the shape of ``gaps``.
    """

    cells: pd.DataFrame
    gaps: pd.DataFrame
    groups: pd.DataFrame
    areas: pd.DataFrame
    measures: pd.DataFrame
    populations: pd.DataFrame
    characteristics: pd.DataFrame
    further: dict[str, pd.DataFrame]
    last_in: dict[tuple[str, str, str], str] = field(default_factory=dict)
    pooled: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def trust(self) -> str:
        """The trust's name."""
        return str(self.areas.loc[self.areas["area_level"].eq("trust"), "label"].iloc[0])

    @cached_property
    def trust_code(self) -> str:
        """The trust's code."""
        return str(self.areas.loc[self.areas["area_level"].eq("trust"), "area_code"].iloc[0])

    @cached_property
    def academies(self) -> dict[str, str]:
        """Each academy's code and name, by name: an order that ranks nobody. The trust's central team is no academy."""
        is_academy = self.areas["area_level"].eq("academy") & self.areas["area_code"].ne(self.trust_code)
        rows = self.areas.loc[is_academy, ["area_code", "label"]].drop_duplicates()
        return dict(rows.sort_values(["label", "area_code"]).itertuples(index=False, name=None))

    @cached_property
    def phase_of(self) -> dict[str, str]:
        """The one phase that an academy teaches, by its code; an academy of several phases, or of none, has no entry."""
        rows = self.areas[self.areas["area_level"].eq("academy") & self.areas["parent_level"].eq("phase")]
        alone = rows.groupby("area_code")["parent_code"].transform("size").eq(1)
        return {str(code): str(phase) for code, phase in rows.loc[alone, ["area_code", "parent_code"]].to_numpy()}

    @cached_property
    def phases(self) -> dict[str, str]:
        """Each phase's code and name."""
        rows = self.areas.loc[self.areas["area_level"].eq("phase"), ["area_code", "label"]].drop_duplicates()
        return {str(code): str(label) for code, label in rows.to_numpy()}

    def of_phase(self, population: str, measure: str, code: str) -> tuple[str, Cell]:
        """The phase that an academy is held against, with the cell of everyone there; ``NO_DATA`` and no name where it has none."""
        phase = self.phase_of.get(code, "")
        return self.phases.get(phase, ""), self.everyone(population, measure, "phase").get(phase, NO_DATA)

    @cached_property
    def called(self) -> dict[str, str]:
        """What the people of a population are called at the head of a column, where its name is no word: its label."""
        rows = self.populations[self.populations["population"].str.contains("_")]
        return dict(rows[["population", "label"]].itertuples(index=False, name=None))

    def gaps_at(self, area_level: str, area_code: str = "") -> pd.DataFrame:
        """The comparisons of one level or, with ``area_code``, of one area."""
        rows = self.gaps[self.gaps["area_level"].eq(area_level)]
        return rows[rows["area_code"].eq(area_code)] if area_code else rows

    @cached_property
    def compared(self) -> list[tuple[pd.Series, pd.DataFrame]]:
        """Each measure that has comparisons of the trust's groups, with their rows, both in reading order."""
        rows = dict(list(self.gaps_at("trust").groupby(["measure", "population"])))
        pairs = ((measure, rows.get((measure["measure"], measure["population"]))) for _, measure in self.measures.iterrows())
        return [(measure, found.sort_values("order")) for measure, found in pairs if found is not None]

    def groups_of(self, characteristic: str) -> pd.DataFrame:
        """The rows of ``groups`` of one characteristic, in their own order."""
        return self._groups_of.get(characteristic, self.groups[:0])

    @cached_property
    def _groups_of(self) -> dict[str, pd.DataFrame]:
        return {str(name): rows for name, rows in self.groups.groupby("characteristic", sort=False)}

    def everyone(self, population: str, measure: str, area_level: str) -> dict[str, Cell]:
        """The cells of everyone, uncrossed, at one level, by area code."""
        areas = self._by_place.get((population, measure, area_level, ALL, ALL, ALL), {})
        return {code: groups[ALL] for code, groups in areas.items()}

    def at_trust(self, population: str, measure: str, characteristic: str, cross: tuple[str, str] = (ALL, ALL)) -> dict[str, Cell]:
        """The trust's cells by the groups of one characteristic, all of them or those within one group of another."""
        return self.at_area("trust", self.trust_code, population, measure, characteristic, cross)

    def at_area(
        self, area_level: str, area_code: str, population: str, measure: str, characteristic: str, cross: tuple[str, str] = (ALL, ALL)
    ) -> dict[str, Cell]:
        """The same of any area."""
        return dict(self._by_place.get((population, measure, area_level, characteristic, *cross), {}).get(area_code, {}))

    @cached_property
    def _by_place(self) -> dict[tuple[str, ...], dict[str, dict[str, Cell]]]:
        """Every cell by :data:`PLACE`, then by area code, then by group code: pages ask for single cells thousands of times."""
        found: dict[tuple[str, ...], dict[str, dict[str, Cell]]] = {}
        for row in self.cells.to_dict("records"):
            areas = found.setdefault(tuple(row[name] for name in PLACE), {})
            areas.setdefault(str(row["area_code"]), {})[str(row["group_code"])] = cell_of(row)
        return found


def cell_of(row: dict[Hashable, Any]) -> Cell:
    """The cell of one row of a mart."""
    if row["status"] not in SHOWN:
        return Cell(row["status"])
    counts = [None if pd.isna(row[name]) else int(row[name]) for name in ("numerator", "denominator")]
    numbers = [None if pd.isna(row[name]) else float(row[name]) for name in ("value", "low", "high")]
    return Cell(row["status"], *counts, *numbers)


def read_marts(folder: Path, period: str) -> Marts:
    """The marts in ``folder`` for one ``period``; ``ValueError`` when they hold none of its figures."""
    dims = {
        name: pd.read_parquet(folder / f"dim_{name}.parquet") for name in ("groups", "areas", "measures", "populations", "characteristics")
    }
    cells = pd.concat([pd.read_parquet(folder / f"{name}.parquet") for name in CELLS], ignore_index=True)
    last_in = _last_in(cells, period)
    cells = cells[cells["period"].eq(period)]
    if cells.empty:
        raise ValueError(f"the marts hold no figures of {period}")
    cells = cells.merge(dims["populations"][["population", "subject"]], on="population")
    groups, characteristics = _in_reading_order(dims["groups"], dims["characteristics"])
    measures = _in_order_of_rank(dims["measures"].merge(dims["populations"][["population", "subject"]], on="population"), cells)
    every = pd.read_parquet(folder / "mart_gaps.parquet")
    gaps, pooled = (_labelled(every[every["period"].eq(one)], measures, groups, characteristics) for one in (period, f"{period}{POOL}"))
    further = {name: pd.read_parquet(folder / f"mart_{name}.parquet") for name in FURTHER}
    further = {name: rows if name == "incidents" else rows[rows["period"].eq(period)] for name, rows in further.items()}
    return Marts(cells, gaps, groups, dims["areas"], measures, dims["populations"], characteristics, further, last_in, pooled)


def _last_in(cells: pd.DataFrame, period: str) -> dict[tuple[str, str, str], str]:
    """The latest period before ``period``, of its own kind (a year, an autumn), for which each academy has data of each measure."""
    everyone = cells["area_level"].eq("academy") & cells["characteristic"].eq(ALL) & cells["cross_characteristic"].eq(ALL)
    alike = cells["period"].str.partition("_")[2].eq(period.partition("_")[2]) & cells["period"].lt(period)
    rows = cells[everyone & alike & cells["status"].ne("x")]
    key = ["population", "measure", "area_code"]
    latest = rows.sort_values("period").drop_duplicates(key, keep="last")
    return {(str(row[0]), str(row[1]), str(row[2])): str(row[3]) for row in latest[[*key, "period"]].itertuples(index=False, name=None)}


def _in_reading_order(groups: pd.DataFrame, characteristics: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Protected characteristics before context, finer ones right behind those they divide (``within``); groups in their own order."""
    parents = groups.loc[groups["characteristic"].ne(ALL)].groupby("characteristic")["parent_characteristic"].first()
    table = characteristics.assign(within=characteristics["characteristic"].map(parents).fillna(ALL))
    root = table["characteristic"].where(table["within"].eq(ALL), table["within"])
    context = root.map(table.set_index("characteristic")["protected"]).fillna("").eq("")
    table = table.assign(root=root, is_context=context, is_finer=table["within"].ne(ALL))
    table = table.sort_values(["is_context", "root", "is_finer", "characteristic"], ignore_index=True)
    place = {name: number for number, name in enumerate(table["characteristic"], start=1)}
    ordered = groups.assign(place=groups["characteristic"].map(place).fillna(0))
    ordered = ordered.sort_values(["place", "sort", "group_code"], ignore_index=True)
    return ordered.assign(order=range(len(ordered))), table


def _in_order_of_rank(measures: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Measures in the order of the duty statement, rates before averages, then by the people they rest on; a trust's own come last."""
    shown = cells[cells["status"].isin(SHOWN)]
    covered = shown.groupby(["population", "measure"])["denominator"].max().rename("covered").reset_index()
    table = measures.merge(covered, how="left", on=["population", "measure"])
    table = table.assign(rank=table["number"].where(table["number"] > 0, table["number"].max() + 1), is_mean=table["kind"].eq("mean"))
    order = ["rank", "is_mean", "covered", "label"]
    return table.sort_values(order, ascending=[True, True, False, True], na_position="last", ignore_index=True)


def _labelled(gaps: pd.DataFrame, measures: pd.DataFrame, groups: pd.DataFrame, characteristics: pd.DataFrame) -> pd.DataFrame:
    names = groups[["characteristic", "group_code", "label", "order"]].rename(columns={"label": "group"})
    others = groups[["characteristic", "group_code", "label"]].rename(columns={"group_code": "comparator_code", "label": "comparator"})
    kinds = measures[["population", "measure", "label", "kind", "unit", "decimals", "better", "subject", "matters_low", "matters_high"]]
    titles = characteristics[["characteristic", "label", "root", "is_finer"]].rename(columns={"label": "characteristic_label"})
    table = gaps.merge(names, on=["characteristic", "group_code"]).merge(others, on=["characteristic", "comparator_code"])
    table = table.merge(kinds, on=["population", "measure"]).merge(titles, on="characteristic")
    return table.assign(whom=table["subject"].map(WHOM))
