"""A protection task in numbers: what can move, how far it must, and what it costs to hide. Engines solve it; frames and files do not enter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from pipelines.disclosure.audit import propagate
from pipelines.disclosure.linked import Floats, Ids, Linked, Mask, components, directions

FAR = 1e4
"""Movement that stands for 'without limit': far beyond any need, near enough for the arithmetic of a solver."""


@dataclass(frozen=True)
class Task:
    """One connected piece of a suppression problem, in movements d around the truth: `matrix @ d = 0`, -fall <= d <= rise.

    ids: place of each column in the whole system. always: unknown whatever is decided (latent, or a published
    primary). cost: of hiding a column. goals: the columns to protect; each must be able to rise by `lift` and
    to move over `width` in all.
    """

    ids: Ids
    matrix: sp.csc_matrix
    rise: Floats
    fall: Floats
    always: Mask
    cost: Floats
    goals: Ids
    lift: Floats
    width: Floats

    def __len__(self) -> int:
        return len(self.ids)


def pieces(system: Linked, start: Mask, goals: Mask, lift: Floats, width: Floats, cone: bool) -> list[Task]:
    """The task of protecting `goals` from the pattern `start`, cut into independent pieces.

    Everything that could be hidden counts as movable; what cannot move even then drops out, and goals among it are
    not in any piece. With `cone`, any room to move counts as enough room (level exact).
    """
    everything = start | system.choosable(start) | ~system.published
    floor, ceiling = system.bounds(start)
    up, down = directions(system.value, floor, ceiling)
    live_up, live_down = propagate(system.equations, up & everything, down & everything)
    live = live_up | live_down
    price = system.price(start)
    rise = np.where(up, FAR if cone else np.minimum(ceiling - system.value, FAR), 0.0)
    fall = np.where(down, FAR if cone else np.minimum(system.value - floor, FAR), 0.0)
    labels = components(system.equations, live)
    columns = system.equations.tocsc()
    found = []
    for label in np.unique(labels[goals & live]):
        ids = np.flatnonzero(labels == label)
        block = columns[:, ids].tocsr()
        block = block[np.diff(block.indptr) > 0]
        mine = np.flatnonzero(goals[ids])
        found.append(
            Task(
                ids=ids,
                matrix=block.tocsc(),
                rise=np.where(live_up[ids], rise[ids], 0.0),
                fall=np.where(live_down[ids], fall[ids], 0.0),
                always=(start | ~system.published)[ids],
                cost=price[ids],
                goals=mine,
                lift=lift[ids[mine]],
                width=width[ids[mine]],
            )
        )
    return found


def narrowed(task: Task, keep: Mask) -> tuple[Task, Ids]:
    """The task in which only the kept columns may be unknown, and their places in the whole one. Goals not kept are left out."""
    places = np.flatnonzero(keep)
    goals = np.flatnonzero(keep[task.goals])
    block = task.matrix[:, places].tocsr()
    block = block[np.diff(block.indptr) > 0]
    inside = Task(
        ids=task.ids[places],
        matrix=block.tocsc(),
        rise=task.rise[places],
        fall=task.fall[places],
        always=task.always[places],
        cost=task.cost[places],
        goals=np.searchsorted(places, task.goals[goals]),
        lift=task.lift[goals],
        width=task.width[goals],
    )
    return inside, places


def tied(task: Task) -> tuple[Task, Ids]:
    """The task with columns that a line of two holds equal made one, and the new place of each.

    They move together or not at all, so a pattern that hides only some of them hides these in vain. Like is joined with like: a goal, which
    is unknown anyway, stays so beside a shown twin. Goals share their needs with those of `task`. `ids` are those of the first of each.
    """
    lines = task.matrix.tocsr()
    equal = lines[(np.diff(lines.indptr) == 2) & (np.asarray(lines.sum(axis=1)).ravel() == 0)]
    ends = task.always[equal.indices.reshape(-1, 2)]
    equal = equal[ends[:, 0] == ends[:, 1]]
    if not equal.shape[0]:
        return task, np.arange(len(task))
    many, place = connected_components(equal.T @ equal, directed=False)
    members = sp.csr_matrix((np.ones(len(task)), (np.arange(len(task)), place)))
    first = np.unique(place, return_index=True)[1]
    rise, fall = np.full(many, np.inf), np.full(many, np.inf)
    np.minimum.at(rise, place, task.rise)
    np.minimum.at(fall, place, task.fall)
    made = replace(
        task,
        ids=task.ids[first],
        matrix=_once(lines @ members).tocsc(),
        rise=rise,
        fall=fall,
        always=task.always[first],
        cost=members.T @ np.where(task.always, 0.0, task.cost),
        goals=place[task.goals],
    )
    return made, place


def _once(lines: sp.csr_matrix) -> sp.csr_matrix:
    """The lines without empty ones, and without those that say what another says."""
    lines.eliminate_zeros()
    lines.sort_indices()
    said = dict[tuple[bytes, bytes], int]()
    for line, (begins, ends) in enumerate(pairwise(lines.indptr)):
        if ends > begins:
            said.setdefault((lines.indices[begins:ends].tobytes(), (lines.data[begins:ends] / lines.data[begins]).tobytes()), line)
    return lines[list(said.values())]


def apart(task: Task, keep: Mask) -> Iterator[Mask]:
    """The columns of each independent piece of the task in which only the kept columns may be unknown, as far as a goal can move there."""
    lines = task.matrix.tocsr()
    up, down = propagate(lines, keep & (task.rise > 0), keep & (task.fall > 0))
    labels = components(lines, up | down)
    for label in np.unique(labels[task.goals[labels[task.goals] >= 0]]):
        yield labels == label


def goal_order(task: Task) -> Iterator[int]:
    """Numbers of the goals, greatest need first (ties by place): large circuits first serve the small ones for nothing."""
    return iter(np.lexsort((task.goals, -task.width, -task.lift)).tolist())
