"""Cheapest worlds: for one goal, the least costly movement that reaches its need. Which goal comes when belongs to `assembly`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipelines.disclosure import linear
from pipelines.disclosure.linked import Floats, Ids
from pipelines.disclosure.task import Task

SLIGHT = 1e-3
"""Price per unit of moving what is hidden anyway: small, so that worlds stay short."""
MOVED = 1e-7
LARGE = 6000
RADII = (2, 3)
LIKELY = 6
"""How many lines away to look: among all columns, and among those hidden already or favoured by the relaxation."""


@dataclass(frozen=True)
class World:
    """A movement that an intruder cannot exclude as long as `columns` are hidden; `moves` in their order."""

    columns: Ids
    moves: Floats


class Router:
    """Asks for cheapest worlds: min price @ |d| with d_p = +-amount. One linear program, re-priced for every question; in a
    task of more than `LARGE` columns, small ones around the goal first."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.size = len(task)
        self.local = self.size > LARGE
        self.favoured = np.zeros(self.size, dtype=bool)
        self.lines = task.matrix.tocsr()
        self.upper = np.concatenate([task.rise, task.fall])
        zero = np.zeros(task.matrix.shape[0])
        self.model = linear.program(
            np.zeros(2 * self.size), sp.hstack([task.matrix, -task.matrix], format="csc"), zero, zero, np.zeros(2 * self.size), self.upper
        )
        self.model.setOptionValue("presolve", "off")
        self.every = np.arange(2 * self.size, dtype=np.int32)

    def cheapest(self, column: int, sign: float, amount: float, price: Floats) -> World | None:
        """The cheapest world in which `column` moves by sign * amount; price: of hiding each column, 0 if hidden anyway.

        A column that has less room than the amount must be paid in full for less. None if no world does it (price
        infinite forbids).
        """
        if (self.task.rise if sign > 0 else self.task.fall)[column] < amount - MOVED:
            return None
        if self.local:
            allowed = np.isfinite(price)
            likely = allowed & (self.favoured | (price == 0))
            for radius, open_ in ((LIKELY, likely), *((radius, allowed) for radius in RADII)):
                near = self._around(column, radius, open_)
                found = self._nearby(near, column, sign, amount, price)
                if found is not None:
                    return found
        forbidden = np.isinf(price)
        self.model.changeColsCost(2 * self.size, self.every, self._unit(np.where(forbidden, 0.0, price), self.task.fall, amount))
        upper = np.where(np.tile(forbidden, 2), 0.0, self.upper)
        lower = np.zeros(2 * self.size)
        forth, back = (column, column + self.size) if sign > 0 else (column + self.size, column)
        lower[forth] = upper[forth] = amount
        upper[back] = 0.0
        self.model.changeColsBounds(2 * self.size, self.every, lower, upper)
        self.model.clearSolver()
        return self._world(linear.run(self.model), self.every[: self.size])

    def _unit(self, price: Floats, fall: Floats, amount: float) -> Floats:
        return np.concatenate([price / amount, price / np.clip(fall, 1e-3, amount)]) + SLIGHT

    def _world(self, found: linear.Solution | None, columns: Ids) -> World | None:
        if found is None:
            return None
        move = found.x[: len(columns)] - found.x[len(columns) :]
        moved = np.abs(move) > MOVED
        return World(columns[moved].astype(np.int64), move[moved])

    def _around(self, column: int, radius: int, allowed: NDArray[np.bool_]) -> Ids:
        """Allowed columns at most `radius` lines away."""
        found = np.zeros(self.size, dtype=bool)
        found[column] = True
        edge = np.array([column])
        for _ in range(radius):
            lines = np.unique(self.task.matrix[:, edge].indices)
            edge = np.unique(self.lines[lines].indices)
            edge = edge[allowed[edge] & ~found[edge]]
            found[edge] = True
        return np.flatnonzero(found)

    def _nearby(self, near: Ids, column: int, sign: float, amount: float, price: Floats) -> World | None:
        """The same question with every column but `near` standing still."""
        block = self.task.matrix[:, near].tocsr()
        block = block[np.diff(block.indptr) > 0]
        size, place = len(near), int(np.searchsorted(near, column))
        lower, upper = np.zeros(2 * size), np.concatenate([self.task.rise[near], self.task.fall[near]])
        forth, back = (place, place + size) if sign > 0 else (place + size, place)
        lower[forth] = upper[forth] = amount
        upper[back] = 0.0
        zero = np.zeros(block.shape[0])
        matrix = sp.hstack([block, -block], format="csc")
        return self._world(linear.solve(self._unit(price[near], self.task.fall[near], amount), matrix, zero, zero, lower, upper), near)

    def protect(self, goal: int, price: Floats) -> list[World] | None:
        """The cheaper of two ways to meet a goal's needs: rise and fall, or rise over the whole width."""
        task = self.task
        column, lift, width = int(task.goals[goal]), float(task.lift[goal]), float(task.width[goal])
        far = self.cheapest(column, 1.0, max(lift, width), price)
        if width <= lift or task.fall[column] < 1e-6:
            return None if far is None else [far]
        ways = [] if far is None else [[far]]
        if lift > 0:
            near = self.cheapest(column, 1.0, lift, price)
            if near is not None and width - lift <= task.fall[column]:
                paid = price.copy()
                paid[near.columns] = 0.0
                back = self.cheapest(column, -1.0, width - lift, paid)
                if back is not None:
                    ways.append([near, back])
        else:
            back = self.cheapest(column, -1.0, min(width, float(task.fall[column])), price) if task.fall[column] >= width else None
            if back is not None:
                ways.append([back])
        return min(ways, key=lambda way: spent(way, price)) if ways else None


def spent(worlds: list[World], price: Floats) -> float:
    """What hiding all that these worlds need costs at these prices."""
    return float(price[np.unique(np.concatenate([one.columns for one in worlds]))].sum())
