"""Attacks hidden means: a mean times its count is a sum, and sums add up just as counts do. Counts are attacked elsewhere."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
from scipy import sparse

from expectations.attack.algebra import determined
from expectations.attack.bounds import Programme
from expectations.attack.judging import place
from expectations.attack.linear import Bools, Floats
from expectations.attack.linking import Linked
from expectations.attack.reading import PLACE, PRINTED, Release
from expectations.attack.relations import area_sums, complete, group_sums
from expectations.attack.report import Recovered
from expectations.attack.solving import Findings
from expectations.attack.statistics import NOBODY, STATISTIC

TOLD = 0.01  # a hidden sum or mean known to within one per cent is as good as told
SECONDS = 60.0


def recovered_means(release: Release, linked: Linked, found: Findings) -> tuple[Recovered, ...]:
    """Hidden means whose sum the shown means determine, and so narrowly that the mean is told.

    A shown mean fixes its sum to ``n`` times half a printed unit either side. A hidden sum is told when its range is within one
    per cent of it, or when its count is known and the mean is left within one printed unit.
    """
    kinds = release.measures.drop_duplicates("measure").set_index("measure")
    out: list[Recovered] = []
    for measure in kinds.index[kinds["kind"] == "mean"]:
        rows = release.cells[release.cells["measure"] == measure]
        if rows["status"].isin(PRINTED).any():
            unit = _printed_unit(rows, int(kinds.loc[measure, "decimals"]) if "decimals" in kinds else 15)
            out += _one_measure(release, rows, str(measure), unit, linked, found)
    return tuple(out)


def _printed_unit(rows: pd.DataFrame, decimals: int) -> float:
    """The step values are printed in: the declared one, or a billionth where a value carries more digits than declared."""
    values = rows["value"].dropna().to_numpy(float) * 10.0**decimals
    return 10.0**-decimals if np.all(np.abs(values - np.round(values)) < 1e-6) else 1e-9


def _one_measure(
    release: Release, rows: pd.DataFrame, measure: str, unit: float, linked: Linked, found: Findings
) -> list[Recovered]:
    table = _sums(rows, measure, unit)
    table = complete(table, release.groups, release.areas)
    table = table[table["family"] != "n"].reset_index(drop=True)
    ties = [group_sums(table, release.groups), area_sums(table, release.areas)]
    matrix = _lines(ties, len(table))
    known = (table["upper"] < np.inf).to_numpy(dtype=bool)
    told = np.flatnonzero(~known)[determined(matrix[:, np.flatnonzero(~known)].tocsr())]
    told = told[table["hidden"].to_numpy(dtype=bool)[told]]
    if not len(told):
        return []
    people = _people(table, linked, found)
    lower, upper = table["lower"].to_numpy(float), np.where(known, table["upper"].to_numpy(float), np.inf)
    programme = Programme(matrix, np.zeros(matrix.shape[0]), np.where(known, lower, -np.inf), upper, time.monotonic() + SECONDS)
    out = []
    for unknown in told:
        reward = np.zeros(len(table))
        reward[unknown] = 1.0
        high, low = programme.maximise(reward)[unknown], programme.maximise(-reward)[unknown]
        count = people[unknown]
        exact = not np.isnan(count) and count > 0 and (high - low) / count <= 2 * unit + 1e-9
        if exact or high - low <= 2 * TOLD * abs(high + low) / 2:
            row = table.iloc[unknown]
            out.append(Recovered(place(row), f"mean:{measure}", "means"))
    return out


def _sums(rows: pd.DataFrame, measure: str, unit: float) -> pd.DataFrame:
    """One row per place: the sum's limits where the mean is shown, nought where there is nobody, open where it is hidden."""
    shown, nobody = rows["status"].isin(PRINTED).to_numpy(dtype=bool), rows["status"].isin(NOBODY).to_numpy(dtype=bool)
    count = rows["denominator"].astype("Float64").fillna(0.0).to_numpy(float)
    total = rows["value"].astype("Float64").fillna(0.0).to_numpy(float) * count
    half = count * unit / 2
    lower = np.select([shown, nobody], [total - half, 0.0], -np.inf)
    upper = np.select([shown, nobody], [total + half, 0.0], np.inf)
    table = rows[PLACE].assign(family=f"sum:{measure}", lower=lower, upper=upper, hidden=~(shown | nobody))
    return table[[*STATISTIC, "lower", "upper", "hidden"]]


def _lines(ties: list[pd.DataFrame], count: int) -> sparse.csr_matrix:
    """total - parts = 0 for every line without a gap."""
    whole = [tie[~tie["gap"]] for tie in ties]
    first, rows, columns, signs = 0, [], [], []
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
