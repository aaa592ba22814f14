"""Exact algebra: which unknowns the equations alone determine. Ranges and whole numbers play no part here.

An unknown is determined when it is nought in every solution of ``matrix @ x == 0``. One random solution modulo a large prime
shows that: an undetermined unknown is nought in it by chance only, once in 2**61. Elimination is sparse and free of rounding
(after Langsrud 2024, who protects tables by Gaussian elimination; here it attacks them).
"""

from __future__ import annotations

import heapq
import random

import numpy as np
from scipy import sparse

from expectations.attack.linear import Bools

PRIME = 2**61 - 1
Row = dict[int, int]


def determined(matrix: sparse.csr_matrix, seed: int = 20260901) -> Bools:
    """For each column of an integer matrix, whether ``matrix @ x == rhs`` fixes it (for any right-hand side that has a solution)."""
    chance = random.Random(seed)
    solution = [chance.randrange(1, PRIME) for _ in range(matrix.shape[1])]
    # An equation's pivot may only be worked out once every later pivot in it is known, hence the reversed order.
    for column, row in reversed(_Elimination(matrix).pivots()):
        total = sum(factor * solution[other] for other, factor in row.items() if other != column)
        solution[column] = -total * pow(row[column], -1, PRIME) % PRIME
    return np.array([value == 0 for value in solution], dtype=bool)


class _Elimination:
    """Sparse Gaussian elimination modulo :data:`PRIME`, keeping track of which equations hold which unknown.

    The shortest equation goes first, on its rarest unknown. One that occurs nowhere else costs nothing to eliminate, and in tables
    of counts most equations have such a one (a complement, a group hidden only here).
    """

    def __init__(self, matrix: sparse.csr_matrix) -> None:
        self.rows: dict[int, Row] = {}
        self.holders: dict[int, set[int]] = {}
        for number in range(matrix.shape[0]):
            inside = slice(matrix.indptr[number], matrix.indptr[number + 1])
            pairs = zip(matrix.indices[inside].tolist(), matrix.data[inside].tolist(), strict=True)
            self.rows[number] = {column: int(factor) % PRIME for column, factor in pairs if factor}
            for column in self.rows[number]:
                self.holders.setdefault(column, set()).add(number)
        self.alone = [column for column, held in self.holders.items() if len(held) == 1]
        self.queue = [(len(row), number) for number, row in self.rows.items()]
        heapq.heapify(self.queue)

    def pivots(self) -> list[tuple[int, Row]]:
        """Pivot column and equation of each independent row, in order of elimination."""
        found: list[tuple[int, Row]] = []
        while self.rows:
            number = self._next()
            row = self.rows.pop(number)
            for column in row:
                self._drop(column, number)
            if row:
                pivot = min(row, key=lambda column: (len(self.holders[column]), column))
                found.append((pivot, row))
                inverse = pow(row[pivot], -1, PRIME)
                for target in list(self.holders[pivot]):
                    self._subtract(target, row, self.rows[target][pivot] * inverse % PRIME)
        return found

    def _next(self) -> int:
        """An equation with an unknown that no other holds, if there is one, else the shortest."""
        while self.alone:
            held = self.holders[self.alone.pop()]
            if len(held) == 1:
                return next(iter(held))
        while True:
            length, number = heapq.heappop(self.queue)
            if number in self.rows and len(self.rows[number]) == length:
                return number

    def _subtract(self, number: int, row: Row, times: int) -> None:
        """Take ``times`` the equation ``row`` from that equation."""
        target = self.rows[number]
        for column, factor in row.items():
            value = (target.get(column, 0) - times * factor) % PRIME
            if value:
                target[column] = value
                self.holders[column].add(number)
            elif column in target:
                del target[column]
                self._drop(column, number)
        heapq.heappush(self.queue, (len(target), number))

    def _drop(self, column: int, number: int) -> None:
        self.holders[column].discard(number)
        if len(self.holders[column]) == 1:
            self.alone.append(column)
