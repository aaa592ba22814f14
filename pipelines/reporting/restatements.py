"""``mart_restatements``: figures that a release has told and that are told otherwise now, and why. Whether they may be told is not decided here."""

from __future__ import annotations

import pandas as pd

SHOWN = ("shown", "u")
CELL = [
    "population", "period", "area_level", "area_code", "measure",
    "characteristic", "group_code", "cross_characteristic", "cross_group_code",
]  # fmt: skip
NUMBERS = ["numerator", "denominator", "value"]
COLUMNS = ["release", *CELL, *(f"{name}_then" for name in NUMBERS), *(f"{name}_now" for name in NUMBERS), "why"]
CLOSE = 1e-9


def restatements(cells: pd.DataFrame, released: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """One row for each figure shown now that the latest release telling it printed with another number.

    ``cells``: protected cells. ``released``: those of earlier releases, in order. ``changes``: ``release``, ``period`` and ``why``, what has
    changed since in the files of that period or in the rules.
    """
    then = released[released["status"].isin(SHOWN)].drop_duplicates(CELL, keep="last")[["release", *CELL, *NUMBERS]]
    now = cells[cells["status"].isin(SHOWN)][[*CELL, *NUMBERS]]
    both = then.merge(now, on=CELL, suffixes=("_then", "_now"))
    differs = pd.Series(False, index=both.index)
    for name in NUMBERS:
        one, other = (both[f"{name}_{when}"].astype("Float64").astype(float) for when in ("then", "now"))
        differs |= ((one - other).abs() > CLOSE) | (one.isna() != other.isna())
    table = both[differs].merge(changes, how="left", on=["release", "period"])
    table = table.assign(why=table["why"].fillna("Not known.").astype("str"))
    counts = {f"{name}_{when}": "Int64" for name in ("numerator", "denominator") for when in ("then", "now")}
    return table.astype(counts)[COLUMNS].sort_values([*CELL, "release"], kind="stable", ignore_index=True)
