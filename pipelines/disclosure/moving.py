"""The movements between publications as latent statistics and equations of the linked system. Who moved is found in ``movements``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from pipelines.disclosure.linked import Ids, Linked
from pipelines.disclosure.movements import SIDES, Moved, block_totals, is_everyone, relations
from pipelines.disclosure.relations import KEY, Space, parts

BETWEEN = "between"
"""Kind of what a whole does not have of its parts' movements; the other kinds made here are `joined` and `left`."""


def linked_with(system: Linked, moves: Moved, space: Space) -> tuple[Linked, pd.DataFrame]:
    """The system with the movements as latent statistics, and a frame of these (kind, value, family), in the order of their ids.

    Fills in `joined_id` and `left_id` of the rows.
    """
    rows, size = moves.rows, len(system)
    if rows.empty:
        return system, Latent(size).frame()
    everyone = is_everyone(rows)
    family = rows["family"].to_numpy(int)
    every, latent = np.arange(len(rows)), Latent(size)
    seen = rows["seen"].to_numpy(bool)
    now = np.where(seen, rows["now"].to_numpy(int), -1)  # of a cell hidden then only the sums are known
    terms = [_terms(every, now, 1.0), _terms(every, rows["then"].to_numpy(), -1.0)]
    totals, relation, wholes = block_totals(moves, space), *_wholes(rows, space)
    parent, equations = wholes["parent"].to_numpy(int), len(rows)
    ends = {"joined": rows["now"].to_numpy(int), "left": rows["then"].to_numpy(int)}
    # nobody joins a cell that is empty or leaves one that was; an end that may be hidden could be more than empty
    filled = {"joined": system.value[ends["joined"]] > 0, "left": rows["before"].to_numpy(float) > 0}
    open_ends = {side: (end >= 0) & system.candidate[end] for side, end in ends.items()}
    sure = (totals["tied"] & totals["complete"]).to_numpy(bool)
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        people = rows[side].to_numpy(float)
        some = (totals[side] + totals[f"rest_{side}"]).to_numpy()[rows["block"]] > 0
        unknown = np.flatnonzero((filled[side] | open_ends[side]) & ~everyone & some & ~rows["known"].to_numpy(bool))
        column = np.full(len(rows), -1)
        column[unknown] = latent.add(side, people[unknown], family[unknown])
        # of people who could be in one group only the total says all there is, whatever is published
        alone = (sure & (np.bincount(rows["block"], filled[side]) == 1))[rows["block"]]
        latent.rename(column[unknown[~seen[unknown] | alone[unknown]]], BETWEEN)
        rows[f"{side}_id"] = column
        terms.append(_terms(every, np.where(seen, column, -1), sign))
        empty = unknown[~filled[side][unknown]]  # end = moved + stayed
        stayed = latent.add(BETWEEN, np.zeros(len(empty)), family[empty])
        for ids, coefficient in ((ends[side][empty], 1.0), (column[empty], -1.0), (stayed, -1.0)):
            terms.append(_terms(equations + np.arange(len(empty)), ids, coefficient))
        equations += len(empty)
        # the total of a characteristic is known; a part that was hidden then is a latent rest of it
        tied = totals["tied"].to_numpy(bool)[rows["block"]]
        terms.append(_terms(equations + rows["block"].to_numpy()[tied], column[tied], 1.0))
        open_ = np.flatnonzero(totals["tied"] & ~totals["complete"])
        rest = latent.add(BETWEEN, totals[f"rest_{side}"].to_numpy()[open_], totals["family"].to_numpy(int)[open_])
        terms.append(_terms(equations + open_, rest, 1.0))
        equations += len(totals)
        # parts = whole + between
        terms.append(_terms(equations + relation["whole"].to_numpy(int), column[relation["part"].to_numpy(int)], 1.0))
        terms.append(_terms(equations + np.arange(len(wholes)), column[parent], -1.0))
        more = np.bincount(relation["whole"], people[relation["part"]], len(wholes)) - people[parent]
        free = np.flatnonzero(pd.Series(more).groupby(wholes["kin"]).transform("sum").to_numpy() > 0)
        terms.append(_terms(equations + free, latent.add(BETWEEN, more[free], family[parent[free]]), -1.0))
        equations += len(wholes)

    equations += _net_sums(rows, space, equations, terms)

    new, entry = latent.frame(), pd.concat(terms)
    matrix = sp.csr_matrix((entry["coefficient"], (entry["equation"], entry["statistic"])), shape=(equations, size + len(new)))
    matrix = matrix[np.diff(matrix.indptr) > 0]
    old = system.equations.tocoo()
    wider = sp.csr_matrix((old.data, (old.row, old.col)), shape=(old.shape[0], size + len(new)))
    no, nothing = np.zeros(len(new), dtype=bool), np.zeros(len(new))
    extended = replace(
        system,
        value=np.concatenate([system.value, new["value"].to_numpy(float)]),
        equations=sp.vstack([wider, matrix], format="csr"),
        published=np.concatenate([system.published, no]),
        candidate=np.concatenate([system.candidate, no]),
        cost=np.concatenate([system.cost, nothing]),
        family=np.concatenate([system.family, new["family"].to_numpy(np.int64)]),
        counts=np.concatenate([system.counts, ~no]),
        floor=np.concatenate([system.floor, nothing]),
        ceiling=np.concatenate([system.ceiling, np.full(len(new), np.inf)]),
        lines=np.concatenate([system.lines, np.zeros(matrix.shape[0], dtype=bool)]),
    )
    return extended, new


class Latent:
    """New latent statistics, numbered from `start` as they are added."""

    def __init__(self, start: int) -> None:
        self.start, self.parts = start, [pd.DataFrame({"kind": [], "value": [], "family": []})]

    def add(self, kind: str, value: np.ndarray, family: np.ndarray) -> Ids:
        ids = self.start + np.arange(len(value))
        self.parts.append(pd.DataFrame({"kind": kind, "value": value, "family": family}))
        self.start += len(value)
        return ids

    def rename(self, ids: Ids, kind: str) -> None:
        """Give these, of those added last, another kind."""
        last = self.parts[-1]
        last.loc[ids - (self.start - len(last)), "kind"] = kind

    def frame(self) -> pd.DataFrame:
        return pd.concat([part for part in self.parts if len(part)] or self.parts, ignore_index=True)


def _net_sums(rows: pd.DataFrame, space: Space, start: int, terms: list[pd.DataFrame]) -> int:
    """The figures told before added up as these do, so the net corrections do too; returns how many equations that makes."""
    told = np.flatnonzero(rows["then"].to_numpy(int) < 0)
    relation, parent = relations(*_by_link(rows.iloc[told].reset_index(drop=True), space))
    net = (rows["joined"] - rows["left"]).to_numpy(float)[told]
    holds = np.bincount(relation["whole"], net[relation["part"]], len(parent)) == net[parent]
    relation = relation[holds[relation["whole"].to_numpy(int)]]
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        column = rows[f"{side}_id"].to_numpy(int)[told]
        terms.append(_terms(start + relation["whole"].to_numpy(int), column[relation["part"].to_numpy(int)], sign))
        terms.append(_terms(start + np.flatnonzero(holds), column[parent[holds]], -sign))
    return len(parent)


def _wholes(rows: pd.DataFrame, space: Space) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which movements are parts of which, everyone aside: (whole, part), and per whole its row (parent) and its kin: the wholes whose
    `between` are nought together. Wholes of which some part is known at both ends, or was never told, are left out."""
    place, within = _by_link(rows, space)
    found = parts(place, within)
    found["parent"] = pd.Index(within.keys(place)).get_indexer(pd.Index(found["parent_key"]))
    known = rows["known"].to_numpy(bool) & (rows["then"] >= 0).to_numpy()  # a known block of corrections has not moved at all
    above = found["parent"].to_numpy(int)
    fits = (above >= 0) & ~is_everyone(rows)[above] & ~known[above] & ~known[found["part"].to_numpy(int)]
    size = found.assign(fits=fits).groupby("relation")["fits"].transform("sum")
    found = found[size == found["expected"]]
    wholes = found.drop_duplicates("relation")
    codes = pd.DataFrame({"block": rows["block"].to_numpy()[wholes["parent"]], "partition": wholes["partition"].to_numpy()})
    number = pd.Series(np.arange(len(wholes)), index=wholes["relation"])
    wholes = pd.DataFrame({"parent": wholes["parent"].to_numpy(int), "kin": codes.groupby(["block", "partition"]).ngroup()})
    return pd.DataFrame({"whole": number[found["relation"]].to_numpy(int), "part": found["part"].to_numpy(int)}), wholes


def _by_link(rows: pd.DataFrame, space: Space) -> tuple[pd.DataFrame, Space]:
    """The rows as statistics whose family is the pair of publications, and the space they live in."""
    links = pd.Index([str(code) for code in range(int(rows["link"].max()) + 1)]) if len(rows) else pd.Index(["0"])
    return rows[KEY].assign(family=rows["link"]).astype(int), Space(links, space.periods, space.world, space.pools)


def _terms(equation: np.ndarray, statistic: np.ndarray, coefficient: float) -> pd.DataFrame:
    """One term per equation; none where the statistic is -1, a constant."""
    there = statistic >= 0
    return pd.DataFrame({"equation": equation[there], "statistic": statistic[there], "coefficient": coefficient})
