"""Attacks hidden means: a mean times its count is a sum, and sums add up just as counts do. Counts are attacked elsewhere."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
from scipy import sparse

from expectations.attack.algebra import determined
from expectations.attack.judging import place
from expectations.attack.linear import Bools, Floats
from expectations.attack.linking import Linked
from expectations.attack.programme import Programme
from expectations.attack.reading import PLACE, PRINTED, Release
from expectations.attack.relations import area_sums, complete, group_sums, period_sums
from expectations.attack.report import Recovered
from expectations.attack.solving import Findings
from expectations.attack.statistics import NOBODY

TOLD = 0.01  # a hidden sum or mean known to within one per cent is as good as told
SECONDS = 60.0
SUM = "sum:"
MOST_DECIMALS = 9


def recovered_means(release: Release, linked: Linked, found: Findings) -> tuple[Recovered, ...]:
    """Hidden means whose sum the shown means determine, and so narrowly that the mean is told.

    A shown mean fixes its sum to ``n`` times half a printed unit either side; less closely where ``n`` is rounded.
    A hidden sum is told when its range is within one
    per cent of it, or when its count is known and the mean is left within one printed unit.
    """
    sums = _sums(release)
    if sums.empty:
        return ()
    units = sums.drop_duplicates("family").set_index("family")["unit"]
    table = complete(sums.drop(columns="unit"), release.groups, release.areas)
    table = table[table["family"] != "n"].reset_index(drop=True)
    sums_of = [group_sums(table, release.groups), area_sums(table, release.areas), period_sums(table, release.periods)]
    matrix = _lines(sums_of, len(table))
    known = table["upper"].lt(np.inf).to_numpy(dtype=bool)
    told = np.flatnonzero(~known)[determined(matrix[:, np.flatnonzero(~known)].tocsr())]
    told = told[table["hidden"].to_numpy(dtype=bool)[told]]
    if not len(told):
        return ()
    lower, upper = (np.where(known, table[limit].to_numpy(float), wide) for limit, wide in (("lower", -np.inf), ("upper", np.inf)))
    programme = Programme(matrix, np.zeros(matrix.shape[0]), lower, upper, time.monotonic() + SECONDS)
    people = _people(table, linked, found)
    out = []
    for unknown in told:
        reward = np.zeros(len(table))
        reward[unknown] = 1.0
        high, low = programme.maximise(reward)[unknown], programme.maximise(-reward)[unknown]
        count, unit = people[unknown], units[table["family"].iloc[unknown]]
        exact = count > 0 and (high - low) / count <= 2 * unit + 1e-9
        if exact or high - low <= TOLD * abs(high + low):
            row = table.iloc[unknown]
            out.append(Recovered(place(row), "mean:" + row["family"].removeprefix(SUM), "means"))
    return tuple(out)


def _sums(release: Release) -> pd.DataFrame:
    """The sums behind every mean that is shown at one place and hidden at another, one row a place, with the printed ``unit``.

    Limits are known where the mean is shown, nought where there is nobody, open where it is hidden.
    """
    declared = release.measures.drop_duplicates("measure")
    kinds = dict(zip(declared["measure"], declared["kind"], strict=True))
    decimals = dict(zip(declared["measure"], declared["decimals"], strict=True)) if "decimals" in declared else {}
    parts = []
    for measure, rows in release.cells.groupby("measure"):
        shown, nobody = (rows["status"].isin(list(symbols)).to_numpy(dtype=bool) for symbols in (PRINTED, NOBODY))
        if kinds.get(measure) != "mean" or not shown.any() or np.all(shown | nobody):
            continue
        unit = _printed_unit(rows, int(decimals.get(measure, MOST_DECIMALS)))
        count = rows["denominator"].astype("Float64").fillna(0.0).to_numpy(float)
        mean = rows["value"].astype("Float64").fillna(0.0).to_numpy(float)
        reach = np.where(rows["population"].isin(release.disclosure.rounded), release.disclosure.reach, 0)
        ends = [(mean + side * unit / 2) * np.maximum(count + way * reach, 0.0) for side in (-1, 1) for way in (-1, 1)]
        lower = np.select([shown, nobody], [np.min(ends, axis=0), 0.0], -np.inf)
        upper = np.select([shown, nobody], [np.max(ends, axis=0), 0.0], np.inf)
        sums = rows[PLACE].assign(family=f"{SUM}{measure}", lower=lower, upper=upper)
        parts.append(sums.assign(hidden=~(shown | nobody), unit=unit))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _printed_unit(rows: pd.DataFrame, decimals: int) -> float:
    """The step values are printed in: the declared one, or a billionth where a value carries more digits than declared."""
    values = rows["value"].dropna().to_numpy(float) * 10.0**decimals
    return 10.0**-decimals if np.all(np.abs(values - np.round(values)) < 1e-6) else 1e-9


def _lines(ties: list[pd.DataFrame], count: int) -> sparse.csr_matrix:
    """total - parts = 0 for every line without a gap."""
    whole = [tie[~tie["gap"]] for tie in ties]
    first = 0
    rows: list[pd.Series] = []
    columns: list[pd.Series] = []
    signs: list[Floats] = []
    for tie in whole:
        heads = tie.drop_duplicates("line")
        order = {line: first + number for number, line in enumerate(heads["line"])}
        rows += [heads["line"].map(order), tie["line"].map(order)]
        columns += [heads["total"], tie["part"]]
        signs += [np.ones(len(heads)), -np.ones(len(tie))]
        first += len(heads)
    where = (np.concatenate(rows).astype(int), np.concatenate(columns).astype(int)) if first else (np.empty(0, int),) * 2
    return sparse.csr_matrix((np.concatenate(signs) if first else np.empty(0), where), shape=(first, count))


def _people(table: pd.DataFrame, linked: Linked, found: Findings) -> Floats:
    """How many people each sum rests on, where the attack on counts fixed it; else NaN."""
    named = len(linked.attacked)
    fixed: Bools = found.fixed[:named] & (linked.table["family"] == "n").to_numpy(dtype=bool)
    people = linked.table.loc[fixed, PLACE].assign(people=found.lowest[:named][fixed])
    return table[PLACE].merge(people, on=PLACE, how="left")["people"].to_numpy(float)
