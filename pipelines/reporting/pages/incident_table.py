"""Incidents as a board reads them: by characteristic and year, with care. Rates and tests are made in ``incident_rates``."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipelines.reporting.commentary import say
from pipelines.reporting.marts import NO_DATA, Marts
from pipelines.reporting.words import academic_year, count, decimal, joined, per_cent

TABLED = "incident_characteristic"
OTHER = "none"
"""The group of incidents that were about no protected characteristic."""
RESOLVED = ("incidents", "incidents_resolved")
"""Population and measure of what was resolved in time."""
CHANGES = {"more": "more", "fewer": "fewer", "no_clear_change": "no clear change", "cannot_tell": "cannot tell"}
YEARS = 2


@dataclass(frozen=True)
class Incidents:
    """``rows``: label and the count of each of ``years``, oldest first, the whole last; hidden counts are symbols.

    ``resolved``: how many were resolved in time, where that is shown; else it is a question to ask (``ask``).
    """

    years: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    sentence: str
    silent: str
    resolved: str
    ask: str


def incidents(marts: Marts, period: str) -> Incidents | None:
    """The trust's incidents of ``period`` and the year before; ``None`` where nobody has sent any."""
    table = marts.further["incidents"]
    table = table[table["period"].le(period) & ~table["period"].str.contains("_")]
    trust = table[table["area_level"].eq("trust")]
    now = trust[trust["period"].eq(period) & trust["characteristic"].eq("all")]
    if now.empty:
        return None
    periods = sorted(trust["period"].unique())[-YEARS:]
    groups = marts.groups_of(TABLED)
    rows = [(label, TABLED, code) for code, label in groups[["group_code", "label"]].to_numpy()]
    counted = [(label, tuple(_count(trust, one, name, code) for one in periods)) for label, name, code in rows]
    told = [(label, counts) for label, counts in counted if set(counts) - {"0", "[x]"}]
    told.append(("All", tuple(_count(trust, one, "all", "all") for one in periods)))
    silent = table[table["period"].eq(period) & table["verdict"].eq("none_is_unlikely")]["area_code"]
    names = [name for code, name in marts.academies.items() if code in set(silent)]
    cell = marts.everyone(*RESOLVED, "trust").get(marts.trust_code, NO_DATA)
    known = (
        {}
        if cell.numerator is None or cell.denominator is None or cell.value is None
        else {"resolved": count(cell.numerator), "incidents": count(cell.denominator), "share": per_cent(cell.value)}
    )
    return Incidents(
        tuple(academic_year(one) for one in periods),
        tuple(told),
        _sentence(now.iloc[0], _count(trust, period, TABLED, OTHER)),
        say(35, academies=joined(names)) if names else "",
        say(77, **known) if known else "",
        "" if known else say(78),
    )


def _sentence(row: pd.Series, other: str) -> str:
    """How many there were, against the year before, and how many were about no protected characteristic (``other``) where that is shown."""
    if pd.isna(row["incidents"]):
        return say(34)
    change = CHANGES.get(row["verdict"], "cannot tell") if row["earlier_period"] else "no figures"
    told = say(33, incidents=count(int(row["incidents"])), rate=decimal(row["per_hundred"], 1), change=change)
    return told if other in ("0", "[c]", "[x]") else f"{told} {say(76, incidents=other)}"


def _count(trust: pd.DataFrame, period: str, characteristic: str, code: str) -> str:
    rows = trust[trust["period"].eq(period) & trust["characteristic"].eq(characteristic) & trust["group_code"].eq(code)]
    if rows.empty:
        return "[x]"
    return "[c]" if pd.isna(rows["incidents"].iloc[0]) else count(int(rows["incidents"].iloc[0]))
