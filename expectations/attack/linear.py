"""The linked system: whole numbers known to lie in ranges and tied by equations. Where the numbers come from does not belong here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UNBOUNDED = 1e9  # larger than any head count, small enough that sums of thousands of them stay exact in a double
MOST_ROUNDS = 200


class Contradiction(Exception):
    """No whole numbers satisfy what was published; the message carries no value."""


@dataclass(frozen=True)
class System:
    """``matrix @ x == rhs`` with ``lower <= x <= upper``, x whole. An upper limit nobody knows is ``UNBOUNDED``."""

    matrix: sparse.csr_matrix
    rhs: Floats
    lower: Floats
    upper: Floats

    @property
    def fixed(self) -> Bools:
        """Which numbers are known."""
        return np.asarray(self.upper - self.lower < 0.5)

    def within(self, lower: Floats, upper: Floats) -> System:
        """The same equations over other ranges."""
        return System(self.matrix, self.rhs, lower, upper)


def subtract_lines(system: System) -> System:
    """Line subtraction: wherever an equation has one unknown left, that unknown is worked out, again and again.

    Raises :class:`Contradiction` when a whole equation of known numbers does not hold.
    """
    entries = system.matrix.tocoo()
    rows, columns, factors = entries.row, entries.col, entries.data.astype(float)
    count = system.matrix.shape[0]
    lower, upper = system.lower.copy(), system.upper.copy()
    while True:
        unknown = upper - lower > 0.5
        open_entries = unknown[columns]
        left = np.bincount(rows, weights=open_entries, minlength=count)
        remainder = system.rhs - np.bincount(rows, weights=np.where(open_entries, 0.0, factors * lower[columns]), minlength=count)
        if np.any(np.abs(remainder[left == 0]) > 1e-6):
            raise Contradiction("an equation of published numbers does not hold")
        last = open_entries & (left[rows] == 1)
        if not last.any():
            return system.within(lower, upper)
        values = remainder[rows[last]] / factors[last]
        lower[columns[last]] = values
        upper[columns[last]] = values


def tighten(system: System) -> System:
    """Ranges narrowed line by line until nothing moves: what a total and the other parts' ranges leave for each part.

    A remainder of nought fixes every part of a line; limits are rounded inwards because people are whole. Every range returned
    holds all solutions. Raises :class:`Contradiction` when a range becomes empty.
    """
    entries = system.matrix.tocsc().tocoo()
    order = np.argsort(entries.col, kind="stable")
    rows, columns, factors = entries.row[order], entries.col[order], entries.data[order].astype(float)
    count = system.matrix.shape[0]
    touched, starts = np.unique(columns, return_index=True)
    lower, upper = system.lower.copy(), system.upper.copy()
    positive = factors > 0
    for _ in range(MOST_ROUNDS):
        least = np.where(positive, factors * lower[columns], factors * upper[columns])
        most = np.where(positive, factors * upper[columns], factors * lower[columns])
        sum_least = np.bincount(rows, weights=least, minlength=count)
        sum_most = np.bincount(rows, weights=most, minlength=count)
        at_most = (system.rhs[rows] - (sum_least[rows] - least)) / factors
        at_least = (system.rhs[rows] - (sum_most[rows] - most)) / factors
        highest = np.minimum.reduceat(np.where(positive, at_most, at_least), starts) if len(starts) else np.empty(0)
        lowest = np.maximum.reduceat(np.where(positive, at_least, at_most), starts) if len(starts) else np.empty(0)
        new_upper, new_lower = upper.copy(), lower.copy()
        new_upper[touched] = np.minimum(upper[touched], np.floor(highest + 1e-6))
        new_lower[touched] = np.maximum(lower[touched], np.ceil(lowest - 1e-6))
        if np.any(new_lower > new_upper + 1e-9):
            raise Contradiction("published numbers leave no possible value for a hidden one")
        # A limit that only creeps along a chain of unbounded numbers tells nothing: stop when no useful limit moves.
        useful = (new_upper < UNBOUNDED / 2) & (new_upper < upper) | (new_lower > lower)
        lower, upper = new_lower, np.where(new_upper < UNBOUNDED / 2, new_upper, UNBOUNDED)
        if not useful.any():
            break
    return system.within(lower, upper)


def components(system: System) -> list[tuple[System, Ints]]:
    """The system split into parts that share no unknown, known numbers moved to the right-hand side.

    Returns each part with the positions of its unknowns in the whole; unknowns in no equation are left out.
    """
    unknown = np.flatnonzero(~system.fixed)
    rest = system.rhs - system.matrix @ np.where(system.fixed, system.lower, 0.0)
    reduced = system.matrix[:, unknown].tocsr()
    reduced.eliminate_zeros()
    used = np.flatnonzero(np.diff(reduced.indptr) > 0)
    reduced = reduced[used]
    bipartite = sparse.bmat([[None, reduced], [reduced.T, None]], format="csr")
    count, label = connected_components(bipartite, directed=False)
    row_label, column_label = label[: len(used)], label[len(used) :]
    row_order, column_order = np.argsort(row_label, kind="stable"), np.argsort(column_label, kind="stable")
    row_ends = np.searchsorted(row_label[row_order], np.arange(count + 1))
    column_ends = np.searchsorted(column_label[column_order], np.arange(count + 1))
    parts = []
    for part in range(count):
        rows = row_order[row_ends[part] : row_ends[part + 1]]
        columns = column_order[column_ends[part] : column_ends[part + 1]]
        if len(rows):
            where = unknown[columns]
            matrix = reduced[rows][:, columns].tocsr()
            parts.append((System(matrix, rest[used[rows]], system.lower[where], system.upper[where]), where))
    return parts
