"""Large tasks: a start from the relaxation, circuits only where the audit is not met, then republishing. Small tasks belong to `solve`."""

from __future__ import annotations

import time

import numpy as np

from pipelines.disclosure.assembly import Assembly
from pipelines.disclosure.linked import Ids, Mask
from pipelines.disclosure.reach import Reach, judge, suspects
from pipelines.disclosure.relaxation import Relaxation
from pipelines.disclosure.task import Task

LIKELY = 0.5
"""A column that the relaxation hides to this extent is hidden to begin with."""
SUPPORT = 1e-3


def assemble(task: Task, relaxed: Relaxation) -> tuple[Mask, list[int]]:
    """A safe pattern, and the goals whose needs had to be lowered because hiding everything would not meet them."""
    hidden = task.always | (relaxed.y >= LIKELY)
    assembly = Assembly(task)
    assembly.router.favoured = relaxed.y > SUPPORT
    assembly.base = hidden
    reach = Reach(task)
    quick = True
    while True:
        seen = (suspects if quick else judge)(reach, assembly.hidden.astype(float)).short
        short = np.array([goal for goal in seen if assembly.worlds.get(int(goal)) is None], dtype=np.int64)
        if not len(short) and not quick:
            return assembly.hidden, assembly.lowered
        quick = quick and len(short) > 0
        assembly.build(relaxed.y, np.inf, short)


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
