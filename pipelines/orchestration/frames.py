"""Frames handed back to DuckDB by dbt's Python models: every column has its type, even without a row or a value. No figure changes."""

from __future__ import annotations

import pandas as pd

COUNTS = ("numerator", "denominator", "smallest")


def cells_of(protected: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    """Protected cells of some kinds of measure, as the marts print them: without the kind, and without the rule that hid a cell."""
    return protected[protected["kind"].isin(kinds)].drop(columns=["kind", "rule"]).reset_index(drop=True)


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with text columns as text and counts of people as nullable whole numbers."""
    types = dict.fromkeys(frame.select_dtypes("object"), "str") | {name: "Int64" for name in COUNTS if name in frame}
    return frame.astype(types)
