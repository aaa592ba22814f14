"""Level `interval` for a linked system: every primary keeps k possible values (P5). Built on a pattern that is already safe at level exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipelines.disclosure.large import assemble
from pipelines.disclosure.linked import Floats, Linked, Mask
from pipelines.disclosure.reach import Reach, judge
from pipelines.disclosure.relaxation import Relaxation
from pipelines.disclosure.secondary import Pattern, exact
from pipelines.disclosure.task import Task, pieces

TOGETHER = 6000
"""Columns above which goals move together rather than each by its cheapest circuit."""


def needs(system: Linked, k: int) -> tuple[Floats, Floats]:
    """P5: how far each statistic must be able to rise, and over how wide a range to move."""
    return np.maximum(k - system.value, 0.0), np.full(len(system), float(k - 1))


def narrow(system: Linked, hidden: Mask, goals: Mask, k: int) -> Mask:
    """Goals whose interval, under this pattern, falls short of P5."""
    found = goals.copy()
    for task in pieces(system, hidden, goals, *needs(system, k), cone=False):
        found[task.ids[task.goals]] = False
        found[task.ids[task.goals[judge(Reach(task), task.always.astype(float)).short]]] = True
    return found


def widen(system: Linked, pattern: Pattern, latent: Mask, goals: Mask, k: int, insider_third: bool) -> tuple[Pattern, Mask]:
    """The pattern with more hidden, until every goal keeps its interval; and the goals that could not, whatever was hidden.

    Each round ends with the engine of level exact, for what falls with the new secondaries. Hiding more never narrows an
    interval, so this ends. No clock is read: the same input gives the same pattern.
    """
    while True:
        hidden, given_up = pattern.hidden.copy(), goals.copy()
        for task in pieces(system, hidden, goals, *needs(system, k), cone=False):
            given_up[task.ids[task.goals]] = False
            added, lowered = _settle(task)
            hidden[task.ids[added]] |= system.published[task.ids[added]]
            given_up[task.ids[task.goals[lowered]]] = True
        if (hidden == pattern.hidden).all():
            return pattern, given_up
        closed = exact(system, hidden, latent, insider_third)
        pattern = replace(
            closed,
            whole_families=sorted({*pattern.whole_families, *closed.whole_families}),
            opened_families=sorted({*pattern.opened_families, *closed.opened_families}),
            rounds=pattern.rounds + closed.rounds,
        )


def _settle(task: Task) -> tuple[Mask, list[int]]:
    relaxed = Relaxation(task)
    relaxed.company_only()
    return assemble(task, relaxed.y, deadline=np.inf if len(task) <= TOGETHER else -np.inf)
