"""What gate 2 looks at: the marts and reference tables of one folder, read once. What must be true of them is not said here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow.parquet as pq

from expectations.attack.reading import CELL, Disclosure, read_mart
from expectations.runner import Rule

CELL_MARTS = (
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
DIMENSIONS = ("dim_areas", "dim_groups", "dim_measures", "dim_periods", "dim_populations")


class Batch(NamedTuple):
    """Rules to be judged on one frame, which stands for ``subject`` in the verdict."""

    subject: str
    frame: pd.DataFrame
    rules: list[Rule]


@dataclass(frozen=True)
class View:
    """Every table by file name, the Parquet types of each, all cells in one frame (with ``mart`` and ``kind``), and the policy."""

    tables: Mapping[str, pd.DataFrame]
    types: Mapping[str, pd.DataFrame]
    disclosure: Disclosure
    few_below: int
    public_totals: tuple[Mapping[str, str], ...]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """All cells with ``mart`` (file name), and ``kind``, ``sensitive``, ``decimals`` and scale of their measure where declared."""
        marts = [self.tables[name].reindex(columns=CELL).assign(mart=name) for name in CELL_MARTS]
        cells = pd.concat([mart for mart in marts if len(mart)], ignore_index=True)
        wanted = ["measure", "population", "kind", "sensitive", "decimals", "scale_min", "scale_max"]
        declared = self.tables["dim_measures"].reindex(columns=wanted).drop_duplicates(["measure", "population"])
        return cells.merge(declared, on=["measure", "population"], how="left", validate="many_to_one")


def read_view(marts: Path, disclosure: Mapping[str, Any]) -> View:
    """Read every Parquet file of ``marts``. Raises ``FileNotFoundError`` when a table that a release must have is missing."""
    paths = {path.stem: path for path in sorted(marts.glob("*.parquet"))}
    missing = [name for name in (*CELL_MARTS, *DIMENSIONS) if name not in paths]
    if missing:
        raise FileNotFoundError(f"tables are missing: {', '.join(missing)}")
    types = {}
    for name, path in paths.items():
        schema = pq.read_schema(path)
        types[name] = pd.DataFrame({"column": schema.names, "type": [_type(str(item)) for item in schema.types]})
    return View(
        tables={name: read_mart(path) for name, path in paths.items()},
        types=types,
        disclosure=Disclosure.of(disclosure),
        few_below=int(disclosure.get("few_below") or 20),
        public_totals=tuple(disclosure.get("public_totals") or ()),
    )


def _type(parquet: str) -> str:
    """Parquet's spellings of one type as one word."""
    if parquet in ("string", "large_string", "string_view"):
        return "text"
    return {"int64": "whole", "double": "number", "bool": "flag"}.get(parquet, parquet)
