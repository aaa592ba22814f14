"""The integer program of a task: cheapest whole decisions under separated cuts, until proven or out of time. Heuristics live elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
import scipy.sparse as sp

from pipelines.disclosure import linear, work
from pipelines.disclosure.cuts import Company, Cut, separate
from pipelines.disclosure.linked import Floats, Ids, Mask
from pipelines.disclosure.reach import Reach, suspects
from pipelines.disclosure.relaxation import Relaxation
from pipelines.disclosure.task import Task

WHOLE = 1e-6
MIX = (0.6, 0.3, 0.1)
LAST = 4
"""How many of the solver's improving answers are audited for cuts."""
NONE: Ids = np.zeros(0, dtype=np.int64)
MOMENT = 2.0
"""Nominal seconds for one integer program among the columns tried."""


@dataclass(frozen=True)
class Proof:
    """The best safe pattern known, its cost, and the bound below which no pattern costs."""

    hidden: Mask
    cost: float
    bound: float

    @property
    def proven(self) -> bool:
        return self.bound >= self.cost - 1 + WHOLE


def prove(task: Task, relaxed: Relaxation, incumbent: Mask, deadline: int) -> Proof:
    """Branch and cut by restarts: solve the integer master, audit its answers, add the cuts they violate, until one is safe.

    After each answer the same is done, to its end, for the columns that some answer tried: a small program that finds good patterns
    and most cuts. Costs are whole numbers, so a bound within less than 1 of the incumbent is a proof.
    """
    reach = Reach(task)
    best = Proof(incumbent, cost_of(task, incumbent), rounded(task, relaxed.bound))
    patience, tried = 1.0, incumbent.copy()
    while not best.proven and work.now() < deadline:
        relaxed.tighten(min(deadline, work.after(patience)))
        best = replace(best, bound=max(best.bound, min(rounded(task, relaxed.bound), best.cost)))
        found = _integer(task, relaxed, best, min(deadline, work.after(10 * patience + 10)))
        if found is None:
            return replace(best, bound=best.cost)  # nothing under the incumbent's cost satisfies the cuts
        answers, bound, optimal = found
        best = replace(best, bound=max(best.bound, min(rounded(task, bound), best.cost)))
        fresh = 0
        for number, y in enumerate(reversed(answers[-LAST:])):
            new, short = _separate_between(reach, y, relaxed)
            if not short:
                if cost_of(task, y) < best.cost:
                    best = replace(best, hidden=y, cost=cost_of(task, y))
                if optimal and number == 0:
                    best = replace(best, bound=best.cost)
            fresh += relaxed.master.add(new)
        for y in answers:
            tried |= y
        if fresh and not best.proven:
            best = _within(task, relaxed, reach, tried | best.hidden, best, deadline)
        relaxed.y, relaxed.bound = relaxed.master.solve()
        if not fresh and not optimal:
            patience *= 2
    return best


def cost_of(task: Task, hidden: Mask) -> float:
    """Cost of what is hidden and need not always be."""
    return float(task.cost[hidden & ~task.always].sum())


def rounded(task: Task, bound: float) -> float:
    """A bound on whole costs is whole."""
    return float(np.ceil(bound - 1e-4)) if bool((task.cost == np.round(task.cost)).all()) else bound


def _separate_between(reach: Reach, y: Mask, relaxed: Relaxation) -> tuple[list[Cut], bool]:
    """Cuts against whole decisions y, preferring deep ones: they are sought on the way from y to the relaxation's interior answer."""
    found: list[Cut] = []
    goals = suspects(reach, y.astype(float)).short
    for share in MIX:
        new, _ = separate(reach, (1 - share) * y + share * relaxed.y, most=10_000, goals=goals)
        found += [one for one in new if one.violated(y.astype(float))]
    new, short = separate(reach, y.astype(float), most=10_000, goals=goals)
    return found + new + Company(reach.task).separate(y.astype(float)) + relaxed.idle.separate(y.astype(float)), short


def _within(task: Task, relaxed: Relaxation, reach: Reach, tried: Mask, best: Proof, deadline: int) -> Proof:
    """The cheapest safe pattern that hides only columns already `tried` by some answer: a small program, whose cuts serve the whole one."""
    while work.now() < deadline:
        found = _integer(task, relaxed, best, min(deadline, work.after(MOMENT)), tried)
        if found is None or not found[0]:
            return best
        y = found[0][-1]
        new, short = _separate_between(reach, y, relaxed)
        if not short:
            return replace(best, hidden=y, cost=cost_of(task, y)) if cost_of(task, y) < best.cost else best
        if not relaxed.master.add(new):
            return best
    return best


def _integer(
    task: Task, relaxed: Relaxation, best: Proof, deadline: int, among: Mask | None = None
) -> tuple[list[Mask], float, bool] | None:
    """Solve the integer master; returns (improving decisions, last the best; bound; optimal), None if nothing beats the incumbent."""
    cuts = relaxed.master.cuts
    free = ~relaxed.spare(best.cost) & ~task.always & (True if among is None else among)
    place = np.cumsum(free) - 1
    columns = np.flatnonzero(free)
    rows, cols, weights = [NONE], [NONE], [np.zeros(0)]
    for number, one in enumerate(cuts):
        inside = free[one.columns]
        rows.append(np.full(int(inside.sum()), number))
        cols.append(place[one.columns[inside]])
        weights.append(one.weights[inside])
    matrix = sp.csc_matrix((np.concatenate(weights), (np.concatenate(rows), np.concatenate(cols))), shape=(len(cuts), len(columns)))
    least = np.array([one.least for one in cuts])
    model = linear.program(
        task.cost[columns],
        matrix,
        least,
        np.full(len(cuts), linear.INFINITY),
        np.zeros(len(columns)),
        np.ones(len(columns)),
    )
    model.changeColsIntegrality(
        len(columns), np.arange(len(columns), dtype=np.int32), np.array([highspy.HighsVarType.kInteger] * len(columns))
    )
    model.setOptionValue("mip_rel_gap", 0.0)
    model.setOptionValue("mip_abs_gap", 0.999)
    model.setOptionValue("mip_allow_restart", False)  # restarts of ours come with new cuts; the solver's own only cost time
    model.setOptionValue("objective_bound", best.cost - 1 + WHOLE)
    seen: list[Mask] = []

    def note(x: Floats) -> None:
        hidden = task.always.copy()
        hidden[columns[np.asarray(x) > 0.5]] = True
        seen.append(hidden)

    model.cbMipImprovingSolution += lambda event: note(event.data_out.mip_solution)
    found = linear.decide(model, deadline)
    status = model.getModelStatus()
    bound = model.getInfo().mip_dual_bound
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kObjectiveBound):
        return None
    if found is not None and not seen:
        note(found.x)
    return seen, bound, found is not None and found.optimal
