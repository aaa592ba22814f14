"""Cells, rows and statistics in words, for sentences about what is wrong. Names and places only: never a value, and nothing is judged here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from pipelines.disclosure.relations import Space

ALL = "all"
FEW = 3
"""How many places a sentence names before it says how many more there are."""
STATISTICS = {
    "n": "number of people",
    "num": "people counted",
    "sum": "sum",
    "only_here": "people outside",
    "only_base": "people missing from",
}


def printable(text: object) -> str:
    """The text as it can stand in any terminal or log: what does not print is written as its code, and nothing runs on for ever."""
    shown = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in str(text))
    return shown if len(shown) <= 80 else shown[:77] + "..."


def listed(names: Iterable[str], few: int = FEW) -> str:
    """The first few names, and how many more there are: "a; b; c and 4 more". A name that comes twice is told once."""
    distinct = list(dict.fromkeys(names))
    more = len(distinct) - few
    return "; ".join(distinct[:few]) + (f" and {more} more" if more > 0 else "")


def cell(key: int, table: object, labels: object) -> str:
    """A cell of a problem: "cell 12 of acad_sex (academy S60, sex F)". ``table`` lists the tables that share it, a bar between them."""
    first, *others = str(table or "").split("|")
    place = (
        f" of {printable(first)}" + (f" and {len(others)} more table{'s' if len(others) > 1 else ''}" if others else "") if first else ""
    )
    known = [f"{printable(name)} {printable(label)}" for name, label in labels.items()] if isinstance(labels, Mapping) else []
    return f"cell {key}{place}" + (f" ({', '.join(known)})" if known else "")


def group(characteristic: str, code: str, cross_characteristic: str = ALL, cross_code: str = ALL) -> str:
    """One group, or two crossed: "everyone", "sex=F", "sex=F and fsm=Y"."""
    named = [f"{one}={other}" for one, other in ((characteristic, code), (cross_characteristic, cross_code)) if one != ALL]
    return printable(" and ".join(named) or "everyone")


def rows(frame: pd.DataFrame) -> str:
    """The first few places of rows of figures, and how many more there are."""
    return listed(row_places(frame))


def row_places(frame: pd.DataFrame) -> list[str]:
    """The places of rows of figures, each once: "pupils, suspended, 2025-26, academy 100001, sex=F"."""
    told = [name for name in ("population", "measure", "period") if name in frame]
    groups = ["characteristic", "group_code", "cross_characteristic", "cross_group_code"]
    places = frame[[*told, "area_level", "area_code", *groups]].drop_duplicates().to_dict("records")
    return [
        ", ".join(printable(part) for part in (*(row[name] for name in told), f"{row['area_level']} {row['area_code']}"))
        + f", {group(*(row[name] for name in groups))}"
        for row in places
    ]


def statistics(frame: pd.DataFrame, space: Space) -> str:
    """The places of statistics, given by their integer codes in ``space``: "pupils, number of people, 2025-26, trust T, sex=F"."""
    places = frame.dropna(subset=["area"]).to_dict("records")
    return listed(
        f"{_statistic(space.families[int(row['family'])])}, {printable(space.periods[int(row['period'])])}, "
        f"{printable(space.world.areas[int(row['area'])]).replace('|', ' ')}, "
        + group(*(part for slot in ("first", "second") for part in space.world.groups[int(row[slot])].split("|", 1)))
        for row in places
    )


def _statistic(family: str) -> str:
    """A family of statistics: "pupils, number of people", "pupils, people counted for suspended"."""
    population, _, name = family.partition("|")
    kind, _, of = name.partition(":")
    joint = " for " if kind in ("num", "sum") else " "
    return printable(f"{population}, {STATISTICS.get(kind, kind)}" + (f"{joint}{of}" if of else ""))
