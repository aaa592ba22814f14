"""Large tasks: a start from the relaxation, joint moves where the audit is not met, then republishing. Small tasks belong to `solve`."""

from __future__ import annotations

import time

import numpy as np
import scipy.sparse as sp

from pipelines.disclosure import linear
from pipelines.disclosure.assembly import Assembly
from pipelines.disclosure.linked import Floats, Ids, Mask
from pipelines.disclosure.reach import Reach, judge, suspects
from pipelines.disclosure.routes import MOVED, by_unit
from pipelines.disclosure.task import Task

LIKELY = 0.5
"""A column that the relaxation hides to this extent is hidden to begin with."""
REWARD = 1e4
"""Worth of one unit of a goal's movement, above the price of any circuit."""
FEW = 40
"""Goals that are served one by one, by their cheapest circuits, rather than together."""
PARTY = 200
"""Goals that move together: smaller parties cost less and take longer."""


def assemble(task: Task, guide: Floats, deadline: float) -> tuple[Mask, list[int]]:
    """A safe pattern, and the goals whose needs had to be lowered because hiding everything would not meet them.

    guide: how far the relaxation hides each column. Goals that fall short get their cheapest circuits until `deadline`. Those
    still short then move together as far as they can, at the least price; what even then falls short is served one by one.
    """
    reach, assembly = Reach(task), Assembly(task)
    assembly.base = task.always | (guide >= LIKELY)
    short = suspects(reach, assembly.hidden.astype(float)).short
    if not assembly.build(guide, deadline, short):
        left = np.array([goal for goal in short if int(goal) not in assembly.worlds], dtype=np.int64)
        assembly.base = together(task, reach, assembly.hidden, left)
    while True:
        short = judge(reach, assembly.hidden.astype(float)).short
        short = np.array([goal for goal in short if int(goal) not in assembly.lowered], dtype=np.int64)
        if not len(short):
            return assembly.hidden, assembly.lowered
        before = assembly.hidden
        for goal in short:
            assembly.forget(int(goal))
        assembly.build(guide, np.inf, short)
        if (assembly.hidden == before).all():  # their worlds are hidden already: the last audit will judge, this would go round for ever
            return assembly.hidden, assembly.lowered


def together(task: Task, reach: Reach, start: Mask, short: Ids) -> Mask:
    """The pattern with what parties of goals need to move together, until few fall short."""
    hidden = start.copy()
    before = 2 * len(short) + 1
    while FEW < len(short) < before / 2:  # what a round does not halve is left to the caller's one by one
        parts = -(-len(short) // PARTY)
        for party in (short[part::parts] for part in range(parts)):
            hidden |= joint(task, hidden, party, 1.0, task.lift[party])
            hidden |= joint(task, hidden, party, -1.0, np.minimum(task.width - task.lift, task.fall[task.goals])[party])
        before, short = len(short), suspects(reach, hidden.astype(float)).short
    return hidden


def joint(task: Task, hidden: Mask, goals: Ids, sign: float, caps: Floats) -> Mask:
    """Columns of one world that moves these goals together, each up to its cap, at the least price of what is still shown."""
    goals, caps = task.goals[goals[caps > MOVED]], caps[caps > MOVED]
    if not len(goals):
        return np.zeros(len(task), dtype=bool)
    size, many = len(task), len(goals)
    price = by_unit(task, np.where(hidden, 0.0, task.cost), float(caps.max()))
    picks = sp.csc_matrix((np.full(many, sign), (np.arange(many), goals)), shape=(many, size))
    matrix = sp.bmat([[task.matrix, -task.matrix, None], [picks, -picks, -sp.identity(many)]], format="csc")
    rows = task.matrix.shape[0]
    found = linear.solve(
        np.concatenate([price, np.full(many, -REWARD)]),
        matrix,
        np.zeros(rows + many),
        np.concatenate([np.zeros(rows), np.full(many, linear.INFINITY)]),
        np.concatenate([np.zeros(2 * size), np.full(many, -linear.INFINITY)]),
        np.concatenate([task.rise, task.fall, caps]),
    )
    if found is None:
        return np.zeros(len(task), dtype=bool)
    return np.asarray(np.abs(found.x[:size] - found.x[size : 2 * size]) > MOVED)


def republish(task: Task, hidden: Mask, deadline: float) -> Mask:
    """Show secondaries again, dearest first in shrinking batches, as long as no goal falls short."""
    reach = Reach(task)
    hidden = hidden.copy()
    secondary = np.flatnonzero(hidden & ~task.always)
    queue: list[Ids] = np.array_split(secondary[np.argsort(-task.cost[secondary], kind="stable")], max(len(secondary) // 8, 1))
    while queue and time.perf_counter() < deadline:
        batch = queue.pop(0)
        trial = hidden.copy()
        trial[batch] = False
        if not len(judge(reach, trial.astype(float)).short):
            hidden = trial
        elif len(batch) > 1:
            queue += [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
    return hidden
