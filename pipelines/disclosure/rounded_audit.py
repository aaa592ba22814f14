"""What a reader of rounded tables can still work out of the small counts. Rounding, and what to do about a count that is certain, belong elsewhere.

The reader knows the base, how far a printed number may lie from the truth, that a printed 0 is nobody and any other printed number
is k or more, that `low` means 1 to k-1, every public total exactly, and that the true numbers are whole, not negative and add up.
What the least total distance says beyond that (which rounding was preferred) is not modelled.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from pipelines.disclosure import linear
from pipelines.disclosure.linked import Floats, Ids, Linked, Mask, components
from pipelines.disclosure.problems import Problem
from pipelines.disclosure.rounding import WHOLE, Rounded, all_whole

MIP_SECONDS = 5.0


@dataclass(frozen=True)
class Knowledge:
    """What is printed: low (as 1..k-1), hidden (as `c`, which may be 0), known (exactly, from elsewhere). Other published counts are rounded."""

    low: Mask
    hidden: Mask
    known: Mask
    k: int


@dataclass(frozen=True)
class RoundedAudit:
    """determined: targets with one possible value (or for which no other was found in time). narrow: targets for which fewer values
    were seen to be possible than the base, or than `low` itself has. checked: number of targets."""

    determined: Mask
    narrow: Mask
    checked: int


def limits(system: Linked, rounded: Rounded, knowledge: Knowledge) -> tuple[Floats, Floats]:
    """Least and greatest value of each count that its own printed number allows."""
    value = system.value
    lower, upper = np.zeros(len(system)), np.full(len(system), np.inf)
    printed = system.published & system.counts & ~knowledge.low & ~knowledge.hidden & ~np.isnan(rounded.value)
    lower[printed] = np.maximum(rounded.value - rounded.reach, knowledge.k)[printed]
    upper[printed] = (rounded.value + rounded.reach)[printed]
    lower[knowledge.low], upper[knowledge.low] = 1.0, knowledge.k - 1.0
    exact = knowledge.known | (printed & (value == 0))
    lower[exact] = upper[exact] = value[exact]
    return lower, upper


def audit_rounded(system: Linked, rounded: Rounded, knowledge: Knowledge, targets: Mask, base: int, budget: float = 60.0) -> RoundedAudit:
    """Which targets have only one possible value. Only whole-number worlds that satisfy every equation count as another possibility.

    One program per direction and component moves all targets at once, and what that leaves open is asked singly. A truth outside
    what the reader is told raises ValueError: such tables would mislead.
    """
    lower, upper = limits(system, rounded, knowledge)
    chosen = system.counts & ~np.isnan(rounded.value)
    if (chosen & ((system.value < lower - WHOLE) | (system.value > upper + WHOLE))).any():
        raise ValueError("A rounded number lies further from the truth than readers are told.")
    deadline = time.perf_counter() + budget
    need = float(min(base - 1, knowledge.k - 2))
    up, down = np.zeros(len(system)), np.zeros(len(system))
    labels = components(system.equations, chosen & (lower < upper))
    columns = system.equations.tocsc()
    alone = targets & (labels >= 0)
    for label in np.unique(labels[alone]):
        ids = np.flatnonzero(labels == label)
        rows = np.unique(columns[:, ids].indices)
        world = _World(system.equations[rows][:, ids].tocsc(), lower[ids] - system.value[ids], upper[ids] - system.value[ids])
        highest, lowest = world.explore(np.flatnonzero(targets[ids]), need, deadline)
        up[ids], down[ids] = highest, lowest
    width = up - down
    return RoundedAudit(targets & (width < 1 - WHOLE), targets & (width < need - WHOLE), int(targets.sum()))


class _World:
    """One component around the truth: moves d with matrix @ d = 0 and lower <= d <= upper; d = 0 is the truth."""

    def __init__(self, matrix: sp.csc_matrix, lower: Floats, upper: Floats) -> None:
        self.matrix, self.lower, self.upper = matrix, lower, upper
        self.highest, self.lowest = np.zeros(len(lower)), np.zeros(len(lower))

    def explore(self, targets: Ids, need: float, deadline: float) -> tuple[Floats, Floats]:
        """Highest and lowest whole moves that were seen of every count; targets are pressed until `need` wide or settled."""
        for sign in (1.0, -1.0, 1.0, -1.0):
            open_ = targets[(self.highest - self.lowest)[targets] < need]
            if len(open_) and time.perf_counter() < deadline:
                self._together(open_, sign, need)
        for target in targets[(self.highest - self.lowest)[targets] < 1].tolist():
            for sign in (1.0, -1.0):
                if time.perf_counter() < deadline and self.highest[target] - self.lowest[target] < 1:
                    self._another(target, sign)
        model = linear.program(np.zeros(len(self.lower)), self.matrix, *self._rows(), self.lower, self.upper)
        for target in targets[(self.highest - self.lowest)[targets] < need].tolist():
            for sign in (1.0, -1.0):
                if time.perf_counter() < deadline and 1 <= self.highest[target] - self.lowest[target] < need:
                    model.changeColCost(target, -sign)
                    found = linear.run(model)
                    model.changeColCost(target, 0.0)
                    if found is not None:
                        self._saw(found.x)
        return self.highest, self.lowest

    def _rows(self) -> tuple[Floats, Floats]:
        return np.zeros(self.matrix.shape[0]), np.zeros(self.matrix.shape[0])

    def _saw(self, move: Floats) -> bool:
        """Keep a move as a witness if it is one: whole, within its limits and additive."""
        whole = np.round(move)
        good = np.abs(move - whole).max(initial=0.0) < WHOLE and np.abs(self.matrix @ whole).max(initial=0.0) < WHOLE
        if good and (whole >= self.lower - WHOLE).all() and (whole <= self.upper + WHOLE).all():
            self.highest, self.lowest = np.maximum(self.highest, whole), np.minimum(self.lowest, whole)
            return True
        return False

    def _together(self, open_: Ids, sign: float, need: float) -> None:
        """Move all open targets one way at once, none counting for more than it needs."""
        n, t = len(self.lower), len(open_)
        tie = sp.csc_matrix((np.full(t, -sign), (np.arange(t), open_)), shape=(t, n))
        matrix = sp.bmat([[self.matrix, None], [tie, sp.identity(t)]], format="csc")
        zero = np.zeros(self.matrix.shape[0])
        model = linear.program(
            np.concatenate([np.zeros(n), -np.ones(t)]),
            matrix,
            np.concatenate([zero, np.full(t, -np.inf)]),
            np.concatenate([zero, np.zeros(t)]),
            np.concatenate([self.lower, np.full(t, -np.inf)]),
            np.concatenate([self.upper, np.full(t, need)]),
        )
        found = linear.run(model)
        if found is not None:
            self._saw(found.x[:n])

    def _another(self, target: int, sign: float) -> None:
        """The least movement that gives one target another number: mostly a circuit, and so whole; if not, branch and bound."""
        n = len(self.lower)
        up, down = np.maximum(self.upper, 0), np.maximum(-self.lower, 0)
        least = np.zeros(2 * n)
        at, other = (target, n + target) if sign > 0 else (n + target, target)
        upper = np.concatenate([up, down])
        if upper[at] < 1:
            return
        least[at], upper[other] = 1.0, 0.0
        model = linear.program(np.ones(2 * n), sp.hstack([self.matrix, -self.matrix], format="csc"), *self._rows(), least, upper)
        found = linear.run(model)
        if found is None or self._saw(found.x[:n] - found.x[n:]):
            return
        all_whole(model, 2 * n)
        model.setOptionValue("time_limit", MIP_SECONDS)
        found = linear.run(model)
        if found is not None:
            self._saw(np.round(found.x[:n]) - np.round(found.x[n:]))


def audit_problem(problem: Problem, rounded: Rounded, base: int, budget: float = 60.0) -> RoundedAudit:
    """The audit of a problem file as rounded: its k is `need_hi`; a cell that must stay shown and is not 0 is known exactly from elsewhere."""
    system, k = problem.linked, int(problem.need_hi)
    public = system.published & ~system.candidate & (system.value > 0)
    few = (system.value >= 1) & (system.value < k)
    knowledge = Knowledge(few & system.published, np.zeros(len(few), dtype=bool), public, k)
    return audit_rounded(system, rounded, knowledge, few & ~public, base, budget)
