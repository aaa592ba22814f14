"""Improvement window by window: a small part of an assembly is solved to its optimum while all the rest stays as it is.

Large neighbourhood search with a local audit: goals whose worlds lie wholly inside the window may find others there; what the other
goals need stays hidden. So every step keeps the pattern safe, and its cost never rises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from pipelines.disclosure import work
from pipelines.disclosure.assembly import NOTHING, Assembly, columns_of
from pipelines.disclosure.cuts import Cut
from pipelines.disclosure.exact import cost_of, prove
from pipelines.disclosure.linked import Floats, Ids, Mask
from pipelines.disclosure.reach import ENOUGH, Reach
from pipelines.disclosure.relaxation import Relaxation
from pipelines.disclosure.routes import Router, World, farthest
from pipelines.disclosure.task import Task, narrowed

SEED = 2001
SMALLEST, GROWTH, LARGEST = 100, 1.5, 800
"""Columns to be decided in a window at first, how it grows once a round of windows saves nothing more, and where that ends."""
SUPPORT = 20000
"""Columns around it that may move too, as far as they are hidden."""
MOMENT = 3.0
"""Nominal seconds for one window of the first size; larger ones get more in proportion."""


class Pool:
    """Cuts that hold for the whole assembly's task, to be used again in each of its windows."""

    def __init__(self, cuts: Sequence[Cut], places: Ids, size: int) -> None:
        """`places`: of the assembly's columns in the task of the cuts, which has `size` columns."""
        lasting = [one for one in cuts if one.least > 0]
        ends = np.cumsum([0, *(len(one.columns) for one in lasting)])
        columns = np.concatenate([NOTHING, *(one.columns for one in lasting)])
        weights = np.concatenate([np.zeros(0), *(one.weights for one in lasting)])
        self.weights = sp.csr_matrix((weights, columns, ends), shape=(len(lasting), size))[:, places]

    def inside(self, ids: Ids, pinned: Mask) -> list[Cut]:
        """What the cuts ask of the columns `ids`, given that those `pinned` are hidden and all others shown."""
        rest = 1.0 - self.weights @ pinned.astype(float)
        found = []
        decided = self.weights[np.flatnonzero(rest > ENOUGH)][:, ids]
        rest = rest[rest > ENOUGH]
        for row, least in enumerate(rest.tolist()):
            part = slice(decided.indptr[row], decided.indptr[row + 1])
            kept = ~pinned[ids[decided.indices[part]]]
            columns, weights = decided.indices[part][kept], np.minimum(decided.data[part][kept], least) / least
            order = np.argsort(columns)
            found.append(Cut(columns[order].astype(np.int64), weights[order]))
        return found


def improve(assembly: Assembly, pool: Pool, deadline: int, largest: int = LARGEST) -> None:
    """Windows around every secondary in turn, in rounds of growing size, until `deadline` (of `work`)."""
    chance = np.random.default_rng(SEED)
    size = SMALLEST
    while size <= largest:
        before = assembly.cost
        secondaries = np.flatnonzero(assembly.hidden & ~assembly.task.always)
        tried = np.zeros(len(assembly.task), dtype=bool)
        for seed in chance.permutation(secondaries):
            if work.now() > deadline:
                return
            if not tried[seed] and assembly.uses[seed]:
                tried[_window(assembly, pool, int(seed), size, min(deadline, work.after(MOMENT * size / SMALLEST)))] = True
        if before - assembly.cost <= 0.002 * before:  # also where nothing is left to save
            size = int(size * GROWTH)


def _window(assembly: Assembly, pool: Pool, seed: int, size: int, deadline: int) -> Ids:
    """Solve the window around one column; returns the secondaries that it looked at well inside."""
    task, hidden = assembly.task, assembly.hidden
    price = np.where(hidden, 0.0, task.cost)
    ids = assembly.near.around(np.array([seed]), size, price, ~task.always)
    decided = np.zeros(len(task), dtype=bool)
    decided[ids] = True
    inside = decided.copy()
    support = assembly.near.around(np.array([seed]), SUPPORT, price)
    inside[support] |= hidden[support]
    leaning = {goal for column in ids.tolist() for goal in assembly.leaning.get(column, ())}
    free = sorted(goal for goal in leaning if inside[assembly.needed[goal]].all())
    if not free:
        return ids[:0]
    old = {goal: assembly.forget(goal) for goal in free}
    pinned = assembly.hidden | (hidden & ~decided)
    found = _solved(assembly, pool, inside, pinned, old, deadline)
    for goal in free:
        assembly.keep(goal, old[goal] if found is None else found[goal])
    return ids[assembly.uses[ids] > 0]


def _solved(
    assembly: Assembly, pool: Pool, inside: Mask, pinned: Mask, old: dict[int, list[World]], deadline: int
) -> dict[int, list[World]] | None:
    """New worlds for the goals in `old`, cheaper together than theirs; None if there are none, or none were found in time."""
    whole = assembly.task
    part, ids = narrowed(whole, inside)
    goals = np.array(sorted(old), dtype=np.int64)
    part = replace(
        part,
        always=pinned[ids],
        goals=np.searchsorted(ids, whole.goals[goals]),
        lift=whole.lift[goals],
        width=whole.width[goals],
    )
    now = pinned.copy()
    now[columns_of([world for worlds in old.values() for world in worlds])] = True
    incumbent = now[ids]
    relaxed = Relaxation(part)
    relaxed.master.add(pool.inside(ids, pinned))
    relaxed.tighten(deadline)
    if relaxed.bound > cost_of(part, incumbent) - 1 + 1e-6 or work.now() >= deadline:
        return None
    proof = prove(part, relaxed, incumbent, deadline)
    if proof.cost >= cost_of(part, incumbent):
        return None
    hidden = pinned.copy()
    hidden[ids] |= proof.hidden
    lost = np.array([goal for goal in goals.tolist() if not hidden[columns_of(old[goal])].all()], dtype=np.int64)
    return old | _worlds(part, ids, np.searchsorted(goals, lost), lost, proof.hidden)


def _worlds(part: Task, ids: Ids, places: Ids, goals: Ids, hidden: Mask) -> dict[int, list[World]]:
    """Worlds of some goals under a pattern that the audit found safe: short ones where there are, else the farthest that there are."""
    router, reach = Router(part), Reach(part)
    reach.hide(hidden.astype(float))
    price: Floats = np.where(hidden, 0.0, np.inf)
    found = {}
    for place, goal in zip(places.tolist(), goals.tolist(), strict=True):
        needs = int(part.goals[place]), float(part.lift[place]), float(part.width[place])
        worlds = router.protect(*needs, price) or farthest(reach, *needs)
        found[goal] = [World(ids[world.columns], world.moves) for world in worlds]
    return found
