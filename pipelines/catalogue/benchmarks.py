"""Figures published elsewhere that ours are held against: kept as a table, brought up to date from the files they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pandas as pd

from pipelines.catalogue.entry import Code, Entry, Name, Period

COLUMNS = ["measure", "characteristic", "group_code", "geography", "phase", "period", "value", "source"]
FILE = "benchmarks.csv"
_YEAR = re.compile(r"(20\d\d)(?:/?(\d\d))?(?!\d)")


class Benchmark(Entry):
    """One figure published elsewhere, for a measure, group and phase: of England, a region or a local authority.

    ``phase``: all, primary or secondary. ``value`` in the measure's own unit.
    """

    measure: Name
    characteristic: Name
    group_code: Code
    geography: str
    phase: Literal["all", "primary", "secondary"]
    period: Period
    value: float
    source: str


class Published(Entry):
    """One series of a published file: which measure, group and phase it is, and how its number becomes ours (times ``scale``, or 1 less)."""

    code: str
    measure: Name
    characteristic: Name = "all"
    group: Code = "all"
    phase: str = "all"
    scale: float = 0.01
    rest: bool = False


class PublishedFile(Entry):
    """A file of figures by area and year. ``series``, ``area``, ``year`` and ``value`` name its columns."""

    name: Name
    title: str
    source: str
    series: str
    area: str
    year: str
    value: str
    figures: tuple[Published, ...]


class NotPublished(Exception):
    """The file is none that figures can be read from; the message says which columns are missing."""


def read(path: Path, known: PublishedFile, areas: Iterable[str]) -> pd.DataFrame:
    """Rows of :data:`COLUMNS` for the named ``areas`` from a file such as ``known`` describes, in order.

    A year such as 2025, '2023/24', 202324 or '2025 (prov)' is the academic year that ends, or spans, it; what is no number is left out.
    Raises :class:`NotPublished` when columns are missing.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    missing = {known.series, known.area, known.year, known.value} - set(table.columns)
    if missing:
        raise NotPublished(f"{path.name} has no column {', '.join(sorted(missing))}, so it is not: {known.title}.")
    figures = pd.DataFrame([figure.model_dump() for figure in known.figures])
    told = {"code": known.series, "geography": known.area, "period": known.year, "number": known.value}
    rows = pd.DataFrame({ours: table[theirs] for ours, theirs in told.items()}).merge(figures, on="code")
    rows = rows[rows["geography"].isin(list(areas))]
    rows = rows.assign(number=pd.to_numeric(rows["number"], errors="coerce"), period=rows["period"].map(_period))
    rows = rows[rows["number"].notna() & rows["period"].notna()]
    scaled = rows["number"] * rows["scale"]
    result = pd.DataFrame(
        {
            **{name: rows[name] for name in ("measure", "characteristic")},
            "group_code": rows["group"],
            **{name: rows[name] for name in ("geography", "phase", "period")},
            "value": scaled.where(~rows["rest"], 1 - scaled).round(6),
            "source": known.source,
        }
    )
    keys = COLUMNS[:-2]
    return result.drop_duplicates(keys, keep="last").sort_values(keys, ignore_index=True)


def stored(path: Path) -> pd.DataFrame:
    """The figures kept in a file; none where it is not there."""
    if not path.is_file():
        return pd.DataFrame(columns=COLUMNS)
    return pd.read_csv(path, dtype={"group_code": str, "period": str})[COLUMNS]


def laid_over(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Figures with others laid over them: of the same measure, group, area and year the later count."""
    frames = [table for table in (ours, theirs) if len(table)]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    return table.drop_duplicates(COLUMNS[:-2], keep="last").sort_values(COLUMNS[:-2], ignore_index=True)[COLUMNS]


def _period(year: str) -> str | None:
    found = _YEAR.match(year.strip())
    if not found:
        return None
    first = int(found[1]) if found[2] else int(found[1]) - 1
    return f"{first}-{(first + 1) % 100:02d}"
