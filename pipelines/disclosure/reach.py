"""How far an intruder's possible worlds stretch: linear programs over the movements of a task. What to do about it belongs to callers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from pipelines.disclosure import linear
from pipelines.disclosure.linked import Floats, Ids, Mask
from pipelines.disclosure.near import Near
from pipelines.disclosure.task import Task, apart, narrowed, tied

ENOUGH = 1e-6
"""Tolerance when a movement is compared with a need."""
FEW = 8
"""Goals up to which a program for each is quicker than one for all of them."""
WORTH = 0.95
"""A batch that leaves more than this share of what was open is the last."""
NEARBY = (8_000, 8_000, 16_000)
"""Columns of the parts in which a large task is looked through, in turn: a program for all of 70,000 columns takes ten seconds and more."""


@dataclass(frozen=True)
class Witnessed:
    """Greatest rise and fall seen per goal, and the goals (positions) for whose need no world was seen, or as the caller says is none."""

    up: Floats
    down: Floats
    short: Ids


class Reach:
    """The attacker's linear program of one task: max of +-d_p where hidden[j] in [0, 1] scales how far column j may move."""

    def __init__(self, task: Task, far: float | None = None) -> None:
        self.task = task
        self.rise = task.rise if far is None else np.minimum(task.rise, far)
        self.fall = task.fall
        zero = np.zeros(task.matrix.shape[0])
        self.model = linear.program(np.zeros(len(task)), task.matrix, zero, zero, -self.fall, self.rise)
        self.model.setOptionValue("presolve", "off")
        self.model.setOptionValue("simplex_strategy", 4)  # primal: after a change of objective the last point stays feasible
        self.every = np.arange(len(task), dtype=np.int32)

    def hide(self, hidden: Floats) -> None:
        """Let each column move in proportion to `hidden` (1 = hidden or latent, 0 = shown)."""
        self.lower, self.upper = -self.fall * hidden, self.rise * hidden
        self.model.changeColsBounds(len(self.every), self.every, self.lower, self.upper)

    def farthest(self, column: int, sign: float) -> tuple[float, Floats, Floats]:
        """Greatest movement of one column in one direction: its length, the world that shows it, and the gradient g of its bound.

        For any world d of any pattern, sign * d[column] = g @ d.
        """
        self.model.changeColCost(column, -sign)
        self.model.run()
        linear.charge(self.model)
        found = self.model.getSolution()
        self.model.changeColCost(column, 0.0)
        world = np.asarray(found.col_value, dtype=float)
        return sign * world[column], world, -np.asarray(found.col_dual, dtype=float)

    def batch(self, goals: Ids, signs: Floats, caps: Floats) -> Floats:
        """One world that moves many goals together, each in the direction of its sign and rewarded only up to its cap."""
        task, many = self.task, len(goals)
        picks = sp.csc_matrix((signs, (np.arange(many), goals)), shape=(many, len(task)))
        matrix = sp.bmat([[task.matrix, None], [picks, -sp.identity(many)]], format="csc")
        rows = task.matrix.shape[0]
        found = linear.solve(
            np.concatenate([np.zeros(len(task)), -np.ones(many)]),
            matrix,
            np.zeros(rows + many),
            np.concatenate([np.zeros(rows), np.full(many, linear.INFINITY)]),
            np.concatenate([self.lower, np.full(many, -linear.INFINITY)]),
            np.concatenate([self.upper, caps]),
        )
        return np.zeros(len(task)) if found is None else found.x[: len(task)]


def suspects(reach: Reach, hidden: Floats) -> Witnessed:
    """Goals that no world of the capped batches clears; `short` may hold goals that are not, and holds all where there are few.

    A batch moves all open goals together: up over their whole width those that have not risen enough, or could not fall for the rest;
    down for the rest the others. In a line, one rises because another falls; so each batch clears many that those before it could not.
    """
    task = reach.task
    reach.hide(hidden)
    fall = -reach.lower[task.goals]
    up, down = np.zeros(len(task.goals)), np.zeros(len(task.goals))
    before = np.inf
    while True:
        open_ = np.flatnonzero(missing(task, up, down))
        rest = task.width[open_] - up[open_]
        rising = (up[open_] < task.lift[open_] - ENOUGH) | (fall[open_] < rest - ENOUGH)
        left = len(open_) + int(rising.sum())  # a goal that has risen and is to fall yet is halfway
        if len(open_) < FEW or left > WORTH * before:
            return Witnessed(up, down, open_)
        before = left
        whole = np.maximum(np.maximum(task.lift, task.width)[open_], 1e-3)
        _note(task, reach.batch(task.goals[open_], np.where(rising, 1.0, -1.0), np.where(rising, whole, rest)), up, down)


def judge(reach: Reach, hidden: Floats) -> Witnessed:
    """Which goals fall short under a (possibly fractional) pattern.

    Every world found is a witness for all goals. A goal is cleared only by a witness, and called short only after its own
    two programs.
    """
    task, seen = reach.task, suspects(reach, hidden)
    up, down = seen.up, seen.down
    short = []
    for goal in seen.short:
        column = int(task.goals[goal])
        for sign in (1.0, -1.0):
            if missing(task, up, down)[goal] and (sign > 0 or up[goal] >= task.lift[goal] - ENOUGH):
                _note(task, reach.farthest(column, sign)[1], up, down)
        if missing(task, up, down)[goal]:
            short.append(goal)
    return Witnessed(up, down, np.array(short, dtype=np.int64))


def standing_short(task: Task, proven: bool = True) -> Ids:
    """Goals (positions) that fall short while only what is unknown anyway is; each independent piece of that is judged by itself.

    Unless `proven`, a goal of a piece of more than `NEARBY` columns for which no world was found near it is called so too: to a search they
    cost less than programs of their own.
    """
    short = np.ones(len(task.goals), dtype=bool)
    for columns in apart(task, task.always):
        inside, _ = tied(narrowed(task, columns)[0])
        goals = np.flatnonzero(columns[task.goals])
        seen = judge(Reach(inside), np.ones(len(inside))) if proven else nearby(inside)
        short[goals] = False
        short[goals[seen.short]] = True
    return np.flatnonzero(short)


def nearby(task: Task) -> Witnessed:
    """What is seen of a task, all of whose columns are hidden, in parts around its goals: what moves in a part moves in the whole.

    `short` may hold goals that are not, unless the last of the parts is the whole.
    """
    near, up, down = Near(task), np.zeros(len(task.goals)), np.zeros(len(task.goals))
    for number, size in enumerate(NEARBY, start=1):
        last = size >= len(task) or number == len(NEARBY)
        waiting = missing(task, up, down)
        while waiting.any():
            ids = near.around(task.goals[[np.argmax(waiting)]], size, np.zeros(len(task)))
            goals = np.flatnonzero(np.isin(task.goals, ids) & missing(task, up, down))
            places = np.searchsorted(ids, task.goals[goals])
            part = replace(near.part(ids), goals=places, lift=task.lift[goals], width=task.width[goals])
            reach, hidden = Reach(part), np.ones(len(part))
            found = judge(reach, hidden) if last else suspects(reach, hidden)
            up[goals], down[goals] = np.maximum(up[goals], found.up), np.maximum(down[goals], found.down)
            waiting[goals] = False
        if last:
            break
    return Witnessed(up, down, np.flatnonzero(missing(task, up, down)))


def missing(task: Task, up: Floats, down: Floats) -> Mask:
    """Goals whose need these greatest movements do not meet."""
    return (up < task.lift - ENOUGH) | (up + down < task.width - ENOUGH)


def _note(task: Task, world: Floats, up: Floats, down: Floats) -> None:
    np.maximum(up, world[task.goals], out=up)
    np.maximum(down, -world[task.goals], out=down)


def attainable(reach: Reach, goal: int) -> tuple[float, float]:
    """The lift and width that a goal would have if everything were hidden, never above its need (P5)."""
    task = reach.task
    reach.hide(np.ones(len(task)))
    rises, falls = (reach.farthest(int(task.goals[goal]), sign)[0] for sign in (1.0, -1.0))
    return min(float(task.lift[goal]), rises), min(float(task.width[goal]), rises + falls)
