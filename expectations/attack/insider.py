"""The one-person insider (P11): who alone is a hidden 1 knows it, and in a sum with one other hidden number works that out."""

from __future__ import annotations

import numpy as np

from expectations.attack.judging import place, rows_of
from expectations.attack.linear import Floats
from expectations.attack.linking import Linked
from expectations.attack.report import Recovered
from expectations.attack.solving import Findings

WAY = "a person counted alone"


def told_by_oneself(linked: Linked, found: Findings, values: Floats, k: int) -> tuple[Recovered, ...]:
    """Small counts that the one person behind a hidden 1 works out from a single sum over groups or areas.

    ``values`` are the true numbers of the named statistics (NaN: not known), as a judge has them. Numbers that the attack found out are
    known to the insider too. A part and its total are no such pair: where all other parts are nobody they count the same people.
    """
    named = len(linked.attacked)
    sums = linked.system.matrix[: linked.sums].tocoo()
    unknown = ~found.fixed[sums.col]
    row, column, sign = sums.row[unknown], sums.col[unknown], sums.data[unknown]
    pairs = (np.bincount(row, minlength=linked.sums) == 2) & (np.abs(np.bincount(row, sign, minlength=linked.sums)) == 2)
    row, column = row[pairs[row]], column[pairs[row]]
    order = np.argsort(row, kind="stable")
    both = column[order].reshape(-1, 2)
    both = both[(both < named).all(axis=1)]
    ones, others = np.concatenate([both, both[:, ::-1]]).T
    alone = (values[ones] == 1) & (values[others] >= 1) & (values[others] < k)
    return tuple(Recovered(place(row), row["family"], WAY) for row in rows_of(linked.table, np.unique(others[alone])))
