"""The numeric core: statistics bound by sparse equations, and what a reader does not know of them. No labels of a trust, no files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

Mask = NDArray[np.bool_]
Ids = NDArray[np.int64]
Floats = NDArray[np.float64]

TOUCHING = 1e-9
"""Relative distance at which a value counts as lying on its bound."""


@dataclass(frozen=True)
class Linked:
    """n statistics, m equations `equations @ value = constant` that every reader can write down.

    value: the truth. published: False for latent statistics, which nobody prints and nobody is told. candidate: may be
    hidden for others' sake. cost: what hiding it costs. family: index of the statistic family. counts: False for sums of
    real numbers. floor, ceiling: bounds a reader knows beforehand (the floor of a published count rises to 1 in
    families that hide no zero, see `bounds`). implies: rows (a, b), hiding a hides b (P7). lines: equations that are
    sums over groups or areas, for the insider rule.
    """

    value: Floats
    equations: sp.csr_matrix
    published: Mask
    candidate: Mask
    cost: Floats
    family: Ids
    counts: Mask
    floor: Floats
    ceiling: Floats
    implies: NDArray[np.int64]
    lines: Mask
    zeros_shown: bool = True

    def __len__(self) -> int:
        return len(self.value)

    def close(self, hidden: Mask) -> Mask:
        """The pattern with everything that stands or falls with a hidden statistic hidden too."""
        closed = hidden.copy()
        closed[self.implies[closed[self.implies[:, 0]], 1]] = True
        return closed

    def zero_families(self, hidden: Mask) -> Mask:
        """Per family: is one of its zeros hidden? Only there may a reader think of a hidden cell as 0 (P4)."""
        found = np.zeros(int(self.family.max(initial=-1)) + 1, dtype=bool)
        found[self.family[hidden & self.published & self.counts & (self.value == 0)]] = True
        return found

    def bounds(self, hidden: Mask) -> tuple[Floats, Floats]:
        """Lower and upper bound that a reader may assume of each statistic, if unknown, under this pattern."""
        floor = self.floor.copy()
        if self.zeros_shown:
            raised = self.published & self.counts & ~self.zero_families(hidden)[self.family]
            floor[raised] = np.maximum(floor[raised], 1.0)
        return floor, self.ceiling

    def choosable(self, hidden: Mask, opened: Mask | None = None) -> Mask:
        """Statistics that may still be hidden as secondaries: never a zero in a family that shows its zeros.

        opened: families (by index) in which zeros may be hidden after all, because nothing else protects them.
        """
        free = self.candidate & self.published & ~hidden
        if self.zeros_shown:
            families = self.zero_families(hidden)
            if opened is not None:
                families = families | opened
            free &= ~(self.counts & (self.value == 0) & ~families[self.family])
        return free

    def price(self, hidden: Mask) -> Floats:
        """What hiding each statistic costs now, with all that falls with it."""
        price = self.cost.copy()
        falls = self.implies[~hidden[self.implies[:, 1]]]
        np.add.at(price, falls[:, 0], self.cost[falls[:, 1]])
        return price


def take(values: np.ndarray, ids: Ids, missing: object) -> np.ndarray:
    """values[ids], and `missing` where an id is -1 (no such statistic)."""
    return np.append(values, np.array([missing], dtype=values.dtype))[ids]


def directions(value: Floats, floor: Floats, ceiling: Floats) -> tuple[Mask, Mask]:
    """Whether each value can rise and can fall without crossing its own bound."""
    slack = TOUCHING * np.maximum(1.0, np.abs(value))
    return value < ceiling - slack, value > floor + slack


def components(equations: sp.csr_matrix, unknown: Mask) -> NDArray[np.int32]:
    """Label of the connected component of each unknown statistic (-1 if known): two belong together if an equation holds both."""
    ids = np.flatnonzero(unknown)
    part = equations[:, ids]
    part = part[np.diff(part.indptr) > 1]
    pattern = sp.csr_matrix((np.ones(part.nnz), part.indices, part.indptr), shape=part.shape)
    graph = sp.bmat([[None, pattern.T], [pattern, None]], format="csr") if part.shape[0] else sp.csr_matrix((len(ids),) * 2)
    labels = np.full(len(unknown), -1, dtype=np.int32)
    labels[ids] = connected_components(graph, directed=False)[1][: len(ids)]
    return labels
