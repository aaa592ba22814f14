"""Cheapest worlds: for one goal, the least costly movement that reaches its need. Which goal comes when belongs to `assembly`."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from pipelines.disclosure import linear
from pipelines.disclosure.linked import Floats, Ids
from pipelines.disclosure.near import Near
from pipelines.disclosure.reach import Reach
from pipelines.disclosure.task import Task

SLIGHT = 1e-3
"""Price per unit of moving what is hidden anyway: small, so that worlds stay short."""
MOVED = 1e-7
WHOLE = 20_000
"""Columns up to which a goal's worlds are sought in the whole task at once."""
SIZES = (2000, 8000)
"""Columns of the parts in which they are sought, in turn, in a larger one; the whole comes last."""
KEPT = 32
"""Parts whose programmes are kept for the next question."""


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

    def protect(self, column: int, lift: float, width: float, price: Floats) -> list[World] | None:
        """The cheaper of two ways to meet a column's needs: rise and fall, or rise over the whole width."""
        fall = float(self.task.fall[column])
        far = self.cheapest(column, 1.0, max(lift, width), price)
        if width <= lift or fall < 1e-6:
            return None if far is None else [far]
        ways = [] if far is None else [[far]]
        if lift > 0:
            near = self.cheapest(column, 1.0, lift, price)
            if near is not None and width - lift <= fall:
                paid = price.copy()
                paid[near.columns] = 0.0
                back = self.cheapest(column, -1.0, width - lift, paid)
                if back is not None:
                    ways.append([near, back])
        else:
            back = self.cheapest(column, -1.0, min(width, fall), price) if fall >= width else None
            if back is not None:
                ways.append([back])
        return min(ways, key=lambda way: spent(way, price)) if ways else None


class Routers:
    """A task's routers: the whole for a small one; for a larger one, parts around each goal, as small as will do."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.near = Near(task)
        self.worth = np.where(task.always, 0.0, task.cost)
        self.whole: Router | None = None
        self.size_of: dict[int, int] = {}
        self.kept: OrderedDict[tuple[int, int], tuple[Router, Ids]] = OrderedDict()

    def protect(self, goal: int, price: Floats) -> list[World] | None:
        """Worlds that meet a goal's needs at the least price, sought in the smallest part that holds any."""
        task = self.task
        column, lift, width = int(task.goals[goal]), float(task.lift[goal]), float(task.width[goal])
        sizes = [size for size in SIZES if len(task) > WHOLE and size < len(task)]
        for number in range(self.size_of.get(goal, 0), len(sizes)):
            router, ids = self._around(column, sizes[number])
            found = router.protect(int(np.searchsorted(ids, column)), lift, width, price[ids])
            if found is not None:
                self.size_of[goal] = number
                return [World(ids[world.columns], world.moves) for world in found]
        if self.whole is None:
            self.whole = Router(task)
        return self.whole.protect(column, lift, width, price)

    def _around(self, column: int, size: int) -> tuple[Router, Ids]:
        key = (column, size)
        if key in self.kept:
            self.kept.move_to_end(key)
            return self.kept[key]
        ids = self.near.around(np.array([column]), size, self.worth)
        self.kept[key] = (Router(self.near.part(ids)), ids)
        if len(self.kept) > KEPT:
            self.kept.popitem(last=False)
        return self.kept[key]


def by_unit(task: Task, price: Floats, amount: float) -> Floats:
    """Price per unit of rise and of fall, so that moving by `amount`, or by all the room there is, costs the full price."""
    return np.concatenate([price / amount, price / np.clip(task.fall, 1e-3, amount)]) + SLIGHT


def spent(worlds: list[World], price: Floats) -> float:
    """What hiding all that these worlds need costs at these prices."""
    return float(price[np.unique(np.concatenate([one.columns for one in worlds]))].sum())


def farthest(reach: Reach, column: int, lift: float, width: float) -> list[World]:
    """Worlds of the column under the pattern that `reach` looks at: as far up as is of use, and down for the rest."""
    rises, up, _ = reach.farthest(column, 1.0)
    worlds = [up * min(1.0, max(lift, width) / rises)] if rises > 0 else []
    if rises < width:
        worlds.append(reach.farthest(column, -1.0)[1])
    return [World(moved, world[moved]) for world in worlds for moved in [np.flatnonzero(np.abs(world) > MOVED)]]
