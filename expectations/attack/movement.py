"""The gate insider: who knows how many joined and left, and subtracts two publications. What was published is linked elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import sparse

from expectations.attack.bounds import Need
from expectations.attack.judging import place
from expectations.attack.linear import UNBOUNDED, Bools, Contradiction, System
from expectations.attack.linking import Linked
from expectations.attack.reading import PLACE, Release
from expectations.attack.report import Recovered
from expectations.attack.solving import solve
from expectations.attack.statistics import STATISTIC, key_of

MOVERS = ["population", "period", "earlier_period", "earlier_release", "area_level", "area_code", "characteristic", "joined", "left"]
SIDES = ("joined", "left")


def isolated(
    linked: Linked, release: Release, movers: pd.DataFrame, before: Mapping[str, pd.DataFrame], seconds: float
) -> tuple[Recovered, ...]:
    """Joiners and leavers of 1 to k-1 in a group whose number is certain to whoever knows how many joined and left in all.

    ``movers``: one row per population, period, earlier period and release, area and characteristic, with the people who ``joined`` and
    ``left`` its groups in all. In each group now = stayed + joined and then = stayed + left, all of them nought or more; over the
    groups, those who joined and those who left add up to what is known at the gate. ``before``: the statistics of earlier releases by
    name. What the total alone tells (nobody, or all in the only group that anybody can be in) is no group of a few among others and is
    not counted.
    """
    if movers.empty:
        return ()
    rows = _groups(linked, release, movers, before)
    if rows.empty:
        return ()
    system, first = _with_movers(linked, rows)
    k, count = release.disclosure.k, len(system.lower)
    wanted = np.zeros(count, dtype=bool)
    wanted[first:] = True
    found = solve(system, wanted, Need(np.zeros(count), np.zeros(count)), seconds, seconds)
    if found.contradictions:
        raise Contradiction("joiners and leavers do not fit what was published")
    if found.unsure[first:].any():
        raise ArithmeticError("time ran out before it was known who is isolated")
    out = []
    for offset, side in enumerate(SIDES):
        at = first + offset * len(rows)
        value, certain = found.lowest[at : at + len(rows)], found.fixed[at : at + len(rows)]
        breach = certain & (value >= 1) & (value < k) & _among_others(linked, rows, side)
        for row, way in zip(rows.loc[breach, PLACE].to_dict("records"), found.way[at : at + len(rows)][breach], strict=True):
            out.append(Recovered(place({str(name): str(text) for name, text in row.items()}), side, str(way)))
    return tuple(out)


def _groups(linked: Linked, release: Release, movers: pd.DataFrame, before: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per mover total and group: place, ``block``, ``now`` and ``then`` (positions, -1 for none), limits of then, the totals."""
    groups = release.groups[["characteristic", "group_code"]].drop_duplicates()
    known = movers.reset_index(names="block")
    rows = known.merge(groups, on="characteristic").assign(cross_characteristic="all", cross_group_code="all", family="n")
    positions = pd.Series(np.arange(len(linked.table)), index=key_of(linked.table, STATISTIC))
    rows["now"] = key_of(rows, STATISTIC).map(positions)
    earlier = rows.assign(period=rows["earlier_period"])
    rows["then"] = key_of(earlier, STATISTIC).map(positions).where(rows["earlier_period"] != rows["period"]).fillna(-1).astype(int)
    limits = pd.DataFrame({"least": 0.0, "most": np.inf}, index=rows.index)
    for name, told in before.items():
        mine = rows["earlier_release"] == name
        ends = told.set_index(key_of(told, STATISTIC))[["lower", "upper"]]
        limits.loc[mine] = ends.reindex(key_of(earlier[mine], STATISTIC)).fillna({"lower": 0.0, "upper": np.inf}).to_numpy()
    rows = rows.join(limits)
    whole = rows.groupby("block")["now"].transform("count") == rows.groupby("block")["now"].transform("size")
    return rows[whole].astype({"now": int}).reset_index(drop=True)


def _with_movers(linked: Linked, rows: pd.DataFrame) -> tuple[System, int]:
    """The system with, for each row: joined, left, stayed and then (in this order after all others); and where they begin."""
    base, many = linked.system, len(rows)
    first = len(base.lower)
    joined, left, stayed, then = (first + number * many + np.arange(many) for number in range(4))
    every, blocks = np.arange(many), pd.factorize(rows["block"])[0]
    count = int(blocks.max()) + 1
    totals = rows.groupby(blocks)[list(SIDES)].first()
    linked_then = np.flatnonzero(rows["then"].to_numpy() >= 0)
    start = base.matrix.shape[0]
    terms = [
        (start + every, rows["now"].to_numpy(), 1.0), (start + every, joined, -1.0), (start + every, stayed, -1.0),
        (start + many + every, then, 1.0), (start + many + every, left, -1.0), (start + many + every, stayed, -1.0),
        (start + 2 * many + blocks, joined, 1.0), (start + 2 * many + count + blocks, left, 1.0),
        (start + 2 * many + 2 * count + np.arange(len(linked_then)), then[linked_then], 1.0),
        (start + 2 * many + 2 * count + np.arange(len(linked_then)), rows["then"].to_numpy()[linked_then], -1.0),
    ]  # fmt: skip
    more = 2 * many + 2 * count + len(linked_then)
    shape = (start + more, first + 4 * many)
    where = tuple(np.concatenate([np.asarray(term[part]) for term in terms]).astype(int) for part in (0, 1))
    signs = np.concatenate([np.full(len(term[0]), term[2]) for term in terms])
    old = base.matrix.tocoo()
    matrix = sparse.csr_matrix(
        (np.concatenate([old.data, signs]), (np.concatenate([old.row, where[0]]), np.concatenate([old.col, where[1]]))), shape=shape
    )
    right = np.concatenate([base.rhs, np.zeros(2 * many), *(totals[side].to_numpy(float) for side in SIDES), np.zeros(len(linked_then))])
    nought = np.zeros(many)
    lower = np.concatenate([base.lower, nought, nought, nought, rows["least"].to_numpy(float)])
    upper = np.concatenate([base.upper, *(rows[side].to_numpy(float) for side in SIDES), np.full(many, UNBOUNDED), rows["most"]])
    return System(matrix, right, lower, np.minimum(upper, UNBOUNDED)), first


def _among_others(linked: Linked, rows: pd.DataFrame, side: str) -> Bools:
    """Rows of totals over more than one group that may hold anybody: where all others are printed as empty the total says all there is."""
    upper = linked.system.upper
    ends = {"joined": upper[rows["now"]], "left": np.where(rows["then"] >= 0, upper[rows["then"]], rows["most"])}
    filled = pd.Series(ends[side] > 0, index=rows.index)
    return np.asarray((filled.groupby(rows["block"]).transform("sum") > 1) & (rows[side] > 0))
