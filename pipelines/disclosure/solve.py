"""One suppression problem at one level: relax, assemble, prove; what is hidden, a bound on its cost, and what stays open. No files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pipelines.disclosure import work
from pipelines.disclosure.assembly import Assembly
from pipelines.disclosure.exact import Proof, cost_of, prove, rounded
from pipelines.disclosure.linked import Ids, Mask
from pipelines.disclosure.problems import Problem
from pipelines.disclosure.reach import Reach, attainable, judge, standing_short
from pipelines.disclosure.relaxation import Relaxation
from pipelines.disclosure.task import Task, narrowed, pieces, tied
from pipelines.disclosure.windows import LARGEST, SMALLEST, Pool, improve

SMALL = 1500
"""Columns up to which proof is quicker than improvement."""
PROVABLE = 5000
"""Columns up to which a proof is attempted."""
LARGE = 12_000
"""Columns up to which the relaxation is tightened by the attacker's own programs, not only by single lines."""
WORTH, EVERYTHING = 0.5, 1e9
"""Share of its cost up to which a column's reduced cost leaves it worth trying, and one that leaves all."""
Progress = Callable[[str], None]


def silent(line: str) -> None:
    """Tell nobody."""


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


def solve(problem: Problem, level: str, budget: float, progress: Progress = silent) -> Answer:
    """A safe pattern within about `budget` nominal seconds of `work` (a first safe pattern is never cut short)."""
    hidden, bound, proven = problem.start.copy(), 0.0, True
    waiting = sorted(tasks(problem, level), key=len)
    total = max(sum(len(task) for task in waiting), 1)
    for task in waiting:
        proof = settle(task, budget * len(task) / total, progress)
        hidden[task.ids[proof.hidden]] |= problem.linked.published[task.ids[proof.hidden]]
        bound, proven = bound + proof.bound, proven and proof.proven
    return Answer(hidden, bound, proven)


def settle(task: Task, budget: float, progress: Progress = silent) -> Proof:
    """A safe pattern for one task within about `budget` nominal seconds: relaxation, assembly from its prices, windows, proof.

    A first safe pattern is never cut short. Needs that nothing can meet are lowered in `task` to what hiding everything would give. Columns
    that a line holds equal are one to the search.
    """
    fewer, place = tied(task)
    proof = _settled(fewer, budget, progress)
    return replace(proof, hidden=proof.hidden[place])


def _settled(task: Task, budget: float, progress: Progress) -> Proof:
    begun = work.now()

    def until(share: float) -> int:
        return begun + round(share * budget * work.SECOND)

    def tell(stage: str, cost: float | None = None) -> None:
        progress(
            f"{stage}{'' if cost is None else f', cost {cost:,.0f}'}, bound {relaxed.bound:,.0f}, {(work.now() - begun) / work.SECOND:.0f} s"
        )

    only = standing_short(task, proven=False)
    if not len(only):  # as where the pattern of an earlier release stands: what is hidden already is enough
        return Proof(task.always.copy(), 0.0, 0.0)
    relaxed = _relaxed(task, until(0.35 if len(task) <= SMALL else 0.2))
    tell("relaxed")
    assembly, places = _assembled(task, relaxed, only)
    tell("assembled", assembly.cost)
    if assembly.lowered:  # cuts made for needs that nothing meets would promise too high a bound
        relaxed = _relaxed(task, until(0.5))
    bound = rounded(task, relaxed.bound)
    if assembly.cost > bound:
        _improve(assembly, relaxed, places, budget, until)
        tell("improved", assembly.cost)
    hidden = task.always.copy()
    hidden[places] = assembly.hidden
    if len(task) > PROVABLE or cost_of(task, hidden) <= bound:
        return Proof(hidden, cost_of(task, hidden), min(bound, cost_of(task, hidden)))

    proof = prove(task, relaxed, hidden, until(1.0))
    tell("proven" if proof.proven else "not proven", proof.cost)
    return proof


def _relaxed(task: Task, deadline: int) -> Relaxation:
    relaxed = Relaxation(task)
    if len(task) <= LARGE:
        relaxed.tighten(deadline)
    else:
        relaxed.company_only()
    return relaxed


def _assembled(task: Task, relaxed: Relaxation, only: Ids) -> tuple[Assembly, Ids]:
    """A safe assembly for the goals `only`, and the places of its columns in the task.

    Larger tasks are first narrowed to the columns that the relaxation finds worth trying, then widened by what is needed besides.
    """
    keep = relaxed.promising(WORTH if len(task) > SMALL else EVERYTHING)
    inside, places = narrowed(task, keep)
    assembly = Assembly(inside)
    left = assembly.build(relaxed.y[places], np.inf, only)
    if not len(left):
        return assembly, places
    whole = assembly.within(task, places)
    for goal in left.tolist():
        whole.serve(goal)
    inside, places = narrowed(task, keep | whole.hidden)
    back = np.cumsum(keep | whole.hidden) - 1
    return whole.within(inside, back), places


def _improve(assembly: Assembly, relaxed: Relaxation, places: Ids, budget: float, until: Callable[[float], int]) -> None:
    """Windows to the end for a large task; for a small one only the first, because proof is quicker."""
    many = len(relaxed.task)
    if many > SMALL:
        _reroute(assembly, work.after(0.1 * budget))
    pool = Pool(relaxed.master.cuts, places, many)
    improve(assembly, pool, until(0.02 if many <= SMALL else 0.9 if many <= PROVABLE else 1.0), SMALLEST if many <= SMALL else LARGEST)


def _reroute(assembly: Assembly, deadline: int) -> None:
    while work.now() < deadline:
        if assembly.reroute(deadline) + assembly.drop(deadline) <= 0:
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
