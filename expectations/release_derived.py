"""Gate 2 checks on the marts that are made from marts: every figure they repeat is shown in its cell, and is the same there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from expectations.attack.reading import PRINTED
from expectations.release_view import Batch, View
from expectations.runner import Rule

KEY = [
    "population",
    "period",
    "area_level",
    "area_code",
    "measure",
    "characteristic",
    "group_code",
    "cross_characteristic",
    "cross_group_code",
]
ALL, CLOSE = "all", 1e-9
EVERYONE = {"characteristic": ALL, "group_code": ALL}


@dataclass(frozen=True)
class Quote:
    """What one mart repeats of cells. ``repeats``: its column for each column of the cell. ``key``: columns of it that stand for a part of
    the cell's key; ``fixed``: parts that are the same for all. A part that is neither is found under its own name, or is ``all``; ``only``
    the rows that it holds for."""

    mart: str
    repeats: Mapping[str, str]
    key: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    only: Callable[[pd.DataFrame], pd.Series] | None = None


def _of_one_group(objectives: pd.DataFrame) -> pd.Series:
    """Objectives whose figure is a cell's: no gap, and no spread over the groups of a characteristic."""
    spread = objectives["characteristic"].ne(ALL) & objectives["group_code"].eq(ALL)
    return objectives["comparator_code"].fillna("").eq("") & ~spread & objectives["kind"].ne("gap")


def _some(incidents: pd.DataFrame) -> pd.Series:
    """Incidents of an academy that has any: of one that sent in that there were none, the cell says that there is no data."""
    return incidents["incidents"].ne(0)


COUNTS = {"numerator": "numerator", "denominator": "denominator", "value": "value"}
QUOTES = (
    Quote("mart_funnel", COUNTS, fixed={"area_level": "academy", **EVERYONE}),
    Quote("mart_funnel", {"target": "value"}, {"area_level": "target_level", "area_code": "target_code"}, EVERYONE),
    Quote("mart_benchmarks", {"numerator": "numerator"}),
    Quote("mart_benchmarks", {"value": "value"}, only=lambda mart: mart["measure"].ne("headcount")),
    Quote("mart_completeness", {"people": "numerator"}, fixed={"measure": "headcount", **EVERYONE}),
    Quote("mart_completeness", {"not_known": "numerator"}, {"group_code": "unknown_code"}, {"measure": "headcount"}),
    Quote("mart_incidents", {"incidents": "numerator"}, fixed={"measure": "headcount", "population": "incidents"}, only=_some),
    Quote("mart_incidents", {"people": "numerator"}, {"population": "of_population"}, {"measure": "headcount", **EVERYONE}),
    Quote("mart_objectives", {"value": "value"}, only=_of_one_group),
    Quote("mart_restatements", {f"{name}_now": name for name in COUNTS}),
)


def derived_batches(view: View) -> list[Batch]:
    """Two checks over everything that a derived mart repeats, as far as the release has such marts."""
    groups = view.tables["dim_groups"]
    unknown = groups[groups["is_unknown"].eq(True)].drop_duplicates("characteristic").set_index("characteristic")["group_code"]
    found = [_repeated(view, quote, unknown) for quote in QUOTES if len(view.tables.get(quote.mart, ()))]
    if not found:
        return []
    table = pd.concat(found, ignore_index=True)
    shown = table[["shown"]].astype(bool)
    same = table.loc[table["shown"].astype(bool), ["repeated", "cell"]].astype(float)
    rests = Rule("derived_figures_rest_on_shown_cells", "expect_column_values_to_be_in_set", {"column": "shown", "value_set": [True]})
    equal = Rule(
        "derived_figures_repeat_their_cells", "expect_column_pair_values_to_be_equal", {"column_A": "repeated", "column_B": "cell"}
    )
    return [Batch("derived marts", shown, [rests]), Batch("derived marts", same, [equal])]


def _repeated(view: View, quote: Quote, unknown: pd.Series) -> pd.DataFrame:
    """Every number that the mart repeats, ``repeated``, with that of its ``cell`` and whether the cell is ``shown``."""
    mart = view.tables[quote.mart]
    mart = mart[quote.only(mart)] if quote.only else mart
    if "characteristic" in mart:
        mart = mart.assign(unknown_code=mart["characteristic"].map(unknown))
    parts = {part: quote.fixed.get(part, mart[name] if (name := quote.key.get(part, part)) in mart else ALL) for part in KEY}
    keys = [part for part in KEY if part != "population" or "population" in mart or part in {*quote.key, *quote.fixed}]
    rows = pd.DataFrame(
        {**{part: parts[part] for part in keys}, **{f"said_{name}": mart[name] for name in quote.repeats}}, index=mart.index
    )
    cells = view.cells[[*KEY, "status", *COUNTS]].drop_duplicates(keys)
    joined = rows.merge(cells, how="left", on=keys)
    out = []
    for name, column in quote.repeats.items():
        said = joined[joined[f"said_{name}"].notna()]
        numbers = [said[one].astype("Float64").astype(float).fillna(-1.0) for one in (f"said_{name}", column)]
        close = (numbers[0] - numbers[1]).abs() <= CLOSE
        out.append(
            pd.DataFrame({"shown": said["status"].isin(PRINTED), "repeated": numbers[0], "cell": numbers[1].where(~close, numbers[0])})
        )
    return pd.concat(out, ignore_index=True)
