"""``mart_benchmarks``: shown figures of the trust and its phases beside those of England, a region or an authority. Nothing is tested here."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.reporting.ranges import wilson

SHOWN = ("shown", "u")
CELL = ["population", "period", "area_level", "area_code", "measure", "characteristic", "group_code"]
COLUMNS = [
    *CELL, "geography", "phase", "benchmark_period", "numerator", "value", "benchmark", "difference", "position", "source",
]  # fmt: skip
POSITIONS = ("in_line", "above", "below", "too_few", "not_shown")
FEW = 20


def benchmarks(cells: pd.DataFrame, table: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """One row for each figure of the trust or a phase and each figure published elsewhere for the same measure, group and phase.

    ``cells``: protected rates, means and headcounts; of a headcount of pupils its share of all of them is held against. ``table``:
    stg_benchmarks. The benchmark of the same academic year is taken, else the latest before it, and its period is told. A trust is held
    against the figure for all phases, a phase against its own; where a measure has no figure for all phases, because only one phase
    has it, that one is taken. ``position``: whether the benchmark lies within the figure's own range; *too_few* under twenty people,
    where a range says nothing.
    """
    own = cells[cells["cross_characteristic"].eq("all") & cells["area_level"].isin(["trust", "phase"]) & ~cells["period"].str.contains("_")]
    heads = own["measure"].eq("headcount")
    own = pd.concat([own[~heads], _shares(own[heads & own["population"].eq("pupils")])], ignore_index=True)
    own = own[[*CELL, "numerator", "value", "low", "high", "denominator", "status"]]
    own = own.assign(phase=np.where(own["area_level"].eq("trust"), "all", own["area_code"].map(_phases(areas)).fillna("")))
    single = table.groupby("measure")["phase"].agg(lambda phases: phases.iloc[0] if phases.nunique() == 1 else "")
    only = own["measure"].map(single).fillna("")
    own["phase"] = own["phase"].where(only.eq("") | own["area_level"].ne("trust"), only)
    theirs = table.rename(columns={"period": "benchmark_period", "value": "benchmark"})
    pairs = own.merge(theirs, on=["measure", "characteristic", "group_code", "phase"])
    pairs = pairs[pairs["benchmark_period"].le(pairs["period"].str[:7])]
    latest = pairs.sort_values("benchmark_period").drop_duplicates([*CELL, "geography"], keep="last").copy()
    shown = latest["status"].isin(SHOWN) & latest["value"].notna()
    latest["difference"] = latest["value"].where(shown) - latest["benchmark"]
    inside = (latest["low"] <= latest["benchmark"]) & (latest["benchmark"] <= latest["high"])
    few = latest["denominator"].astype("Float64").lt(FEW).fillna(False).astype(bool) | latest["low"].isna()
    rules = [(~shown, "not_shown"), (few, "too_few"), (inside, "in_line"), (latest["difference"] > 0, "above")]
    words = np.select([rule.to_numpy(dtype=bool) for rule, _ in rules], [word for _, word in rules], default="below")
    latest = latest.assign(
        numerator=latest["numerator"].where(shown),
        value=latest["value"].where(shown),
        position=pd.Series(words, index=latest.index, dtype="str"),
    )
    return latest[COLUMNS].sort_values([*CELL, "geography"], kind="stable", ignore_index=True)


def _shares(heads: pd.DataFrame) -> pd.DataFrame:
    """Each group's headcount as a share of everyone's, with Wilson's range; not shown where either is not."""
    place = ["population", "period", "area_level", "area_code"]
    whole = heads.loc[heads["characteristic"].eq("all"), [*place, "numerator", "status"]]
    both = heads[heads["characteristic"].ne("all")].merge(whole, on=place, suffixes=("", "_whole"))
    shown = both["status"].isin(SHOWN) & both["status_whole"].isin(SHOWN) & both["numerator_whole"].gt(0).fillna(False)
    counts = [both[name].astype("Float64").where(shown).to_numpy(dtype=float, na_value=np.nan) for name in ("numerator", "numerator_whole")]
    low, high = (np.full(len(both), np.nan) for _ in range(2))
    some = shown.to_numpy()
    if some.any():
        low[some], high[some] = wilson(counts[0][some], counts[1][some])
    return both.assign(
        value=counts[0] / counts[1], low=low, high=high, denominator=both["numerator_whole"], status=both["status"].where(shown, "c")
    )


def _phases(areas: pd.DataFrame) -> dict[str, str]:
    """The phase that national figures know, by our phase's code: merged phases are that of their oldest pupils that England counts."""
    codes = areas.loc[areas["area_level"].eq("phase"), "area_code"].unique()
    return {code: "secondary" if "secondary" in code else "primary" for code in codes if "secondary" in code or "primary" in code}
