"""Reads a release folder as a stranger would: marts, reference tables and the manifest. What follows from them is not worked out here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

PLACE = [
    "population",
    "period",
    "area_level",
    "area_code",
    "characteristic",
    "group_code",
    "cross_characteristic",
    "cross_group_code",
]
NUMBERS = ["numerator", "denominator", "value", "low", "high", "sd"]
CELL = [*PLACE[:4], "measure", *PLACE[4:], *NUMBERS, "status"]
PRINTED = ("shown", "u")


NO_PERIODS = pd.DataFrame({"period": pd.Series(dtype="str"), "part_of": pd.Series(dtype="str")})
"""Of a release that says nothing of its periods: none is a part of another."""


NO_CHANGES = pd.DataFrame({name: pd.Series(dtype="str") for name in ("measure", "period", "change")})
"""Of a release that says nothing of measures that do not exist for a period."""


class NotARelease(Exception):
    """The folder lacks what an attacker needs; the message names the file or column, never a value."""


@dataclass(frozen=True)
class Disclosure:
    """What the manifest says about protection: everyone may read it, so the attacker knows it too.

    ``zero_hidden`` are (population, family) pairs in which a hidden count may be nought; elsewhere a hidden count is at least 1.
    ``rounded`` are the populations whose counts are rounded, ``base`` what they are multiples of, and ``reach`` how far at most a printed
    count lies from the true one. ``insider_third`` says whether a hidden 1 may stand with only one other hidden number in a sum (P11).
    """

    k: int
    level: str
    zero_hidden: frozenset[tuple[str, str]] = frozenset()
    rounded: frozenset[str] = frozenset()
    base: int = 0
    reach: int = 0
    public_totals: tuple[Mapping[str, str], ...] = ()
    insider_third: bool = True

    @classmethod
    def of(cls, declared: Mapping[str, Any]) -> Disclosure:
        """From the manifest's ``disclosure`` block; :class:`NotARelease` if the threshold or the level is missing or unknown."""
        k, level = declared.get("k"), declared.get("level")
        if not isinstance(k, int) or k < 2 or level not in ("exact", "interval"):
            raise NotARelease("the disclosure block declares no usable threshold and level")
        pairs = frozenset((str(population), str(family)) for population, family in declared.get("zero_hidden", ()))
        totals = tuple(declared.get("public_totals") or ())
        reach = int(declared.get("rounding_reach") or 0) if declared.get("rounding") else 0
        rounded = frozenset(str(name) for name in declared.get("rounded_populations", ())) if reach else frozenset[str]()
        if declared.get("rounding") and not rounded:
            raise NotARelease("the disclosure block rounds without saying which populations and how far")
        return cls(k, level, pairs, rounded, int(declared.get("rounding") or 0), reach, totals, bool(declared.get("insider_third", True)))


@dataclass(frozen=True)
class Release:
    """Everything of a release folder that an attacker computes with. ``cells`` has one row a published cell, all marts together;
    ``periods`` says which period is a part of which longer one; ``changes``, for which periods a measure does not exist."""

    cells: pd.DataFrame
    groups: pd.DataFrame
    areas: pd.DataFrame
    measures: pd.DataFrame
    populations: pd.DataFrame
    disclosure: Disclosure
    periods: pd.DataFrame = field(default_factory=lambda: NO_PERIODS)
    changes: pd.DataFrame = field(default_factory=lambda: NO_CHANGES)


def read_release(folder: Path, disclosure: Mapping[str, Any] | None = None) -> Release:
    """The release in ``folder``; ``disclosure`` stands in for the manifest's block while there is no manifest yet.

    Raises :class:`NotARelease` when marts, reference tables or the disclosure block are missing.
    """
    marts = folder / "marts"
    if disclosure is None:
        manifest = folder / "manifest.json"
        if not manifest.is_file():
            raise NotARelease("there is no manifest.json and no disclosure block was given")
        disclosure = json.loads(manifest.read_text(encoding="utf-8")).get("disclosure")
        if not isinstance(disclosure, Mapping):
            raise NotARelease("manifest.json has no disclosure block")
    frames = [read_mart(path) for path in sorted(marts.glob("mart_*.parquet"))]
    tables = [frame for frame in frames if set(CELL) <= set(frame.columns)]
    if not tables or all(frame.empty for frame in tables):
        raise NotARelease("no mart holds any cell")
    dims = {name: _dimension(marts, name) for name in ("groups", "areas", "measures", "populations")}
    cells = pd.concat([frame[CELL] for frame in tables if not frame.empty], ignore_index=True)
    periods = _dimension(marts, "periods") if (marts / "dim_periods.parquet").is_file() else NO_PERIODS
    changes = _dimension(marts, "measure_changes") if (marts / "dim_measure_changes.parquet").is_file() else NO_CHANGES
    return Release(canonical(cells), **dims, disclosure=Disclosure.of(disclosure), periods=periods, changes=changes)


def read_mart(path: Path) -> pd.DataFrame:
    """One Parquet table with nullable types, so that a whole number with gaps stays whole."""
    return pd.read_parquet(path, dtype_backend="numpy_nullable")


def _dimension(marts: Path, name: str) -> pd.DataFrame:
    path = marts / f"dim_{name}.parquet"
    if not path.is_file():
        raise NotARelease(f"dim_{name}.parquet is missing")
    frame = read_mart(path)
    text = [column for column in frame.columns if isinstance(frame[column].dtype, pd.StringDtype)]
    frame[text] = frame[text].fillna("")
    return frame


def canonical(cells: pd.DataFrame) -> pd.DataFrame:
    """The same rows with crossed characteristics in one order, so that sex by ethnicity and ethnicity by sex are one place."""
    cells = cells.copy()
    cross = ["cross_characteristic", "cross_group_code"]
    plain = ["characteristic", "group_code"]
    cells[plain + cross] = cells[plain + cross].astype(object).fillna("all")
    first, second = cells["characteristic"], cells["cross_characteristic"]
    turn = ((second != "all") & ((first == "all") | (first > second))).to_numpy(dtype=bool)
    cells.loc[turn, plain + cross] = cells.loc[turn, cross + plain].to_numpy()
    return cells
