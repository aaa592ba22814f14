"""The marts that are made from marts, in words, for the workbook: as `readable` does for cells. Sheets belong to `workbook`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.reporting.marts import ALL, CELLS
from pipelines.reporting.readable import DECIMALS, SYMBOL, Labels, safe
from pipelines.reporting.words import academic_year

PLACE = ["period", "area_level", "area_code", "measure", "characteristic"]
NOT_SHOWN = ("c", "low", "x", "z")
"""Of several figures that one rests on, the first of these that any has says why it is not shown."""
HEADS = "headcount"
COUNTED = (
    "Incidents", "People", "People not known", "Comparisons looked at", "Clear gaps", "Likely gaps", "Similar", "Cannot be told", "Not shown",
    "People counted, then", "Of people, then", "People counted, now", "Of people, now",
)  # fmt: skip
"""Headings of whole numbers."""


@dataclass(frozen=True)
class Derived:
    """One sheet: its ``label``, ``title`` and what its numbers are (``scope``); ``table`` makes it of the rows of its mart."""

    label: str
    title: str
    scope: str
    table: Callable[[_Reader, pd.DataFrame], pd.DataFrame]


class _Reader:
    """Labels, and the status of the cells that derived figures rest on."""

    def __init__(self, marts: Path, names: Labels) -> None:
        self.marts, self.names = marts, names
        self.group_codes = [_pair(key) for key in names.group]
        self.trust_code = next(code for level, code in map(_pair, names.area) if level == "trust")

    @cached_property
    def statuses(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """By period, area, measure, characteristic and group of every uncrossed cell: the status in each population that has it."""
        key = [*PLACE, "group_code"]
        rows = pd.concat([self._uncrossed(mart, [*key, "status"]) for mart in CELLS])
        found: dict[tuple[str, ...], set[str]] = {}
        for *place, status in rows[[*key, "status"]].itertuples(index=False, name=None):
            found.setdefault(tuple(place), set()).add(status)
        return {place: tuple(sorted(statuses)) for place, statuses in found.items()}

    @cached_property
    def of_heads(self) -> dict[tuple[str, ...], str]:
        """By population, period, area, characteristic and group: the status of each headcount."""
        key = ["population", *(name for name in PLACE if name != "measure"), "group_code"]
        rows = pd.concat([self._uncrossed(mart, [*key, "measure", "status"]) for mart in CELLS])
        return {tuple(row[:-1]): row[-1] for row in rows[rows["measure"].eq(HEADS)][[*key, "status"]].itertuples(index=False, name=None)}

    def _uncrossed(self, mart: str, columns: list[str]) -> pd.DataFrame:
        return pd.read_parquet(self.marts / f"{mart}.parquet", columns=columns, filters=[("cross_characteristic", "==", ALL)])

    def places(self, rows: pd.DataFrame) -> dict[str, object]:
        """When, where and of what each row is, in words."""
        columns: dict[str, object] = {"Period": rows["period"].map(academic_year)}
        if "population" in rows:
            columns = {"Population": rows["population"].map(self.names.population), **columns}
        levels = rows["area_level"] if "area_level" in rows else pd.Series("academy", index=rows.index)
        columns |= {"Area level": levels, "Area": self.areas(levels, rows["area_code"]), "Area code": rows["area_code"]}
        if "measure" in rows:
            columns["Measure"] = rows["measure"].map(self.names.measure).fillna(SYMBOL["z"])
        return columns

    def areas(self, levels: pd.Series, codes: pd.Series) -> list[str]:
        return [self.names.area[key] for key in zip(levels, codes, strict=True)]

    def groups(self, characteristics: pd.Series, codes: pd.Series) -> list[str]:
        return [self.names.group.get(key, SYMBOL["z"]) for key in zip(characteristics, codes, strict=True)]

    def of_groups(self, rows: pd.DataFrame) -> dict[str, object]:
        return {
            "Characteristic": rows["characteristic"].map(self.names.characteristic),
            "Group": self.groups(rows["characteristic"], rows["group_code"]),
        }


def derived_sheets(marts: Path, names: Labels) -> Iterable[tuple[Derived, pd.DataFrame]]:
    """Each sheet with its table, as far as the marts have rows for it."""
    reader = _Reader(marts, names)
    for mart, sheet in SHEETS.items():
        rows = pd.read_parquet(marts / f"{mart}.parquet")
        if len(rows):
            yield sheet, sheet.table(reader, rows.sort_values(_order(rows), kind="stable", ignore_index=True))


def _order(rows: pd.DataFrame) -> list[str]:
    """An order that ranks nobody: by what a row is of, never by its figures."""
    first = ["objective", "aim", "population", "measure", "period", "area_level", "area_code", "characteristic", "group_code"]
    return [
        name for name in (*first, "evidence", "name", "geography", "cross_characteristic", "cross_group_code", "release") if name in rows
    ]


def _words(columns: Mapping[str, object]) -> pd.DataFrame:
    table = pd.DataFrame(columns)
    return table.map(lambda text: safe(text) if text else SYMBOL["z"])


def _numbers(rows: pd.DataFrame, headings: dict[str, str], why: pd.Series) -> dict[str, pd.Series]:
    """Columns of numbers by heading; an empty one is the row's symbol (``why``), or does not apply where the row is shown."""
    empty = why.map(lambda status: SYMBOL[status] if status in NOT_SHOWN else SYMBOL["z"])
    told = {}
    for name, heading in headings.items():
        places = 0 if heading in COUNTED or name in ("numerator", "denominator") else DECIMALS
        numbers = [
            blank if pd.isna(number) else int(number) if not places else round(float(number), places)
            for number, blank in zip(rows[name], empty, strict=True)
        ]
        told[heading] = pd.Series(numbers, index=rows.index, dtype=object)
    return told


def _pair(key: Any) -> tuple[str, str]:
    return str(key[0]), str(key[1])


def _first_hidden(statuses: Iterable[str]) -> str:
    found = set(statuses)
    return next((status for status in NOT_SHOWN if status in found), "")


def _spoken(words: pd.Series) -> pd.Series:
    return words.str.replace("_", " ")


def _shown(rows: pd.DataFrame) -> pd.Series:
    return pd.Series("shown", index=rows.index)


def _funnel(reader: _Reader, rows: pd.DataFrame) -> pd.DataFrame:
    against = {"Held against": reader.areas(rows["target_level"], rows["target_code"])}
    numbers = {
        "numerator": "People counted", "denominator": "Of people", "value": "Value", "target": "Value it is held against",
        "low_95": "Lower inner limit", "high_95": "Upper inner limit", "low_998": "Lower outer limit", "high_998": "Upper outer limit",
        "overdispersion": "Over-dispersion",
    }  # fmt: skip
    table = _words({**reader.places(rows), **against, "Position": _spoken(rows["position"])})
    return table.assign(**_numbers(rows, numbers, _shown(rows)))


def _incidents(reader: _Reader, rows: pd.DataFrame) -> pd.DataFrame:
    """Of an incident count that is not shown the cell says why, or that of the people it is divided by."""
    places = [tuple(row) for row in rows[["period", "area_level", "area_code"]].to_numpy()]
    groups = rows[["characteristic", "group_code"]].to_numpy()
    own = [reader.of_heads.get(("incidents", *place, *group), "") for place, group in zip(places, groups, strict=True)]
    people = [reader.of_heads.get((of, *place, ALL, ALL), "") for place, of in zip(places, rows["of_population"], strict=True)]
    why = [_first_hidden(pair) or "x" for pair in zip(own, people, strict=True)]
    status = pd.Series(why, index=rows.index).where(rows["incidents"].isna(), "shown")
    numbers = {
        "incidents": "Incidents", "people": "People", "per_hundred": "For each 100 people", "low": "Lower end of 95% interval",
        "high": "Upper end of 95% interval", "chance_of_none": "Chance of none", "p_value": "P value",
    }  # fmt: skip
    words = {
        "Divided by": rows["of_population"].map(reader.names.population),
        "Compared with period": [academic_year(one) if one else "" for one in rows["earlier_period"].fillna("")],
        "Verdict": _spoken(rows["verdict"]),
    }
    return _words({**reader.places(rows), **reader.of_groups(rows), **words}).assign(**_numbers(rows, numbers, status))


def _benchmarks(reader: _Reader, rows: pd.DataFrame) -> pd.DataFrame:
    keys = rows[[*PLACE, "group_code"]].itertuples(index=False, name=None)
    whole = rows.assign(characteristic=ALL, group_code=ALL)[["population", *PLACE, "group_code"]].drop(columns="measure")
    wholes = [reader.of_heads.get(tuple(key), "") for key in whole.itertuples(index=False, name=None)]
    why = [
        _first_hidden([*reader.statuses.get(key, ()), *([of_all] if key[3] == HEADS else [])]) or "x"
        for key, of_all in zip(keys, wholes, strict=True)
    ]
    status = pd.Series(why, index=rows.index).where(rows["value"].isna(), "shown")
    words = {
        "Published for": rows["geography"],
        "Phase it is of": rows["phase"],
        "Year it is of": rows["benchmark_period"].map(academic_year),
        "Position": _spoken(rows["position"]),
        "Source": rows["source"],
    }
    numbers = {"numerator": "People counted", "value": "Value", "benchmark": "Published figure", "difference": "Difference"}
    return _words({**reader.places(rows), **reader.of_groups(rows), **words}).assign(**_numbers(rows, numbers, status))


def _objectives(reader: _Reader, rows: pd.DataFrame) -> pd.DataFrame:
    status = _status_of_objectives(reader, rows)
    then = _why_of_objectives(reader, rows, rows["baseline_period"])
    words = {
        "Objective": rows["objective"], "Title": rows["title"], "Kind": rows["kind"], "Aim": rows["aim"], "Owner": rows["owner"],
        **reader.places(rows), **reader.of_groups(rows),
        "Compared with": reader.groups(rows["characteristic"], rows["comparator_code"]),
        "Against": rows["against"], "Status": _spoken(rows["status"]), "What is said of it": rows["said"], "Why it was chosen": rows["why"],
        "Year of the baseline": [academic_year(one) if one else "" for one in rows["baseline_period"]],
        "Year of the target": [academic_year(one) if one else "" for one in rows["target_period"]],
    }  # fmt: skip
    numbers = {"value": "Value", "low": "Lower end of 95% interval", "high": "Upper end of 95% interval"}
    planned = {"baseline": "Baseline", "target": "Target", "expected": "Planned for the period"}
    return _words(words).assign(**_numbers(rows, numbers, status), **_numbers(rows, planned, then))


def _status_of_objectives(reader: _Reader, rows: pd.DataFrame) -> pd.Series:
    """Shown, or why this period's figure is not: what is refused has none, and what rests on nothing that is hidden has no data."""
    why = _why_of_objectives(reader, rows, rows["period"]).replace("", "x").mask(rows["status"].eq("refused"), "z")
    return why.where(rows["value"].isna(), "shown")


def _why_of_objectives(reader: _Reader, rows: pd.DataFrame, periods: pd.Series) -> pd.Series:
    """Why a figure of an objective is not shown in ``periods``: the status of the groups that it rests on; nothing where they are shown."""
    why = []
    for row, period in zip(rows.to_dict("records"), periods, strict=True):
        place = (period, row["area_level"], row["area_code"], row["measure"], row["characteristic"])
        sides = [row["group_code"]] if row["against"] or not row["comparator_code"] else [row["group_code"], row["comparator_code"]]
        if row["characteristic"] != ALL and row["group_code"] == ALL:  # a spread over all groups
            sides = [code for name, code in reader.group_codes if name == row["characteristic"]]
        why.append(_first_hidden(status for side in sides for status in reader.statuses.get((*place, side), ())))
    return pd.Series(why, index=rows.index)


def _completeness(reader: _Reader, rows: pd.DataFrame) -> pd.DataFrame:
    words = {
        "Characteristic": rows["characteristic"].map(reader.names.characteristic),
        "Status": rows["status"].map(SYMBOL).fillna("shown"),
        "Verdict": _spoken(rows["verdict"]),
    }
    numbers = {
        "not_known": "People not known", "people": "People", "share": "Share not known", "low": "Lower end of 95% interval",
        "high": "Upper end of 95% interval",
    }  # fmt: skip
    return _words({**reader.places(rows), **words}).assign(**_numbers(rows, numbers, rows["status"]))


def _due_regard(reader: _Reader, rows: pd.DataFrame) -> pd.DataFrame:
    """A measure's figure is that of everyone across the trust, an objective's that of its only measure; the same cells say why it is hidden."""
    objectives = pd.read_parquet(reader.marts / "mart_objectives.parquet")
    alone = objectives[~objectives.duplicated(["objective", "period"], keep=False)]
    of_objective = dict(zip(zip(alone["objective"], alone["period"], strict=True), _status_of_objectives(reader, alone), strict=True))
    why = [
        of_objective.get((name, period), "")
        if evidence == "objective"
        else _first_hidden(reader.statuses.get((period, "trust", reader.trust_code, name, ALL, ALL), ()))
        for period, name, evidence in rows[["period", "name", "evidence"]].to_numpy()
    ]
    words = {
        "Aim": rows["aim"], "Period": rows["period"].map(academic_year), "Evidence": rows["evidence"], "Title": rows["title"],
        "Status": _spoken(rows["status"]), "Answered by": rows["answered_by"],
    }  # fmt: skip
    numbers = {
        "looked_at": "Comparisons looked at", "clear_gaps": "Clear gaps", "likely_gaps": "Likely gaps", "similar_groups": "Similar",
        "cannot_be_told": "Cannot be told", "not_shown": "Not shown", "value": "Value",
    }  # fmt: skip
    return _words(words).assign(**_numbers(rows, numbers, pd.Series(why, index=rows.index)))


def _restatements(reader: _Reader, rows: pd.DataFrame) -> pd.DataFrame:
    words = {
        **reader.places(rows), **reader.of_groups(rows),
        "Second characteristic": rows["cross_characteristic"].map(reader.names.characteristic),
        "Second group": reader.groups(rows["cross_characteristic"], rows["cross_group_code"]),
        "Release that told it": rows["release"], "Why": rows["why"],
    }  # fmt: skip
    numbers = {
        f"{name}_{when}": f"{words}, {when}"
        for when in ("then", "now")
        for name, words in (("numerator", "People counted"), ("denominator", "Of people"), ("value", "Value"))
    }
    return _words(words).assign(**_numbers(rows, numbers, _shown(rows)))


SHARES = "Values and limits are shares from 0 to 1."
SHEETS = {
    "mart_funnel": Derived(
        "Funnel limits",
        "Each academy beside the rate of its phase, with the limits that allow for chance",
        f"{SHARES} By chance alone 19 academies in 20 lie within the inner limits and 499 in 500 within the outer ones. No order is given.",
        _funnel,
    ),
    "mart_incidents": Derived(
        "Incident rates",
        "Incidents for each hundred people",
        "Incidents that harmed staff are divided by staff in post, all others by pupils on roll. The chance of none is from 0 to 1.",
        _incidents,
    ),
    "mart_benchmarks": Derived(
        "Benchmarks",
        "Figures of the trust and its phases beside those published elsewhere",
        "Rates are shares from 0 to 1, of headcounts the share of all pupils; means are in the unit of their measure. Nothing is tested.",
        _benchmarks,
    ),
    "mart_objectives": Derived(
        "Objectives",
        "Equality objectives by year",
        "Rates are shares from 0 to 1, means are in the unit of their measure. A gap is group minus comparison group, or over it for ratios.",
        _objectives,
    ),
    "mart_completeness": Derived(
        "Share not known", "People whose group is not known", "Shares are from 0 to 1, of everyone in the area.", _completeness
    ),
    "mart_due_regard": Derived(
        "Due regard",
        "What was looked at for each aim of the duty, and what it showed",
        "Comparisons are those across the trust. Values are those of everyone: rates are shares from 0 to 1.",
        _due_regard,
    ),
    "mart_restatements": Derived(
        "Restatements",
        "Figures that an earlier release told otherwise",
        "Rates are shares from 0 to 1, headcounts are people, means are in the unit of their measure.",
        _restatements,
    ),
}
