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
    solution = _random_null_vector(matrix, random.Random(seed))
    return np.array([value == 0 for value in solution], dtype=bool)


def _random_null_vector(matrix: sparse.csr_matrix, chance: random.Random) -> list[int]:
    """A solution of ``matrix @ x == 0`` modulo :data:`PRIME`, its free unknowns drawn at random."""
    pivots = _eliminate(matrix)
    solution = [chance.randrange(1, PRIME) for _ in range(matrix.shape[1])]
    # An equation's pivot may only be worked out once every later pivot in it is known, hence the reversed order.
    for column, row in reversed(pivots):
        total = sum(factor * solution[other] for other, factor in row.items() if other != column)
        solution[column] = -total * pow(row[column], -1, PRIME) % PRIME
    return solution


def _eliminate(matrix: sparse.csr_matrix) -> list[tuple[int, Row]]:
    """Pivot column and equation of each independent row, in order of elimination.

    The shortest equation goes first, on its rarest unknown: one that occurs nowhere else costs nothing to eliminate, and in
    tables of counts most equations have such a one (a complement, a group hidden only here).
    """
    rows: dict[int, Row] = {}
    holders: dict[int, set[int]] = {}
    for number in range(matrix.shape[0]):
        begin, end = matrix.indptr[number], matrix.indptr[number + 1]
        row = {int(c): int(v) % PRIME for c, v in zip(matrix.indices[begin:end], matrix.data[begin:end], strict=True) if v}
        rows[number] = row
        for column in row:
            holders.setdefault(column, set()).add(number)
    pivots: list[tuple[int, Row]] = []
    alone = [column for column, held in holders.items() if len(held) == 1]
    queue = [(len(row), number) for number, row in rows.items()]
    heapq.heapify(queue)
    while rows:
        number, column = _next_pivot(rows, holders, alone, queue)
        row = rows.pop(number)
        for other in row:
            holders[other].discard(number)
            if len(holders[other]) == 1:
                alone.append(other)
        if not row:
            continue
        pivots.append((column, row))
        inverse = pow(row[column], -1, PRIME)
        for target in list(holders[column]):
            _subtract(rows[target], row, rows[target][column] * inverse % PRIME, target, holders, alone)
            heapq.heappush(queue, (len(rows[target]), target))
    return pivots


def _next_pivot(
    rows: dict[int, Row], holders: dict[int, set[int]], alone: list[int], queue: list[tuple[int, int]]
) -> tuple[int, int]:
    """The next equation and its pivot: an unknown that no other equation holds if there is one, else the shortest equation's rarest."""
    while alone:
        column = alone.pop()
        if len(holders[column]) == 1:
            return next(iter(holders[column])), column
    while True:
        length, number = heapq.heappop(queue)
        if number in rows and len(rows[number]) == length:
            row = rows[number]
            return number, min(row, key=lambda column: (len(holders[column]), column)) if row else -1


def _subtract(target: Row, row: Row, times: int, number: int, holders: dict[int, set[int]], alone: list[int]) -> None:
    """Take ``times`` the equation ``row`` from ``target``, keeping track of which equations hold which unknown."""
    for column, factor in row.items():
        value = (target.get(column, 0) - times * factor) % PRIME
        if value:
            target[column] = value
            holders[column].add(number)
        elif column in target:
            del target[column]
            holders[column].discard(number)
            if len(holders[column]) == 1:
                alone.append(column)
