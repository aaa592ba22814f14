"""The linear relaxation of a task: the cheapest fractional hiding that satisfies all cuts found, which bounds every pattern from below."""

from __future__ import annotations

import highspy
import numpy as np
import scipy.sparse as sp

from pipelines.disclosure import linear, work
from pipelines.disclosure.cuts import Company, Cut, Idle, bridges, separate
from pipelines.disclosure.linked import Floats, Mask
from pipelines.disclosure.reach import Reach
from pipelines.disclosure.task import Task


class Master:
    """min cost @ y over 0 <= y <= 1 and the cuts so far; y = 1 on columns that are always unknown."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.cuts: list[Cut] = []
        self.known: set[tuple[bytes, bytes]] = set()
        size = len(task)
        empty = np.zeros(0)
        self.model: highspy.Highs = linear.program(
            np.where(task.always, 0.0, task.cost), sp.csc_matrix((0, size)), empty, empty, task.always.astype(float), np.ones(size)
        )
        self.model.setOptionValue("presolve", "off")

    def add(self, cuts: list[Cut]) -> int:
        """Add what is new; returns how many were."""
        fresh = [one for one in cuts if one.key() not in self.known]
        for one in fresh:
            self.known.add(one.key())
            self.model.addRow(one.least, linear.INFINITY, len(one.columns), one.columns.astype(np.int32), one.weights)
        self.cuts += fresh
        return len(fresh)

    def solve(self) -> tuple[Floats, float]:
        """The cheapest fractional decisions and their cost."""
        self.model.run()
        linear.charge(self.model)
        return (
            np.clip(np.asarray(self.model.getSolution().col_value, dtype=float), 0.0, 1.0),
            self.model.getInfo().objective_function_value,
        )


class Relaxation:
    """The relaxation as far as it was taken: decisions y, the bound on cost, and its master with every cut so far."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.master = Master(task)
        self.master.add(bridges(task))
        self.company = Company(task)
        self.idle = Idle(task)
        self.reach = Reach(task, far=float(max(task.width.max(initial=1.0), task.lift.max(initial=1.0))))
        self.converged = False
        self.y, self.bound = self.master.solve()

    def company_only(self) -> None:
        """Add only the cuts of single lines, which are read off rather than computed."""
        while self.master.add(self.company.separate(self.y)):
            self.y, self.bound = self.master.solve()

    def tighten(self, deadline: float, most: int = 400, rounds: int = 1000) -> None:
        """Add cuts until no fractional reader is surprised, `rounds` are over or `deadline` (of `work`) passes."""
        for _ in range(rounds):
            self.company_only()
            if work.now() > deadline:
                return
            cuts, _ = separate(self.reach, self.y, most, deadline)
            if not self.master.add(cuts) and work.now() < deadline and not self.master.add(self.idle.separate(self.y)):
                self.converged = work.now() < deadline
                return
            self.y, self.bound = self.master.solve()

    def reduced(self) -> Floats:
        """What the relaxation says hiding a column would add to the bound."""
        return np.asarray(self.master.model.getSolution().col_dual, dtype=float)

    def spare(self, cost: float) -> Mask:
        """Columns that no pattern cheaper than `cost` hides, by their reduced cost."""
        return (self.y < 1e-6) & (self.bound + self.reduced() > cost - 1 + 1e-6) & ~self.task.always

    def promising(self, share: float) -> Mask:
        """Columns worth trying: hidden to some extent by the relaxation, or with a reduced cost of at most `share` of their cost."""
        return self.task.always | (self.y > 1e-6) | (self.reduced() <= share * self.task.cost)
