"""One suppression problem at one level: relax, assemble, prove; what is hidden, a bound on its cost, and what stays open. No files."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from pipelines.disclosure.assembly import Assembly
from pipelines.disclosure.exact import Proof, cost_of, prove, rounded
from pipelines.disclosure.large import assemble, republish
from pipelines.disclosure.linked import Floats, Ids, Mask
from pipelines.disclosure.problems import Problem
from pipelines.disclosure.reach import Reach, attainable, judge
from pipelines.disclosure.relaxation import Relaxation
from pipelines.disclosure.routes import Router
from pipelines.disclosure.task import Task, narrowed, pieces

SMALL = 1500
"""Columns up to which proof is quicker than improvement."""
PROVABLE = 5000
"""Columns up to which a proof is attempted."""
WORTH, EVERYTHING = 0.5, 1e9
"""Share of its cost up to which a column's reduced cost leaves it worth trying, and one that leaves all."""
LARGE = 12_000
"""Columns above which goals no longer keep worlds of their own."""


@dataclass(frozen=True)
class Answer:
    """A pattern, a lower bound on the cost of any, and whether the pattern is proven cheapest."""

    hidden: Mask
    bound: float
    proven: bool


@dataclass(frozen=True)
class Violations:
    """Primaries left unprotected: `broken` by this pattern, `excused` because even hiding everything could not protect them."""

    broken: int
    excused: int


def tasks(problem: Problem, level: str) -> list[Task]:
    """The problem's independent pieces at a level. Goals that cannot move at all are in none of them."""
    system = problem.linked
    if level == "exact":
        lift, width = np.zeros(len(system)), np.ones(len(system))
    else:
        lift = np.maximum(problem.need_hi - system.value, 0.0)
        width = np.full(len(system), problem.need_width)
    return pieces(system, problem.start, problem.primary, lift, width, cone=level == "exact")


def solve(problem: Problem, level: str, budget: float) -> Answer:
    """A safe pattern within about `budget` seconds (a first safe pattern is never cut short)."""
    hidden, bound, proven = problem.start.copy(), 0.0, True
    waiting = sorted(tasks(problem, level), key=len)
    total = max(sum(len(task) for task in waiting), 1)
    for task in waiting:
        share = budget * len(task) / total
        proof = settle(task, share)
        hidden[task.ids[proof.hidden]] |= problem.linked.published[task.ids[proof.hidden]]
        bound, proven = bound + proof.bound, proven and proof.proven
    return Answer(hidden, bound, proven)


def settle(task: Task, budget: float) -> Proof:
    """A safe pattern for one task: relaxation, assembly from its prices, then proof or improvement as size and time allow."""
    begun = time.perf_counter()
    relaxed = Relaxation(task)
    if len(task) > LARGE:
        return _roughly(task, relaxed, begun, budget)
    relaxed.tighten(begun + 0.35 * budget)
    only = judge(Reach(task), task.always.astype(float)).short
    hidden, hopeless = _assembled(task, relaxed, only, begun, budget)
    if hopeless:  # cuts made for needs that nothing meets would promise too high a bound
        relaxed = Relaxation(task)
        relaxed.tighten(begun + 0.5 * budget)
    bound = rounded(task, relaxed.bound)
    if len(task) > PROVABLE or cost_of(task, hidden) <= bound:
        return Proof(hidden, cost_of(task, hidden), min(bound, cost_of(task, hidden)))
    router = Router(task)

    def repair(guide: Floats) -> Mask | None:
        other = Assembly(task, router)
        if not other.build(guide, min(begun + budget, time.perf_counter() + 0.25 * budget), only):
            return None
        if other.cost < 1.02 * cost_of(task, hidden):
            _improve(other, min(begun + budget, time.perf_counter() + 0.1 * budget))
        return other.hidden if not len(judge(Reach(task), other.hidden.astype(float)).short) else None

    return prove(task, relaxed, hidden, repair, begun + budget)


def _roughly(task: Task, relaxed: Relaxation, begun: float, budget: float) -> Proof:
    """The same for a task too large to keep every goal's worlds: single-line cuts, circuits while time lasts, joint moves for the rest."""
    relaxed.company_only()
    for worth in (WORTH, EVERYTHING):
        inside, places = narrowed(task, relaxed.promising(worth))
        found, lowered = assemble(inside, relaxed.y[places], begun + 0.7 * budget)
        if not lowered:
            break
    if lowered:
        relaxed = Relaxation(task)
        relaxed.company_only()
    hidden = task.always.copy()
    hidden[places] = republish(inside, found, begun + budget)
    return Proof(hidden, cost_of(task, hidden), rounded(task, relaxed.bound))


def _assembled(task: Task, relaxed: Relaxation, only: Ids, begun: float, budget: float) -> tuple[Mask, bool]:
    """A safe pattern made cheaper while time lasts; and whether the needs of `task` had to be lowered for it.

    Larger tasks are first narrowed to the columns that the relaxation finds worth trying.
    """
    for worth in (WORTH, EVERYTHING) if len(task) > SMALL else (EVERYTHING,):
        inside, places = narrowed(task, relaxed.promising(worth))
        guide = relaxed.y[places]
        assembly = Assembly(inside)
        assembly.build(guide, np.inf, only)
        _mend(assembly, guide)
        if not assembly.lowered:
            break
    if assembly.lowered:
        task.lift[:], task.width[:] = inside.lift, inside.width
    share = 0.1 if len(task) <= SMALL else 1.0
    if assembly.cost > relaxed.bound + 1:
        _improve(assembly, min(begun + budget, time.perf_counter() + share * budget))
        _mend(assembly, guide)
    hidden = task.always.copy()
    hidden[places] = assembly.hidden
    return hidden, bool(assembly.lowered)


def _improve(assembly: Assembly, deadline: float) -> None:
    while time.perf_counter() < deadline:
        if assembly.reroute(deadline) + assembly.drop(deadline) <= 0:
            return


def _mend(assembly: Assembly, guide: Floats) -> None:
    """Judge the pattern as a whole and build for whatever it leaves short.

    (Goals left out because the primaries alone protected them stay so: hiding more never narrows an interval.)
    """
    while True:
        short = judge(Reach(assembly.task), assembly.hidden.astype(float)).short
        open_ = np.array([goal for goal in short if int(goal) not in assembly.lowered], dtype=np.int64)
        if not len(open_):
            return
        before = assembly.hidden
        for goal in open_:
            assembly.forget(int(goal))
        assembly.build(guide, np.inf, open_)
        if (assembly.hidden == before).all():  # nothing more to hide for them: the last audit will judge
            return


def violations(problem: Problem, hidden: Mask, level: str) -> Violations:
    """Judge a pattern from the problem alone, with no memory of how it was made."""
    inside = tasks(problem, level)
    excused = int(problem.primary.sum()) - sum(len(task.goals) for task in inside)
    broken = 0
    for task in inside:
        reach = Reach(task)
        for goal in judge(reach, (hidden[task.ids] | task.always).astype(float)).short:
            reach.hide((hidden[task.ids] | task.always).astype(float))
            rises, falls = (reach.farthest(int(task.goals[goal]), sign)[0] for sign in (1.0, -1.0))
            lift, width = attainable(reach, int(goal))
            enough = rises >= lift - 1e-4 and rises + falls >= width - 1e-4
            excused, broken = excused + enough, broken + (not enough)
    return Violations(broken, excused)
