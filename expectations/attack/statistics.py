"""From published cells to statistics: each distinct number once, however many rows print it. What ties them is in ``relations``.

A statistic is a *family* at a place: ``n`` (how many people) or ``num:<measure>`` (how many of them reached it). One headcount row,
every rate's denominator and every mean's denominator of a population print the same ``n``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from expectations.attack.reading import PLACE, PRINTED, Disclosure, NotARelease, Release

STATISTIC = [*PLACE, "family"]
NOBODY = ("x", "z")
SEPARATOR = "\x1f"


def key_of(table: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Each row's columns as one text: comparing one column is a good deal faster than comparing nine."""
    first, *others = (table[column].to_numpy(dtype=object) for column in columns)
    for other in others:
        first = first + SEPARATOR + other
    return pd.Series(first, index=table.index, dtype=object)


def statistics(release: Release) -> pd.DataFrame:
    """One row per statistic printed or hidden: :data:`STATISTIC`, ``lower``, ``upper`` (inf where unknown) and ``hidden``.

    Shown numbers have equal limits; ``x`` and ``z`` say that there was nobody, except of a measure that does not exist for the
    period, which says nothing; ``c`` hides at least one person, save in families that hide noughts. In a population whose counts are
    rounded a printed nought is nobody, any other number is k or more and lies within the declared reach, and ``low`` says 1 to k-1 of a
    headcount or mean; of a rate, that its numerator or its denominator is so small.
    """
    kinds = release.measures.drop_duplicates("measure").set_index("measure")["kind"]
    paused = release.changes[release.changes["change"] == "pause"]
    nothing = key_of(release.cells, ["measure", "period"]).isin(set(key_of(paused, ["measure", "period"]))) & release.cells["status"].eq(
        "z"
    )
    cells = release.cells[~nothing]
    cells = cells.assign(kind=cells["measure"].map(kinds))
    if cells["kind"].isna().any():
        raise NotARelease("a mart holds a measure that dim_measures does not declare")
    parts = [_people(cells, release.disclosure), _reached(cells, release.disclosure)]
    return pd.concat(parts, ignore_index=True)


def _people(cells: pd.DataFrame, disclosure: Disclosure) -> pd.DataFrame:
    """The ``n`` of every place: from headcounts and from the denominators of rates and means. Figures rest on several groups."""
    rows = cells[cells["kind"] != "figure"]
    printed = rows["denominator"].where(rows["kind"] != "headcount", rows["numerator"])
    of_rate = rows["kind"].eq("rate")
    rows = rows[[*PLACE, "status"]].assign(family="n", printed=printed.astype("Float64"), least_low=1.0)
    rows["most_low"] = np.where(of_rate, np.inf, disclosure.k - 1.0)
    return _limits(rows, disclosure)


def _reached(cells: pd.DataFrame, disclosure: Disclosure) -> pd.DataFrame:
    """The numerators of rates. Where only value and denominator are printed, the numerator is worked back from them."""
    rows = cells[cells["kind"] == "rate"]
    worked_back = (rows["value"] * rows["denominator"]).round()
    printed = rows["numerator"].astype("Float64").fillna(worked_back.astype("Float64"))
    rows = rows[[*PLACE, "status"]].assign(family="num:" + rows["measure"], printed=printed, least_low=0.0, most_low=disclosure.k - 1.0)
    return _limits(rows, disclosure)


def _limits(rows: pd.DataFrame, disclosure: Disclosure) -> pd.DataFrame:
    """Each statistic once, with the narrowest limits that any row printing it gives."""
    noughts = {f"{population}{SEPARATOR}{family}" for population, family in disclosure.zero_hidden}
    may_be_nought = key_of(rows, ["population", "family"]).isin(noughts)
    status = rows["status"].fillna("").astype(str)
    shown, printed = status.isin(PRINTED), rows["printed"].astype(float).to_numpy()
    nobody, low = status.isin(NOBODY), status == "low"
    known = ~np.isnan(printed)
    rounded = rows["population"].isin(disclosure.rounded).to_numpy(dtype=bool)
    reach = np.where(rounded & shown & (printed > 0), float(disclosure.reach), 0.0)
    least = np.where(reach > 0, np.maximum(printed - reach, float(disclosure.k)), printed)
    lower = np.select([known, nobody, low], [least, 0.0, rows["least_low"]], np.where(may_be_nought, 0.0, 1.0))
    upper = np.select([known, nobody, low], [printed + reach, 0.0, rows["most_low"]], np.inf)
    # A number printed for one measure and "does not apply" for another: what is printed stands.
    weight = np.select([known, nobody], [2, 1], 0)
    table = rows[STATISTIC].assign(lower=lower, upper=upper, weight=weight)
    key = key_of(table, STATISTIC)
    table = table[table["weight"] == table.groupby(key)["weight"].transform("max")]
    key = key[table.index]
    limits = table.groupby(key, sort=False).agg(lower=("lower", "max"), upper=("upper", "min"), weight=("weight", "max"))
    merged = table.loc[~key.duplicated(), STATISTIC].reset_index(drop=True)
    merged = merged.assign(lower=limits["lower"].to_numpy(), upper=limits["upper"].to_numpy(), hidden=limits["weight"].to_numpy() == 0)
    if (merged["lower"] > merged["upper"]).any():
        raise NotARelease("one statistic is printed with two different values")
    return merged
