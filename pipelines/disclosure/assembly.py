"""A pattern as the union of witnesses: each goal keeps the worlds that protect it, so a pattern is safe by construction. Bounds live elsewhere."""

from __future__ import annotations

import numpy as np

from pipelines.disclosure import work
from pipelines.disclosure.linked import Floats, Ids, Mask
from pipelines.disclosure.reach import ENOUGH, Reach, attainable
from pipelines.disclosure.routes import Routers, World, farthest
from pipelines.disclosure.task import Task, goal_order

NOTHING: Ids = np.zeros(0, dtype=np.int64)
MOST_LEANING = 40
"""A column on which more goals lean is not worth trying to show again."""


class Assembly:
    """Goals, the worlds that witness for them, and the columns these worlds need hidden."""

    def __init__(self, task: Task, routers: Routers | None = None) -> None:
        self.task = task
        self.routers = routers or Routers(task)
        self.near = self.routers.near
        self.reach: Reach | None = None
        self.worlds: dict[int, list[World]] = {}
        self.needed: dict[int, Ids] = {}
        self.leaning: dict[int, set[int]] = {}
        self.lowered: list[int] = []
        self.base = task.always
        self.uses = np.zeros(len(task), dtype=np.int64)

    @property
    def hidden(self) -> Mask:
        return self.base | (self.uses > 0)

    @property
    def cost(self) -> float:
        return float(self.task.cost[self.hidden & ~self.task.always].sum())

    def prices(self) -> Floats:
        """Of hiding one more column: nothing where it is hidden already."""
        return np.where(self.hidden, 0.0, self.task.cost)

    def keep(self, goal: int, worlds: list[World]) -> None:
        self.worlds[goal] = worlds
        columns = columns_of(worlds)
        self.needed[goal] = columns
        self.uses[columns] += 1
        for column in columns[~self.task.always[columns]].tolist():
            self.leaning.setdefault(column, set()).add(goal)

    def forget(self, goal: int) -> list[World]:
        worlds = self.worlds.pop(goal, [])
        columns = self.needed.pop(goal, NOTHING)
        self.uses[columns] -= 1
        for column in columns[~self.task.always[columns]].tolist():
            self.leaning[column].discard(goal)
        return worlds

    def build(self, guide: Floats, deadline: float, only: Ids | None = None) -> Ids:
        """Give each goal (of `only`) its worlds, cheapest first at prices lowered where `guide` (the relaxation's y) says so.

        Returns the goals left without: those for which there is no world, and whatever was not reached by the deadline.
        """
        task = self.task
        wanted = np.ones(len(task.goals), dtype=bool) if only is None else np.isin(np.arange(len(task.goals)), only)
        up, down = np.zeros(len(task)), np.zeros(len(task))
        highest: dict[int, World] = {}
        lowest: dict[int, World] = {}
        left = []
        for goal in goal_order(task):
            if goal in self.worlds or not wanted[goal]:
                continue
            column = int(task.goals[goal])
            if up[column] >= task.lift[goal] - ENOUGH and up[column] + down[column] >= task.width[goal] - ENOUGH:
                found = [highest[column]] if up[column] >= max(task.lift[goal], task.width[goal]) - ENOUGH else []
                self.keep(goal, found or [end[column] for end in (highest, lowest) if column in end])
                continue
            worlds = None if work.now() > deadline else self.routers.protect(goal, self.prices() * (1.03 - guide))
            if worlds is None:
                left.append(goal)
                continue
            self.keep(goal, worlds)
            for world in worlds:
                for end, height, moves in ((highest, up, world.moves), (lowest, down, -world.moves)):
                    better = moves > height[world.columns] + ENOUGH
                    height[world.columns[better]] = moves[better]
                    end.update(dict.fromkeys(world.columns[better].tolist(), world))
        return np.array(left, dtype=np.int64)

    def serve(self, goal: int) -> None:
        """Worlds for a goal that has none: with its need lowered, and noted in `lowered`, to what hiding everything would give it."""
        worlds = self.routers.protect(goal, self.prices())
        if worlds is None:
            self._lower(goal)
            worlds = self.routers.protect(goal, self.prices()) or farthest(self._everything(), *self._needs(goal))
        self.keep(goal, worlds)

    def within(self, task: Task, places: Ids) -> Assembly:
        """The same worlds in a wider task, of whose columns `places` are those of this one. The goals are the same."""
        wider = Assembly(task)
        for goal, worlds in self.worlds.items():
            wider.keep(goal, [World(places[world.columns], world.moves) for world in worlds])
        wider.lowered = list(self.lowered)
        return wider

    def _needs(self, goal: int) -> tuple[int, float, float]:
        return int(self.task.goals[goal]), float(self.task.lift[goal]), float(self.task.width[goal])

    def _everything(self) -> Reach:
        if self.reach is None:
            self.reach = Reach(self.task)
            self.reach.hide(np.ones(len(self.task)))
        return self.reach

    def _lower(self, goal: int) -> None:
        task = self.task
        reachable = attainable(self._everything(), goal)
        task.lift[goal], task.width[goal] = (max(np.floor(need * 1e6) / 1e6 - 2 * ENOUGH, 0.0) for need in reachable)
        self.lowered.append(goal)

    def reroute(self, deadline: float) -> float:
        """Let each goal find its worlds anew, given what the others need; keeps what is no dearer. Returns the saving."""
        before = self.cost
        for goal in sorted(self.worlds, key=lambda one: (-self._alone(one), one)):
            if work.now() > deadline:
                break
            if self._alone(goal) <= 0:
                continue
            self._try_again([goal])
        return before - self.cost

    def drop(self, deadline: float) -> float:
        """Try to show each secondary again: goals that lean on it find other worlds. Returns the saving.

        Begins where much is to be saved for the rerouting of few goals.
        """
        before = self.cost
        effort = 1 + np.maximum(self.uses, 1)
        for column in np.lexsort((np.arange(len(self.task)), -self.task.cost / effort)):
            if work.now() > deadline:
                break
            if self.task.always[column] or self.uses[column] == 0:
                continue
            leaning = sorted(self.leaning[column])
            if len(leaning) > MOST_LEANING:
                continue
            self._try_again(leaning, without=int(column))
        return before - self.cost

    def _alone(self, goal: int) -> float:
        """Cost of the columns that only this goal needs."""
        columns = self.needed[goal]
        mine = columns[(self.uses[columns] == 1) & ~self.task.always[columns]]
        return float(self.task.cost[mine].sum())

    def _try_again(self, goals: list[int], without: int | None = None) -> bool:
        """Forget these goals' worlds and find new ones, with one column to stay shown if given; undone unless it saves."""
        before = self.cost
        old = {goal: self.forget(goal) for goal in goals}
        good = True
        for goal in goals:
            price = self.prices()
            if without is not None:
                price[without] = np.inf
            worlds = self.routers.protect(goal, price)
            if worlds is None:
                good = False
                break
            self.keep(goal, worlds)
            if self.cost >= before:
                good = False
                break
        if good and self.cost < before:
            return True
        for goal in goals:
            self.forget(goal)
            self.keep(goal, old[goal])
        return False


def columns_of(worlds: list[World]) -> Ids:
    """Everything these worlds need hidden."""
    return np.unique(np.concatenate([world.columns for world in worlds])) if worlds else NOTHING
