"""What lies near a column of a task: the part of it in which a movement can be sought without looking at the whole. No prices, no programmes."""

from __future__ import annotations

import numpy as np

from pipelines.disclosure.linked import Floats, Ids, Mask
from pipelines.disclosure.task import Task, narrowed

FARTHEST = 64
"""Distance at which nothing is near any more."""


class Near:
    """Distances between the columns of a task. A line of up to 4 entries is 2 long, of up to 8 it is 3, and so on.

    Short lines (the parts of one academy) are walked before long ones (all academies of a trust), so that what is near is an academy
    and its like rather than one cell of each.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.lines = task.matrix.tocsr()
        length = np.maximum(np.diff(self.lines.indptr), 2)
        self.length = np.ceil(np.log2(length)).astype(np.int64)

    def around(self, seeds: Ids, most: int, worth: Floats, counted: Mask | None = None) -> Ids:
        """The columns nearest to the seeds, sorted; of those equally far the ones of least `worth` first.

        As many as it takes to hold `most` of them, or of those `counted`.
        """
        many = len(self.task)
        counted = np.ones(many, dtype=bool) if counted is None else counted
        if counted.sum() <= most:
            return np.arange(many)
        found = np.zeros(many, dtype=bool)
        found[seeds] = True
        count = int(counted[seeds].sum())
        seen = np.zeros(self.lines.shape[0], dtype=bool)
        waiting: dict[int, list[Ids]] = {0: [np.asarray(seeds)]}
        for distance in range(FARTHEST):
            if distance not in waiting:
                continue
            fresh = np.unique(np.concatenate(waiting.pop(distance)))
            fresh = fresh[~found[fresh]] if distance else fresh
            if distance:
                fresh = fresh[np.lexsort((fresh, worth[fresh]))]
                fresh = fresh[: int(np.searchsorted(np.cumsum(counted[fresh]), most - count, side="right"))]
                found[fresh] = True
                count += int(counted[fresh].sum())
                if count >= most:
                    break
            if not len(fresh):
                continue
            touched = np.unique(self.task.matrix[:, fresh].indices)
            touched = touched[~seen[touched]]
            seen[touched] = True
            for length in np.unique(self.length[touched]).tolist():
                reached = self.lines[touched[self.length[touched] == length]].indices
                waiting.setdefault(distance + length, []).append(reached)
        return np.flatnonzero(found)

    def part(self, ids: Ids) -> Task:
        """The task in which nothing but the columns `ids` can move; goals elsewhere are not in it."""
        keep = np.zeros(len(self.task), dtype=bool)
        keep[ids] = True
        return narrowed(self.task, keep)[0]
