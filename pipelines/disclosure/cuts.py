"""What every safe pattern must satisfy, as linear cuts `a @ y >= need` over hide-or-show decisions y. Optimising over them belongs elsewhere.

Source: Fischetti and Salazar (2001), capacity constraints from the attacker's dual, with coefficients lowered to the need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipelines.disclosure import work
from pipelines.disclosure.linked import Floats, Ids
from pipelines.disclosure.reach import ENOUGH, Reach, suspects
from pipelines.disclosure.task import FAR, Task

TINY = 1e-7


@dataclass(frozen=True)
class Cut:
    """weights @ y[columns] >= least, scaled so that `least` is 1 or 0."""

    columns: Ids
    weights: Floats
    least: float = 1.0

    def key(self) -> tuple[bytes, bytes]:
        return self.columns.tobytes(), np.round(self.weights, 6).tobytes()

    def violated(self, y: Floats, by: float = 1e-4) -> bool:
        return float(self.weights @ y[self.columns]) < self.least - by


def room(task: Task, gradient: Floats, columns: Ids | slice = slice(None)) -> Floats:
    """How much each of `columns`, if hidden, can add to the bound `gradient @ d` (infinite: without limit)."""
    rise, fall = task.rise[columns], task.fall[columns]
    capacity = np.maximum(gradient * rise, 0.0) + np.maximum(-gradient * fall, 0.0)
    endless = ((gradient > TINY) & (rise >= FAR)) | ((gradient < -TINY) & (fall >= FAR))
    return np.where(np.abs(gradient) <= TINY, 0.0, np.where(endless, np.inf, capacity))


def cut(task: Task, columns: Ids, capacity: Floats, need: float) -> Cut | None:
    """The cut that a bound on one goal's movement implies, from the room its columns have; None if it says nothing."""
    always = task.always[columns]
    rest = need - capacity[always].sum()
    if not rest > ENOUGH:
        return None
    kept = ~always & (capacity > TINY)
    weights = np.minimum(capacity[kept], rest) / rest
    return Cut(columns[kept], weights) if weights.sum() >= 1 else None  # less: a need that no pattern meets


def bridges(task: Task) -> list[Cut]:
    """Cuts from single lines: a goal alone in a line needs company there that can move as far as it must."""
    found: dict[tuple[bytes, bytes], Cut] = {}
    lines = task.matrix.tocsr()
    lines.sort_indices()
    for goal, column in enumerate(task.goals):
        for line in task.matrix.indices[task.matrix.indptr[column] : task.matrix.indptr[column + 1]]:
            inside = slice(lines.indptr[line], lines.indptr[line + 1])
            columns, share = lines.indices[inside], lines.data[inside]
            other = columns != column
            columns, share = columns[other], share[other] / share[~other][0]
            # d_p = -share @ d, so the line lets p rise as far as the others move against their share
            rises, falls = room(task, -share, columns), room(task, share, columns)
            for made in (cut(task, columns, rises, task.lift[goal]), cut(task, columns, rises + falls, task.width[goal])):
                if made is not None:
                    found[made.key()] = made
    return list(found.values())


class Company:
    """In a cheapest pattern nobody is hidden alone: a secondary that is the only unknown of a line helps no goal and could be shown.

    So y_j <= sum of the other y in each line that holds nothing unknown anyway ("bridgeless" inequalities).
    """

    def __init__(self, task: Task) -> None:
        lines = task.matrix.tocsr()
        known = np.flatnonzero((abs(lines) @ task.always.astype(float)) == 0)
        self.lines = lines[known]
        self.starts = self.lines.indptr[:-1]

    def separate(self, y: Floats) -> list[Cut]:
        """The most violated inequality of each line."""
        if not self.lines.shape[0]:
            return []
        inside = y[self.lines.indices]
        total, top = np.add.reduceat(inside, self.starts), np.maximum.reduceat(inside, self.starts)
        found = []
        for line in np.flatnonzero(2 * top > total + 1e-4):
            columns = self.lines.indices[self.starts[line] : self.lines.indptr[line + 1]]
            weights = np.ones(len(columns))
            weights[int(np.argmax(y[columns]))] = -1.0
            order = np.argsort(columns)
            found.append(Cut(columns[order], weights[order], 0.0))
        return found


class Idle:
    """The same for the whole task: a secondary that no unknowns together let move is hidden in vain, so y_j <= sum of y over
    whatever would let j move. Exact for whole decisions, a flow cut for fractional ones."""

    def __init__(self, task: Task) -> None:
        self.task = replace(task, rise=np.where(task.rise > 0, FAR, 0.0), fall=np.where(task.fall > 0, FAR, 0.0))
        self.reach = Reach(replace(task, rise=np.where(task.rise > 0, 1.0, 0.0), fall=np.where(task.fall > 0, 1.0, 0.0)))

    def separate(self, y: Floats) -> list[Cut]:
        """At most one violated inequality per secondary."""
        self.reach.hide(y)
        reached = np.zeros(len(y))
        found = []
        for column in np.flatnonzero((y > 0.05) & ~self.task.always).tolist():
            if reached[column] >= y[column] - 1e-3:
                continue
            reason = np.zeros(len(y))
            self.reach.model.changeColBounds(column, -float(self.reach.fall[column]), float(self.reach.rise[column]))
            for sign in (1.0, -1.0):
                distance, world, gradient = self.reach.farthest(column, sign)
                if abs(world[column]) <= y[column] + 1e-9:
                    np.maximum(reached, np.abs(world), out=reached)
                if distance > y[column] - 1e-3:
                    break
                gradient[column] = 0.0
                reason = np.maximum(reason, room(self.task, gradient) > 0)
            else:
                reason[column] = 0.0
                columns = np.flatnonzero(reason)
                if not self.task.always[columns].any() and y[columns].sum() < y[column] - 1e-3:
                    found.append(Cut(np.append(columns, column), np.append(np.ones(len(columns)), -1.0), 0.0))
            self.reach.model.changeColBounds(column, float(self.reach.lower[column]), float(self.reach.upper[column]))
        return found


def separate(reach: Reach, hidden: Floats, most: int, deadline: float = np.inf, goals: Ids | None = None) -> tuple[list[Cut], bool]:
    """Cuts that the (fractional) decisions `hidden` violate, at most `most`, for `goals` or else for all that seem short.

    And whether any goal was found short at all.
    """
    task = reach.task
    if goals is None:
        goals = suspects(reach, hidden).short
    else:
        reach.hide(hidden)
    found: dict[tuple[bytes, bytes], Cut] = {}
    any_short = False
    every = np.arange(len(task))
    for goal in goals:
        if len(found) >= most or work.now() > deadline:
            break
        column, lift, width = int(task.goals[goal]), float(task.lift[goal]), float(task.width[goal])
        rises, _, gradient = reach.farthest(column, 1.0)
        gradient[column] = 0.0
        upward = room(task, gradient)
        made = []
        if rises < lift - ENOUGH:
            any_short = True
            made.append(cut(task, every, upward, lift))
        if rises < width - ENOUGH:
            falls, _, gradient = reach.farthest(column, -1.0)
            gradient[column] = 0.0
            if rises + falls < width - ENOUGH:
                any_short = True
                made.append(cut(task, every, upward + room(task, gradient), width))
        found |= {one.key(): one for one in made if one is not None and one.violated(hidden)}
    return list(found.values()), any_short
