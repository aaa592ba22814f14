"""Cheapest worlds: for one goal, the least costly movement that reaches its need. Which goal comes when belongs to `assembly`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from pipelines.disclosure import linear
from pipelines.disclosure.linked import Floats, Ids
from pipelines.disclosure.task import Task

SLIGHT = 1e-3
"""Price per unit of moving what is hidden anyway: small, so that worlds stay short."""
MOVED = 1e-7


@dataclass(frozen=True)
class World:
    """A movement that an intruder cannot exclude as long as `columns` are hidden; `moves` in their order."""

    columns: Ids
    moves: Floats


class Router:
    """One linear program, re-priced for every question: min price @ |d| with d_p = +-amount."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.size = len(task)
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
        forbidden = np.isinf(price)
        self.model.changeColsCost(2 * self.size, self.every, by_unit(self.task, np.where(forbidden, 0.0, price), amount))
        upper = np.where(np.tile(forbidden, 2), 0.0, self.upper)
        lower = np.zeros(2 * self.size)
        forth, back = (column, column + self.size) if sign > 0 else (column + self.size, column)
        lower[forth] = upper[forth] = amount
        upper[back] = 0.0
        self.model.changeColsBounds(2 * self.size, self.every, lower, upper)
        self.model.clearSolver()
        found = linear.run(self.model)
        if found is None:
            return None
        move = found.x[: self.size] - found.x[self.size :]
        columns = np.flatnonzero(np.abs(move) > MOVED)
        return World(columns, move[columns])

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


def by_unit(task: Task, price: Floats, amount: float) -> Floats:
    """Price per unit of rise and of fall, so that moving by `amount`, or by all the room there is, costs the full price."""
    return np.concatenate([price / amount, price / np.clip(task.fall, 1e-3, amount)]) + SLIGHT


def spent(worlds: list[World], price: Floats) -> float:
    """What hiding all that these worlds need costs at these prices."""
    return float(price[np.unique(np.concatenate([one.columns for one in worlds]))].sum())
