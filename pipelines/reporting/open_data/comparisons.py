"""The gaps between groups as one file, in codes. It is no pair for EES, whose indicators are numbers: a verdict is a word."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipelines.reporting.open_data.harmonised import NOT_APPLICABLE, NOT_AVAILABLE
from pipelines.reporting.readable import COUNTS, DECIMALS

KEY = ["population", "period", "area_level", "area_code", "measure", "characteristic", "group_code", "comparator_code"]
NUMBERS = [
    "value", "comparator_value", "gap", "low", "high", "denominator", "comparator_denominator", "people_behind", "p_value", "q_value",
    "family",
]  # fmt: skip
HIDDEN = "c"


def comparisons(marts: Path) -> pd.DataFrame:
    """``mart_gaps`` as text, as it is written: ``c`` wherever one side is hidden, ``z`` where a number does not apply."""
    rows = pd.read_parquet(marts / "mart_gaps.parquet").sort_values(KEY, ignore_index=True)
    hidden = rows["verdict"].eq("not_shown")
    table = rows[KEY].assign(statistic=rows["statistic"].fillna(NOT_AVAILABLE), verdict=rows["verdict"])
    for name in NUMBERS:
        places = 0 if name in COUNTS else DECIMALS
        table[name] = [
            HIDDEN if is_hidden else NOT_APPLICABLE if pd.isna(number) else f"{number:.{places}f}"
            for is_hidden, number in zip(hidden, rows[name].astype("float64"), strict=True)
        ]
    return table.astype(str)
